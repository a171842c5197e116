using DslExperiments.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// Entries of rows that are left out in a training step, each with an arm's own chance, the others scaled so that their mean
/// stays. What is left out follows from the arm's seed, the step and the place alone, so that it is the same for an arm alone
/// and in a cohort, and in a run that was interrupted.
/// </summary>
/// <param name="chances">The chance of every arm, [A].</param>
/// <param name="seeds">The seed of every arm, [A].</param>
internal sealed class Dropout(IReadOnlyList<double> chances, IReadOnlyList<int> seeds)
{
    /// <summary>True when some arm leaves something out.</summary>
    public bool IsActive { get; } = chances.Any(chance => chance > 0);

    /// <summary>Rows [A, M, in] with what a step leaves out at a place set to zero.</summary>
    public Tensor Apply(Tensor rows, int step, int layer, Projection projection)
    {
        using var scope = NewDisposeScope();
        return (rows * Kept(rows, $"dropout/{step}/{layer}.{Projections.NameOf(projection)}")).MoveToOuterDisposeScope();
    }

    /// <summary>Zeros for what is left out and <c>1 / (1 - chance)</c> for the others, [A, M, in].</summary>
    private Tensor Kept(Tensor rows, string place)
    {
        using var frozen = no_grad();
        long[] shape = rows.shape[1..];
        return stack(Enumerable.Range(0, chances.Count).Select(arm =>
        {
            double chance = chances[arm];
            if (chance == 0)
            {
                return ones(shape, rows.dtype, rows.device);
            }

            using var generator = new Generator(Seeds.Derive(seeds[arm], place), rows.device);
            return rand(shape, float32, rows.device, generator: generator).ge(chance).to(rows.dtype).mul_(1 / (1 - chance));
        }));
    }
}
