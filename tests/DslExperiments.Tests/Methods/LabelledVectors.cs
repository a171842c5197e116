using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Methods;

/// <summary>Sequences of vectors, each of one class.</summary>
public sealed record LabelledVectorsOptions : TaskOptions
{
    public override int Sequences { get; init; } = 6;

    public int Length { get; init; } = 3;

    public int Classes { get; init; } = 3;
}

/// <summary>The loss is the cross-entropy of the head's scores on the last token; sequence n is of class n modulo C.</summary>
public sealed class LabelledVectors(LabelledVectorsOptions options, Transformer backbone, IReadOnlyList<int> seeds) : TaskFamily(backbone)
{
    public Content Content { get; } = new(
        backbone.Groups.Stack(seed => new Normal(1).Draw([options.Sequences, options.Length, backbone.Options.Width], Seeds.Derive(seed, "labelled"))),
        [options.Length - 1]);

    public override int Classes => options.Classes;

    public IReadOnlyList<int> Arms => seeds;

    public override Tensor Loss(Transformer backbone, Adapter adapter, Batch batch)
    {
        var scores = adapter.Head!.Scores(backbone.Forward(Content, adapter, Batch.All)).squeeze(2);
        var labels = arange(options.Sequences, int64).remainder(options.Classes).view(1, -1, 1).expand(adapter.Arms, -1, 1);
        return -scores.log_softmax(-1).gather(-1, labels).mean([1, 2]);
    }
}
