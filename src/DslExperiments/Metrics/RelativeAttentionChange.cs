using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Metrics;

/// <summary>
/// <c>attention.relative_change</c>: the largest difference between the adapted and the frozen backbone's attention among
/// content tokens in the first layer, after the prompt's columns are removed and the rows renormalised. A prompt can only
/// scale such a row as a whole (Petrov, Torr, Bibi 2024).
/// </summary>
public sealed class RelativeAttentionChange : Metric
{
    /// <inheritdoc/>
    public override string Name => "attention.relative_change";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (backbone, content) = (trained.Backbone, trained.Vectors.Content);
        var adapted = Relative(backbone.Attention(content, trained.Adapter, layer: 0), content.Length);
        var original = Relative(backbone.Attention(content, new Unadapted(backbone), layer: 0), content.Length);
        var change = (adapted - backbone.Groups.PerArm(original, trained.Adapter.Arms)).abs();
        return change.flatten(1).amax([1]).to(float64).cpu().data<double>().ToArray();
    }

    /// <summary>The content's part of [A, H, N, rows, columns], rows summing to one: [A, H, N, T, T].</summary>
    private static Tensor Relative(Tensor attention, int length)
    {
        // A prompt has rows of its own, a prefix only columns; content comes last in both.
        var rows = attention.narrow(3, attention.shape[^2] - length, length).narrow(4, attention.shape[^1] - length, length);
        return rows / rows.sum(-1, keepdim: true);
    }
}
