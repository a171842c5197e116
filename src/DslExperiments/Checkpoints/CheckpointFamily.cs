using DslExperiments.Backbones;
using static TorchSharp.torch;

namespace DslExperiments.Checkpoints;

/// <summary>A weight of a backbone and where a checkpoint has it.</summary>
/// <param name="Name">The backbone's name of it, of <see cref="WeightNames"/>.</param>
/// <param name="Source">The checkpoint's name of the tensor that it is in, with the family's prefix.</param>
/// <param name="Shape">The shape of that tensor.</param>
/// <param name="Take">The weight in that tensor, as a view; null when it is all of it.</param>
internal sealed record CheckpointWeight(string Name, string Source, long[] Shape, Func<Tensor, Tensor>? Take = null)
{
    /// <summary>Which matrix of which layer this is; null for everything else.</summary>
    public CheckpointMatrix? Matrix { get; init; }
}

/// <summary>A matrix of a layer, as the backbone has it: [outputs, inputs].</summary>
internal sealed record CheckpointMatrix(int Layer, Methods.Projection Projection, long Outputs, long Inputs);

/// <summary>How a family of published models writes its shape and names its weights.</summary>
internal abstract class CheckpointFamily
{
    /// <summary>The unembedding, which no prefix stands before.</summary>
    protected const string LanguageHead = "lm_head.weight";

    private static readonly CheckpointFamily[] All = [new LlamaFamily(), new Gpt2Family(), new T5Family()];

    /// <summary>The family's name in specs.</summary>
    public abstract string Kind { get; }

    /// <summary>What <c>model_type</c> says of it.</summary>
    public abstract IReadOnlyList<string> ModelTypes { get; }

    /// <summary>What stands before the names of weights in a whole model and is left out in a bare one; empty for nothing.</summary>
    public abstract string Prefix { get; }

    /// <summary>The family of a <c>model_type</c>, or null.</summary>
    public static CheckpointFamily? OfModelType(string type) => All.FirstOrDefault(family => family.ModelTypes.Contains(type));

    /// <summary>The family of a backbone, or null for one that only a spec describes.</summary>
    public static CheckpointFamily? Of(TransformerOptions options) => options switch
    {
        LlamaOptions => All[0],
        Gpt2Options => All[1],
        T5Options => All[2],
        _ => null,
    };

    /// <summary>Every <c>model_type</c> that is read.</summary>
    public static IEnumerable<string> AllModelTypes => All.SelectMany(family => family.ModelTypes);

    /// <summary>The shape that the configuration states.</summary>
    /// <exception cref="Hosting.ExperimentUsageException">It states something that the backbone does not have.</exception>
    public abstract TransformerOptions OptionsOf(HuggingFaceConfig config);

    /// <summary>Every weight of a backbone of this shape.</summary>
    public abstract IEnumerable<CheckpointWeight> WeightsOf(TransformerOptions options);

    /// <summary>True for tensors in files that are no weights: masks and frequencies that follow from the shape.</summary>
    public abstract bool IsBuffer(string source);

    /// <summary>The tensor that this one must repeat, where files may have one twice; or null.</summary>
    public abstract string? CopyOf(string source, TransformerOptions options);

    /// <summary>The name that a whole model has for a tensor of a file.</summary>
    public string Canonical(string source) =>
        source == LanguageHead || source.StartsWith(Prefix, StringComparison.Ordinal) ? source : Prefix + source;

    /// <summary>A matrix [out, in] of a layer, and its bias when it has one.</summary>
    protected static IEnumerable<CheckpointWeight> Linear(
        int layer, Methods.Projection projection, string source, (long Outputs, long Inputs) shape, bool bias)
    {
        yield return new(WeightNames.Matrix(layer, projection), source + ".weight", [shape.Outputs, shape.Inputs])
        {
            Matrix = new(layer, projection, shape.Outputs, shape.Inputs),
        };
        if (bias)
        {
            yield return new(WeightNames.Bias(layer, projection), source + ".bias", [shape.Outputs]);
        }
    }

    /// <summary>The size of a head, as a spec leaves it out where it follows from the others.</summary>
    protected static int HeadWidthOf(HuggingFaceConfig config, string key, int? given, int width, int heads)
    {
        if (given is not { } size)
        {
            return width % heads == 0 ? 0 : throw config.Unsupported(key, $"these heads do not divide a width of {SpecText.Of(width)}");
        }

        return (long)size * heads == width ? 0 : size;
    }
}
