using static TorchSharp.torch;

namespace DslExperiments.Training;

/// <summary>A number per arm: one number when all are equal, otherwise a tensor [A, 1].</summary>
internal sealed class PerArm
{
    private PerArm(double first, Tensor? column)
    {
        First = first;
        Column = column;
    }

    /// <summary>The common number; the first arm's when they differ.</summary>
    public double First { get; }

    /// <summary>[A, 1] when the arms differ, otherwise null.</summary>
    public Tensor? Column { get; }

    /// <summary>True when every arm has the same number, <paramref name="value"/>.</summary>
    public bool IsAll(double value) => Column is null && First.Equals(value);

    public static PerArm Of(IEnumerable<double> values, Tensor like)
    {
        double[] all = [.. values];
        return all.All(value => value.Equals(all[0]))
            ? new PerArm(all[0], null)
            : new PerArm(all[0], tensor(all, float64).to(like.dtype, like.device).view(-1, 1));
    }
}
