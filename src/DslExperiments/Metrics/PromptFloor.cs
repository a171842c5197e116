using DslExperiments.Methods;

namespace DslExperiments.Metrics;

/// <summary>
/// <c>floor.mse</c>: the smallest train.mse that any prompt of the arm's length can reach, from the exact description of
/// what m virtual tokens can do to a shared query (D3 of the fact sheet); independent of any training. NaN for arms
/// without a prompt.
/// </summary>
public sealed class PromptFloor : Metric
{
    /// <inheritdoc/>
    public override string Name => "floor.mse";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained)
    {
        var values = Enumerable.Repeat(double.NaN, trained.Cohort.Count).ToArray();
        if (trained.Adapter is not SoftPrompt || SharedQuery.Of(trained) is not { } problems)
        {
            return values;
        }

        var groups = trained.Backbone.Groups;
        var floors = new Dictionary<(int Seed, int Length), double>();
        var solvers = new Dictionary<int, FloorSolver>();
        for (int arm = 0; arm < values.Length; arm++)
        {
            int seed = groups.ArmSeeds[arm], length = ((PromptOptions)trained.Cohort.Designs[arm].Method).Length;
            if (!floors.TryGetValue((seed, length), out double floor))
            {
                if (!solvers.TryGetValue(seed, out var solver))
                {
                    solvers.Add(seed, solver = new FloorSolver(problems[groups.GroupOf(arm)]));
                }

                floors.Add((seed, length), floor = solver.Floor(length));
            }

            values[arm] = floor;
        }

        return values;
    }
}
