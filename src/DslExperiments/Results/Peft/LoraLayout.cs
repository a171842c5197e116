using DslExperiments.Backbones;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Results.Peft;

/// <summary>
/// Low-rank updates as PEFT has them, one per module. GPT-2's queries, keys and values are one module, so their updates
/// become one of n blocks, n those that are adapted: its A has the A of each below the other, [nR, D], its B the B of each
/// in columns of its own and zeros elsewhere, [3D, nR]. All modules have one rank in PEFT, so the others are filled up with
/// zeros, and alpha grows so that the factor stays alpha / R.
/// </summary>
internal static class LoraLayout
{
    /// <summary>Updates that lie in one module, n: the factor between our rank and PEFT's.</summary>
    public static int BlocksOf(LoraOptions lora, TransformerOptions backbone)
    {
        var on = Projections.Expand(lora.On, backbone);
        return PeftModules.Of(backbone).Select(module => module.PartsOn(on).Count).DefaultIfEmpty(1).Max();
    }

    /// <summary>The rank in PEFT's files.</summary>
    public static int RankOf(LoraOptions lora, TransformerOptions backbone) => lora.Rank * BlocksOf(lora, backbone);

    /// <summary>The alpha in PEFT's files.</summary>
    public static double AlphaOf(LoraOptions lora, TransformerOptions backbone)
    {
        double alpha = lora.Alpha == 0 ? lora.Rank : lora.Alpha;
        int blocks = BlocksOf(lora, backbone);
        return lora.RankStabilized ? alpha * Math.Sqrt(blocks) : alpha * blocks;
    }

    /// <summary>The modules that have an update.</summary>
    public static IReadOnlyList<PeftModule> ModulesOf(LoraOptions lora, TransformerOptions backbone)
    {
        var on = Projections.Expand(lora.On, backbone);
        return [.. PeftModules.Of(backbone).Where(module => module.PartsOn(on).Count > 0)];
    }

    /// <summary>Adds the factors of every module.</summary>
    public static void Export(LoraOptions lora, TransformerOptions backbone, Func<string, Tensor> take, Dictionary<string, Tensor> named)
    {
        var on = Projections.Expand(lora.On, backbone);
        int rank = RankOf(lora, backbone);
        foreach (var module in ModulesOf(lora, backbone))
        {
            Tensor? down = null, up = null;
            foreach (var (part, block) in module.PartsOn(on).Select(static (part, block) => (part, block)))
            {
                var a = take(Lora.NameOf(part.Layer, part.Projection, "A"));
                var b = take(Lora.NameOf(part.Layer, part.Projection, "B"));
                down ??= zeros([rank, module.Inputs], a.dtype);
                up ??= zeros([module.Outputs, rank], b.dtype);
                var (intoDown, intoUp) = BlockOf(down, up, part, lora.Rank, block);
                intoDown.copy_(a);
                intoUp.copy_(b);
            }

            named.Add(module.NameOf("A"), down!);
            named.Add(module.NameOf("B"), up!);
        }
    }

    /// <summary>Our updates in a module that somebody has trained as one: each matrix has the same A and its own rows of B.</summary>
    /// <param name="module">The module.</param>
    /// <param name="down">Its A, [r, in].</param>
    /// <param name="up">Its B, [out, r].</param>
    public static IEnumerable<(string Name, Tensor Factor)> Import(PeftModule module, Tensor down, Tensor up)
    {
        foreach (var part in module.Parts)
        {
            yield return (Lora.NameOf(part.Layer, part.Projection, "A"), down.clone());
            yield return (Lora.NameOf(part.Layer, part.Projection, "B"), up.narrow(0, part.First, part.Outputs).clone());
        }
    }

    /// <summary>Our updates in the blocks of a module that <see cref="Export"/> has written.</summary>
    public static IEnumerable<(string Name, Tensor Factor)> ImportBlocks(
        PeftModule module, Tensor down, Tensor up, IReadOnlyCollection<Projection> on, int rank)
    {
        foreach (var (part, block) in module.PartsOn(on).Select(static (part, block) => (part, block)))
        {
            var (a, b) = BlockOf(down, up, part, rank, block);
            yield return (Lora.NameOf(part.Layer, part.Projection, "A"), a.clone());
            yield return (Lora.NameOf(part.Layer, part.Projection, "B"), b.contiguous().clone());
        }
    }

    /// <summary>True when nothing but the blocks has numbers, so that taking them apart loses nothing.</summary>
    public static bool IsInBlocks(PeftModule module, Tensor down, Tensor up, IReadOnlyCollection<Projection> on, int rank)
    {
        using var scope = NewDisposeScope();
        var (restDown, restUp) = (down.clone(), up.clone());
        foreach (var (part, block) in module.PartsOn(on).Select(static (part, block) => (part, block)))
        {
            var (a, b) = BlockOf(restDown, restUp, part, rank, block);
            a.zero_();
            b.zero_();
        }

        return !restDown.ne(0).any().item<bool>() && !restUp.ne(0).any().item<bool>();
    }

    private static (Tensor Down, Tensor Up) BlockOf(Tensor down, Tensor up, PeftPart part, int rank, int block) =>
        (down.narrow(0, (long)block * rank, rank), up.narrow(0, part.First, part.Outputs).narrow(1, (long)block * rank, rank));
}
