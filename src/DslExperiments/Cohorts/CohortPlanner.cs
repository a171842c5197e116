using System.Collections.Immutable;
using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Training;

namespace DslExperiments.Cohorts;

/// <summary>
/// Decides which arms train together: a function of the designs alone, never of the machine, so that a run's numbers do
/// not depend on where it runs.
/// </summary>
/// <remarks>
/// <para>Arms that can share a tensor program are grouped. Within a group, a <em>column</em> is a setting with all of its
/// seeds. Columns are sorted by size (prompt length, rank) and cut so that padding stays below a factor of two, beyond a
/// size where it costs nothing, and so that a cohort holds no more arms than stacking pays for: narrow backbones are bound
/// by dispatch and gain from many arms, wide ones by arithmetic and gain from parallel cohorts instead. The restarts of an
/// arm count as arms and are never parted.</para>
/// <para>Arms are stacked seed by seed, each seed with the same columns, so that weights drawn per seed multiply all of
/// the seed's arms at once.</para>
/// </remarks>
public static class CohortPlanner
{
    /// <summary>Below this size (rows of a prompt, rank) padding is not worth another cohort.</summary>
    private const int FreePadding = 8;

    /// <summary>The cohorts, in the order of their first arm; every design is in exactly one.</summary>
    public static IReadOnlyList<CohortPlan> Plan(IReadOnlyList<ArmDesign> designs)
    {
        var cohorts = designs
            .Select((design, index) => (Design: design, Index: index))
            .GroupBy(arm => GroupKey.Of(arm.Design))
            .SelectMany(group => Split([.. group]))
            .OrderBy(arms => arms.Min(arm => arm.Index));
        return [.. cohorts.Select((arms, index) => new CohortPlan(
            index, [.. arms.Select(arm => arm.Index)], [.. arms.Select(arm => arm.Design)]))];
    }

    private static IEnumerable<List<(ArmDesign Design, int Index)>> Split(List<(ArmDesign Design, int Index)> group)
    {
        int most = MostArms(group[0].Design.Backbone.Width);

        // The n-th arm with equal settings and seed goes to the n-th such column: columns never hold a seed twice.
        var columns = group
            .GroupBy(arm => (arm.Design.Method, arm.Design.Training, Repeat: group.Count(other =>
                other.Index < arm.Index && other.Design.Arm.Seed == arm.Design.Arm.Seed
                && other.Design.Method.Equals(arm.Design.Method) && other.Design.Training == arm.Design.Training)))
            .Select(column => column.OrderBy(arm => arm.Design.Arm.Seed).ToArray())
            .OrderByDescending(column => SizeOf(column[0].Design))
            .ThenBy(column => column[0].Index);

        foreach (var sameSeeds in columns.GroupBy(column => string.Join(',', column.Select(arm => arm.Design.Arm.Seed))))
        {
            var chunk = new List<(ArmDesign Design, int Index)[]>();
            int largest = 0, lanes = 0;
            foreach (var column in sameSeeds)
            {
                int added = column.Sum(arm => Lane.CountOf(arm.Design));
                int size = Math.Max(FreePadding, SizeOf(column[0].Design));
                if (chunk.Count > 0 && (2 * size < largest || lanes + added > most))
                {
                    foreach (var cohort in BySeeds(chunk, most))
                    {
                        yield return cohort;
                    }

                    chunk.Clear();
                    lanes = 0;
                }

                largest = chunk.Count == 0 ? size : largest;
                lanes += added;
                chunk.Add(column);
            }

            foreach (var cohort in BySeeds(chunk, most))
            {
                yield return cohort;
            }
        }
    }

    /// <summary>Stacks columns seed by seed; too many seeds are dealt out in runs of almost equal length.</summary>
    private static IEnumerable<List<(ArmDesign Design, int Index)>> BySeeds(List<(ArmDesign Design, int Index)[]> columns, int most)
    {
        int seeds = columns[0].Length;
        int lanes = columns.Sum(column => column.Sum(arm => Lane.CountOf(arm.Design)));
        int parts = Math.Min(seeds, (lanes + most - 1) / most);
        for (int part = 0; part < parts; part++)
        {
            var cohort = new List<(ArmDesign Design, int Index)>();
            for (int seed = part * seeds / parts; seed < (part + 1) * seeds / parts; seed++)
            {
                cohort.AddRange(columns.Select(column => column[seed]));
            }

            yield return cohort;
        }
    }

    private static int MostArms(int width) => width switch
    {
        <= 32 => 32,
        <= 128 => 8,
        _ => 4,
    };

    private static int SizeOf(ArmDesign design) => SizeOf(design.Method);

    private static int SizeOf(MethodOptions method) => method switch
    {
        PromptOptions prompt => prompt.Length,
        PrefixOptions prefix => prefix.Length,
        LoraOptions lora => lora.Rank,
        IaptOptions iapt => iapt.Length,
        HardPromptOptions prompt => prompt.Length,
        PromptLoraOptions both => SizeOf(both.Prompt),
        PrefixLoraOptions both => SizeOf(both.Prefix),
        _ => 0,
    };

    /// <summary>What arms of one tensor program have in common.</summary>
    private sealed record GroupKey(
        string Method, Type Kind, string Weights, TransformerOptions Backbone, Tasks.TaskOptions Task,
        PretrainOptions? Pretrain, OptimizerKind Optimizer, int Steps, int Batch, int MeasureEvery)
    {
        public static GroupKey Of(ArmDesign design) => new(
            design.Arm.Method, design.Method.GetType(), WeightsOf(design.Method, design.Backbone) + SeedOf(design), design.Backbone, design.Task,
            design.Pretrain, design.Training.Optimizer, design.Training.Steps, design.Training.Batch, Cohort.MeasureEvery(design.Training));

        private static string WeightsOf(MethodOptions method, TransformerOptions backbone) => PartsOf(method, backbone) + (FixesLength(backbone) ? $"/{SizeOf(method)}" : string.Empty);

        private static string PartsOf(MethodOptions method, TransformerOptions backbone) => method switch
        {
            PrefixOptions prefix => $"{prefix.Form} {string.Join(',', prefix.Layers)} {prefix.Reparametrization}",
            LoraOptions lora => string.Join(',', Projections.Expand(lora.On, backbone)),
            FullOptions full => string.Join(',', Projections.Expand(full.On, backbone)) + (full.On.Contains(Projection.All) ? ",norms" : string.Empty),
            IaptOptions iapt => $"{iapt.Shared} {iapt.Bottleneck}",
            HardPromptOptions prompt => $"{prompt.Candidates > 0} {prompt.Examples} {prompt.Text}",

            // What dropout leaves out of a sequence follows from the rows before it.
            PromptLoraOptions both => PartsOf(both.Lora, backbone) + (both.Lora.Dropout > 0 ? $" {both.Prompt.Length}" : string.Empty),
            PrefixLoraOptions both => PartsOf(both.Prefix, backbone) + " " + PartsOf(both.Lora, backbone),
            _ => string.Empty,
        };

        /// <summary>The seed where it decides how many tokens a prompt has: examples are as long as they are.</summary>
        private static string SeedOf(ArmDesign design) =>
            design.Method is HardPromptOptions { Length: 0, Examples: > 0 } && FixesLength(design.Backbone) ? $" seed {design.Arm.Seed}" : string.Empty;

        /// <summary>True when content's positions, rows of a table, follow from the number of virtual tokens before it.</summary>
        private static bool FixesLength(TransformerOptions backbone) =>
            backbone.VirtualPositions == VirtualPositions.Counted && backbone.Positions == Positions.Learned;
    }
}
