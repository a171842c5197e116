using System.Collections.Immutable;
using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Planning;
using DslExperiments.Training;

namespace DslExperiments.Cohorts;

/// <summary>
/// Decides which arms train together: a function of the designs and of a memory budget that the user gives, never of the
/// machine, so that a run's numbers do not depend on where it runs.
/// </summary>
/// <remarks>
/// <para>Arms that can share a tensor program are grouped. Within a group, a <em>column</em> is a setting with all of its
/// seeds. Columns are sorted by size (prompt length, rank), so that near sizes stand together, and cut so that a cohort's
/// largest is at most twice its smallest: sizes count as 8 at least, below which padding costs nothing. Then they are cut
/// evenly into cohorts of at most <see cref="CohortSize"/> arms. The longest are parted as long as two cores would be done
/// clearly sooner, unless their arms are cheap together only. The restarts of an arm count as arms and are never parted.</para>
/// <para>Arms are stacked seed by seed, each seed with the same columns, so that weights drawn per seed multiply all of
/// the seed's arms at once.</para>
/// </remarks>
public static class CohortPlanner
{
    /// <summary>Below this size (rows of a prompt, rank) padding is not worth another cohort.</summary>
    private const int FreePadding = 8;

    /// <summary>Parting is worth it when two cores then take at most this share of their time.</summary>
    private const double ShareWorthParting = 0.9;

    /// <summary>What parting a cohort may cost: both halves one after another, in times of the whole.</summary>
    private const double PriceOfParting = 1.5;

    /// <summary>The cohorts, in the order of their first arm; every design is in exactly one.</summary>
    /// <param name="designs">The arms.</param>
    /// <param name="memory">Bytes that a cohort may take at its peak; only an arm that takes more by itself takes more.</param>
    /// <param name="seedsTogether">True when all seeds of a setting must stand in one cohort, however large, see <see cref="Metrics.Metric.ComparesSeeds"/>.</param>
    public static IReadOnlyList<CohortPlan> Plan(IReadOnlyList<ArmDesign> designs, double memory = double.PositiveInfinity, bool seedsTogether = false)
    {
        Run[] runs = [.. designs
            .Select((design, index) => (Design: design, Index: index))
            .GroupBy(arm => GroupKey.Of(arm.Design))
            .SelectMany(group => Split([.. group]))
            .Select(columns => new Run(columns, CohortSize.Of([.. columns[0].Select(arm => arm.Design)], memory), seedsTogether))];
        var cohorts = ForTwoCores(runs).SelectMany(static run => run.Cohorts).OrderBy(arms => arms.Min(arm => arm.Index));
        return [.. cohorts.Select((arms, index) => new CohortPlan(
            index, [.. arms.Select(arm => arm.Index)], [.. arms.Select(arm => arm.Design)]))];
    }

    /// <summary>The share of a cohort's virtual tokens, or of its ranks, that only fills arms up to the largest: at most a half beyond sizes of 8.</summary>
    internal static double PaddingOf(CohortPlan cohort)
    {
        int largest = cohort.Designs.Max(SizeOf);
        return largest == 0 ? 0 : 1 - cohort.Designs.Average(design => (double)SizeOf(design) / largest);
    }

    /// <summary>
    /// Parts what takes longest, again and again, while the halves are not much dearer than the whole, and keeps the last
    /// plan that was worth it: three equal cohorts have to become four before two cores gain.
    /// </summary>
    private static Run[] ForTwoCores(Run[] runs)
    {
        // Halves are hardly ever less work than the whole: once half of all work is too long, no further parting is worth it.
        var best = runs;
        while (runs.Length > 0 && WorkOf(runs) / 2 <= ShareWorthParting * OnTwoCores(best))
        {
            var (run, longest) = runs.Index().SelectMany(static each => each.Item.Cohorts.Select(cohort => (Run: each.Index, Cohort: cohort)))
                .MaxBy(static each => SecondsOf(each.Cohort));
            int lanes = longest.Sum(static arm => Lane.CountOf(arm.Design)), most = (lanes + 1) / 2;
            if (longest.Count == 1 || most >= runs[run].Most)
            {
                break;
            }

            var parted = new Run(runs[run].Columns, most, runs[run].SeedsTogether);
            if (parted.Cohorts.Count == runs[run].Cohorts.Count || parted.Cohorts.Sum(SecondsOf) > PriceOfParting * runs[run].Cohorts.Sum(SecondsOf))
            {
                break;
            }

            runs = [.. runs[..run], parted, .. runs[(run + 1)..]];
            best = OnTwoCores(runs) <= ShareWorthParting * OnTwoCores(best) ? runs : best;
        }

        return best;

        static double WorkOf(Run[] all) => all.Sum(static each => each.Cohorts.Sum(SecondsOf));

        static double OnTwoCores(Run[] all) => CohortTime.Together(all.SelectMany(static each => each.Cohorts).Select(SecondsOf).OrderDescending(), 2);

        static double SecondsOf(List<(ArmDesign Design, int Index)> cohort) => CohortTime.Of(new CohortPlan(0, [], [.. cohort.Select(static arm => arm.Design)]));
    }

