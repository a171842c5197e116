using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// P virtual tokens in every layer that the layer makes of the instruction itself (Zhu et al. 2024): of the rows H that enter
/// it, <c>a(softmax(H W_p)ᵀ H W_down) W_up</c> with a learned rational function a per layer. D P + 2 D b + 12 numbers per layer
/// and arm, b the bottleneck; the projections once when layers share them.
/// </summary>
/// <remarks>
/// <para>The instruction is what stands before the first answer: all tokens up to the first that is read. A generator never
/// sees a later token, so that nothing that is to be given leaks into what gives it. Where every token is to be given, as in
/// language modelling, there is no instruction. Of an encoder-decoder, the encoder's layers have generators, and the
/// instruction is the whole input.</para>
/// <para>This form is ours after the paper's description, which leaves the order of the steps open.</para>
/// </remarks>
public sealed class Iapt : Adapter
{
    private readonly Tensor[] pool;
    private readonly Tensor[] down;
    private readonly Tensor[] up;
    private readonly RationalActivation[] activations;
    private readonly int[] lengths;

    /// <summary>Draws the generators, each tensor from its arm's own seed. W_up starts at zero, a as GELU.</summary>
    /// <param name="options">Length, bottleneck and start of every arm; bottleneck and sharing are the same for all.</param>
    /// <param name="backbone">The backbone.</param>
    /// <param name="seeds">The seed of every arm's start.</param>
    /// <param name="task">The task, which must have an instruction, and whose classes ask for a head.</param>
    /// <exception cref="Hosting.ExperimentUsageException">The task has no instruction.</exception>
    public Iapt(IReadOnlyList<IaptOptions> options, Transformer backbone, IReadOnlyList<int> seeds, Tasks.TaskFamily? task = null)
        : base(backbone, seeds, Layout(options, backbone.Options, seeds), task)
    {
        if (task is { HasInstruction: false })
        {
            throw new Hosting.ExperimentUsageException(
                "methods.iapt: this task has every token given after those before it, so that no instruction stands before the answers; take a task with an input and an answer.");
        }

        lengths = [.. options.Select(o => o.Length)];
        var layers = Enumerable.Range(0, backbone.Options.Depth).ToArray();
        bool shared = options[0].Shared;
        pool = [.. layers.Select(layer => Named(NameOf(layer, "pool.weight", shared)).Leaf)];
        down = [.. layers.Select(layer => Named(NameOf(layer, "down.weight", shared)).Leaf)];
        up = [.. layers.Select(layer => Named(NameOf(layer, "up.weight", shared)).Leaf)];
        activations = [.. layers.Select(layer => new RationalActivation(
            Named(NameOf(layer, "numerator", shared: false)).Leaf, Named(NameOf(layer, "denominator", shared: false)).Leaf))];
        TokenMask = PromptRows.MaskOf(zeros([seeds.Count, lengths.Max(), 1], backbone.Dtype, backbone.Device), lengths);
    }

    /// <inheritdoc/>
    public override bool HasVirtualTokens => true;

    /// <inheritdoc/>
    public override bool ReadsSequences => true;

    /// <inheritdoc/>
    public override IReadOnlyList<int>? PrefixLengths => lengths;

    /// <inheritdoc/>
    public override Tensor? TokenMask { get; }

    /// <summary>Numbers that an arm trains.</summary>
    public static long Count(IaptOptions options, TransformerOptions backbone) =>
        ((options.Shared ? 1 : backbone.Depth) * (long)backbone.Width * (options.Length + (2L * options.Bottleneck)))
        + (backbone.Depth * (long)RationalActivation.Count);

    /// <inheritdoc/>
    public override Tensor? TokensOf(int layer, Tensor rows, Tensor hidden)
    {
        if (layer >= pool.Length)
        {
            return null;
        }

        long[] shape = rows.shape;
        long arms = shape[0], sequences = shape[1], tokens = shape[2], width = shape[3];
        var flat = rows.reshape(arms, sequences * tokens, width);
        var attention = (flat.bmm(pool[layer]).view(arms, sequences, tokens, -1) + hidden.unsqueeze(-1)).softmax(2);
        var narrow = flat.bmm(down[layer]).view(arms * sequences, tokens, -1);
        var pooled = attention.reshape(arms * sequences, tokens, -1).transpose(1, 2).bmm(narrow).view(arms, -1, narrow.shape[2]);
        return activations[layer].Of(pooled).bmm(up[layer]).view(arms, sequences, -1, width);
    }

    private static string NameOf(int layer, string part, bool shared) => shared ? $"iapt.{part}" : $"layers.{layer}.iapt.{part}";

    private static List<AdapterTensorPlan> Layout(IReadOnlyList<IaptOptions> options, TransformerOptions backbone, IReadOnlyList<int> seeds)
    {
        var (first, width) = (options[0], backbone.Width);
        if (options.Any(o => o.Shared != first.Shared || o.Bottleneck != first.Bottleneck))
        {
            throw new ArgumentException("The arms of a cohort must have generators of the same bottleneck, all shared or none.", nameof(options));
        }

        var tensors = new List<AdapterTensorPlan>();
        for (int layer = 0; layer < backbone.Depth; layer++)
        {
            if (layer == 0 || !first.Shared)
            {
                Add(layer, "pool.weight", arm => [options[arm].Length, width]);
                Add(layer, "down.weight", _ => [first.Bottleneck, width]);
                tensors.Add(new(NameOf(layer, "up.weight", first.Shared), _ => zeros([width, first.Bottleneck], float64), LeafView.Transposed));
            }

            tensors.Add(new(NameOf(layer, "numerator", shared: false), _ => tensor(RationalActivation.NumeratorOfGelu.ToArray(), float64), LeafView.Row));
            tensors.Add(new(NameOf(layer, "denominator", shared: false), _ => tensor(RationalActivation.DenominatorOfGelu.ToArray(), float64), LeafView.Row));
        }

        return tensors;

        void Add(int layer, string part, Func<int, long[]> shape)
        {
            string name = NameOf(layer, part, first.Shared);
            tensors.Add(new(name, arm => options[arm].Init.Draw(shape(arm), Seeds.Derive(seeds[arm], "adapter/" + name)), LeafView.Transposed));
        }
    }
}
