using DslExperiments.Methods;

namespace DslExperiments.Metrics;

/// <summary>
/// <c>floor.mse</c>: the smallest train.mse that any prompt of the arm's length can reach, independent of any training.
/// For sequences that share their query it is exact, from all that m virtual tokens can do to one query (D3 of the fact
/// sheet); for sequences with queries of their own it is the rank bound (D4). NaN for arms without a prompt and where
/// neither applies.
/// </summary>
public sealed class PromptFloor : Metric
{
    /// <inheritdoc/>
    public override string Name => "floor.mse";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => [.. trained.Floors];

    /// <summary>The floors; <see cref="TrainedCohort.Floors"/> keeps them.</summary>
    internal static double[] Of(TrainedCohort trained)
    {
        var values = Enumerable.Repeat(double.NaN, trained.Cohort.Count).ToArray();
        if (trained.Adapter is not SoftPrompt || FloorOf(trained) is not { } floorOf)
        {
            return values;
        }

        var groups = trained.Backbone.Groups;
        var floors = new Dictionary<(int Seed, int Length), double>();
        for (int arm = 0; arm < values.Length; arm++)
        {
            int seed = groups.ArmSeeds[arm], length = ((PromptOptions)trained.Cohort.Designs[arm].Method).Length;
            if (!floors.TryGetValue((seed, length), out double floor))
            {
                floors.Add((seed, length), floor = floorOf(groups.GroupOf(arm), length));
            }

            values[arm] = floor;
        }

        return values;
    }

    /// <summary>The floor of a seed group and a length, or null when the cohort has none.</summary>
    private static Func<int, int, double>? FloorOf(TrainedCohort trained)
    {
        if (RankFloor.Of(trained) is { } singularValues)
        {
            return (group, length) => RankFloor.Floor(singularValues[group], length, trained.Backbone.Options.Width);
        }

        if (SharedQuery.Of(trained) is { } problems)
        {
            var solvers = new Dictionary<int, FloorSolver>();
            return (group, length) =>
            {
                if (!solvers.TryGetValue(group, out var solver))
                {
                    solvers.Add(group, solver = new FloorSolver(problems[group]));
                }

                return solver.Floor(length);
            };
        }

        return null;
    }
}
