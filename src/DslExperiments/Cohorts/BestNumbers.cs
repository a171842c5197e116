using DslExperiments.Methods;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Cohorts;

/// <summary>
/// What the lanes of a cohort had at their best measurement, side by side as in the adapter: lanes that got better are
/// kept, and lanes are put back, by one operation on all of them.
/// </summary>
/// <param name="adapter">What is trained.</param>
internal sealed class BestNumbers(Adapter adapter) : IDisposable
{
    private readonly Tensor armIndex = adapter.ArmIndex().DetachFromDisposeScope();

    /// <summary>The numbers, [A·n]; at first the adapter's.</summary>
    public Tensor Values { get; } = adapter.Values.clone().DetachFromDisposeScope();

    /// <summary>Keeps what some lanes have now.</summary>
    /// <param name="lanes">True for those, [A].</param>
    public void Keep(bool[] lanes) => Copy(adapter.Values, Values, lanes);

    /// <summary>Gives some lanes back what they had at their best.</summary>
    /// <param name="lanes">True for those, [A].</param>
    public void PutBack(bool[] lanes)
    {
        if (Copy(Values, adapter.Values, lanes))
        {
            adapter.Buffer.Publish();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        armIndex.Dispose();
        Values.Dispose();
    }

    private bool Copy(Tensor from, Tensor to, bool[] lanes)
    {
        if (!Array.Exists(lanes, static lane => lane))
        {
            return false;
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var mine = PerArm.Spreading([.. lanes.Select(static lane => lane ? 1.0 : 0)], armIndex, float32) != 0;
        to.copy_(where(mine, from, to));
        return true;
    }
}
