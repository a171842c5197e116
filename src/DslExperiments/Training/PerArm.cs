using DslExperiments.Backbones;
using static TorchSharp.torch;

namespace DslExperiments.Training;

/// <summary>A number per arm: one number when all are equal, otherwise a tensor with one entry per trained number.</summary>
internal sealed class PerArm
{
    private PerArm(double first, Tensor? spread)
    {
        First = first;
        Spread = spread;
    }

    /// <summary>The common number; the first arm's when they differ.</summary>
    public double First { get; }

    /// <summary>[A·n] when the arms differ, otherwise null.</summary>
    public Tensor? Spread { get; }

    /// <summary>True when every arm has the same number, <paramref name="value"/>.</summary>
    public bool IsAll(double value) => Spread is null && First.Equals(value);

    public static PerArm Of(IEnumerable<double> values, Tensor armIndex, ScalarType dtype)
    {
        double[] all = [.. values];
        return new PerArm(all[0], all.All(value => value.Equals(all[0])) ? null : Spreading(all, armIndex, dtype));
    }

    /// <summary>One number per arm, repeated for each of its trained numbers, [A·n].</summary>
    public static Tensor Spreading(double[] values, Tensor armIndex, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        return tensor(values, float64).to(dtype).Upload(armIndex.device).index_select(0, armIndex).MoveToOuterDisposeScope();
    }
}