    /// <summary>Columns of near sizes, and the most lanes of a cohort of them.</summary>
    private sealed class Run((ArmDesign Design, int Index)[][] columns, int most, bool seedsTogether)
    {
        public (ArmDesign Design, int Index)[][] Columns => columns;

        public int Most => most;

        public bool SeedsTogether => seedsTogether;

        public List<List<(ArmDesign Design, int Index)>> Cohorts { get; } = [.. Even(columns, most, seedsTogether)];
    }

    private static IEnumerable<(ArmDesign Design, int Index)[][]> Split(List<(ArmDesign Design, int Index)> group)
    {
        // The n-th arm with equal settings and seed goes to the n-th such column: columns never hold a seed twice.
        var columns = group
            .GroupBy(arm => (arm.Design.Arm.Seed, arm.Design.Method, arm.Design.Training))
            .SelectMany(static equal => equal.OrderBy(static arm => arm.Index).Select(static (arm, repeat) => (Arm: arm, Repeat: repeat)))
            .GroupBy(static one => (one.Arm.Design.Method, one.Arm.Design.Training, one.Repeat))
            .Select(static column => column.Select(static one => one.Arm).OrderBy(static arm => arm.Design.Arm.Seed).ToArray())
            .OrderByDescending(column => SizeOf(column[0].Design))
            .ThenBy(column => column[0].Index);

        return from sameSeeds in columns.GroupBy(column => string.Join(',', column.Select(arm => arm.Design.Arm.Seed)))
               from near in Near([.. sameSeeds])
               select near;
    }

    /// <summary>Runs of columns whose largest is at most twice their smallest.</summary>
    private static IEnumerable<(ArmDesign Design, int Index)[][]> Near((ArmDesign Design, int Index)[][] columns)
    {
        for (int first = 0, end; first < columns.Length; first = end)
        {
            int largest = Padded(columns[first]);
            for (end = first + 1; end < columns.Length && 2 * Padded(columns[end]) >= largest; end++)
            {
            }

            yield return columns[first..end];
        }

        static int Padded((ArmDesign Design, int Index)[] column) => Math.Max(FreePadding, SizeOf(column[0].Design));
    }

    /// <summary>Cohorts of almost equally many columns; a column that is too large is parted by its seeds, where it may be.</summary>
    private static IEnumerable<List<(ArmDesign Design, int Index)>> Even((ArmDesign Design, int Index)[][] columns, int most, bool seedsTogether)
    {
        int lanes = columns.Max(column => column.Sum(arm => Lane.CountOf(arm.Design)));
        int together = Math.Max(1, most / lanes), parts = (columns.Length + together - 1) / together;
        for (int part = 0; part < parts; part++)
        {
            foreach (var cohort in BySeeds(columns[(part * columns.Length / parts)..((part + 1) * columns.Length / parts)], seedsTogether ? int.MaxValue : most))
            {
                yield return cohort;
            }
        }
    }

    /// <summary>Stacks columns seed by seed; too many seeds are dealt out in runs of almost equal length.</summary>
    private static IEnumerable<List<(ArmDesign Design, int Index)>> BySeeds((ArmDesign Design, int Index)[][] columns, int most)
    {
        int seeds = columns[0].Length;
        int lanes = columns.Sum(column => column.Sum(arm => Lane.CountOf(arm.Design)));
        int parts = Math.Min(seeds, ((lanes - 1) / most) + 1);
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
        PretrainOptions? Pretrain, OptimizerKind Optimizer, int Steps, int Batch, int MeasureEvery, string Watched, int EvaluateEvery)
    {
        public static GroupKey Of(ArmDesign design) => new(
            design.Arm.Method, design.Method.GetType(), WeightsOf(design.Method, design.Backbone) + SeedOf(design), design.Backbone, design.Task,
            design.Pretrain, design.Training.Optimizer, design.Training.Steps, design.Training.Batch, Cohort.MeasureEvery(design.Training),
            design.Training.EarlyStopping.Metric, Cohort.EvaluateEvery(design.Training));

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
