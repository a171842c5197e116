using DslExperiments.Backbones;
using DslExperiments.Checkpoints;
using DslExperiments.Methods;

namespace DslExperiments.Results.Peft;

/// <summary>A matrix of a layer in a module that LoRA can adapt.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Projection">The matrix.</param>
/// <param name="First">The first of the module's outputs that are this matrix's.</param>
/// <param name="Outputs">How many they are.</param>
internal readonly record struct PeftPart(int Layer, Projection Projection, long First, long Outputs);

/// <summary>A linear module of a model as PEFT sees it: a matrix of ours, or, in GPT-2, three that lie side by side.</summary>
/// <param name="Path">The module's name in the whole model: <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="Inputs">What it reads.</param>
/// <param name="Parts">The matrices in it.</param>
internal sealed record PeftModule(string Path, long Inputs, IReadOnlyList<PeftPart> Parts)
{
    /// <summary>What it makes.</summary>
    public long Outputs => Parts.Sum(static part => part.Outputs);

    /// <summary>The factor's name in PEFT's files, <c>A</c> or <c>B</c>.</summary>
    public string NameOf(string factor) => $"{PeftModules.Prefix}{Path}.lora_{factor}.weight";

    /// <summary>The matrices that a method adapts.</summary>
    public IReadOnlyList<PeftPart> PartsOn(IReadOnlyCollection<Projection> on) => [.. Parts.Where(part => on.Contains(part.Projection))];
}

/// <summary>The modules of a backbone that LoRA can adapt, under the names that Hugging Face's models give them.</summary>
internal static class PeftModules
{
    /// <summary>What PEFT puts before the names of a model's modules.</summary>
    public const string Prefix = "base_model.model.";

    /// <summary>All of them. A backbone that only a spec describes is in no library: its modules have our names.</summary>
    public static IReadOnlyList<PeftModule> Of(TransformerOptions options) => CheckpointFamily.Of(options) is { } family
        ? [.. family.WeightsOf(options)
            .Where(static weight => weight.Matrix is not null)
            .GroupBy(static weight => weight.Source, static weight => weight.Matrix!)
            .Select(static module => new PeftModule(module.Key[..^".weight".Length], module.First().Inputs, PartsOf([.. module])))]
        : [.. Projections.Places([Projection.All], options).Select(place =>
        {
            var (outputs, inputs) = Projections.ShapeOf(place.Projection, options);
            return new PeftModule(
                $"layers.{place.Layer}.{Projections.NameOf(place.Projection)}", inputs, [new(place.Layer, place.Projection, 0, outputs)]);
        })];

    /// <summary>
    /// Names that PEFT finds these modules by and no others: each the shortest end of a path that has no stranger. In T5
    /// <c>q</c> is in both attentions, and <c>SelfAttention.q</c> in one.
    /// </summary>
    public static IEnumerable<string> TargetsOf(IReadOnlyList<PeftModule> adapted, IReadOnlyList<PeftModule> all)
    {
        var wanted = adapted.Select(static module => module.Path).ToHashSet(StringComparer.Ordinal);
        string[] others = [.. all.Select(static module => module.Path).Where(path => !wanted.Contains(path))];
        return adapted.Select(module => EndsOf(module.Path).First(end => !others.Any(other => Matches(other, end))))
            .Distinct()
            .Order(StringComparer.Ordinal);
    }

    /// <summary>True when PEFT takes a module for a target of this name.</summary>
    public static bool Matches(string path, string target) =>
        path == target || path.EndsWith("." + target, StringComparison.Ordinal);

    private static List<PeftPart> PartsOf(IReadOnlyList<CheckpointMatrix> matrices)
    {
        var parts = new List<PeftPart>();
        long first = 0;
        foreach (var matrix in matrices)
        {
            parts.Add(new PeftPart(matrix.Layer, matrix.Projection, first, matrix.Outputs));
            first += matrix.Outputs;
        }

        return parts;
    }

    /// <summary>The ends of a path, the shortest first.</summary>
    private static IEnumerable<string> EndsOf(string path)
    {
        string[] names = path.Split('.');
        return Enumerable.Range(1, names.Length).Select(count => string.Join('.', names[^count..]));
    }
}
