using DslExperiments.Cohorts;

namespace DslExperiments.Search;

/// <summary>
/// Who is still in the race of a successive halving (Jamieson and Talwalkar 2016), and who was dropped when. What competes is
/// a setting of a method with all of its seeds, by the mean of a metric, in a race of its method's or of all methods' settings
/// (<see cref="Rivals"/>). Ties, and settings of which a seed diverged, are in the order of the arms, the diverged ones last:
/// the same values give the same race.
/// </summary>
public sealed class HalvingRace
{
    private const string AllMethods = "all methods";

    private readonly HalvingOptions options;
    private readonly IReadOnlyList<ArmDesign> designs;
    private readonly List<Setting> settings;

    /// <summary>Begins with all arms that have a rung before their end, where several settings compete.</summary>
    /// <param name="options">The rungs, and how many stay.</param>
    /// <param name="designs">All arms.</param>
    public HalvingRace(HalvingOptions options, IReadOnlyList<ArmDesign> designs)
    {
        this.options = options;
        this.designs = designs;
        settings = [.. designs.Index()
            .Where(arm => arm.Item.Trains && options.MinSteps < arm.Item.Training.Steps)
            .GroupBy(static arm => arm.Item.Arm with { Seed = 0 })
            .Select(arms => new Setting(options.Among == Rivals.All ? AllMethods : arms.Key.Method, arms.First().Item.Training.Steps, [.. arms.Select(static arm => arm.Index)]))
            .GroupBy(static setting => setting.Race)
            .Where(static race => race.Count() > 1)
            .SelectMany(static race => race)];
    }

    /// <summary>The arms of the race, dropped or not, in their order.</summary>
    public IReadOnlyList<int> Arms => [.. settings.SelectMany(static setting => setting.Arms).Order()];

    /// <summary>The next rung: its step, and the arms that compete there; null when nobody will be dropped any more.</summary>
    public (int Step, IReadOnlyList<int> Arms)? Next()
    {
        int? step = Racing().SelectMany(static race => race).Select(RungOf).Min();
        return step is null ? null : (step.Value, [.. Competing(step.Value).SelectMany(static race => race).SelectMany(static setting => setting.Arms).Order()]);
    }

    /// <summary>The arms that go on to their end, once there is no further rung.</summary>
    public IReadOnlyList<int> Survivors => [.. settings.Where(static setting => setting.Dropped is null).SelectMany(static setting => setting.Arms).Order()];

    /// <summary>When an arm was dropped, or null.</summary>
    public Drop? DroppedOf(int arm) => settings.Find(setting => setting.Arms.Contains(arm))?.Dropped;

    /// <summary>How many settings of each race are left after each rung, the full number first.</summary>
    public static IReadOnlyList<(string Race, int Steps, IReadOnlyList<int> Left)> Course(HalvingOptions options, IReadOnlyList<ArmDesign> designs)
    {
        var counts = new Dictionary<string, List<int>>();
        var race = new HalvingRace(options, designs);
        var steps = race.settings.GroupBy(static setting => setting.Race).ToDictionary(static race => race.Key, static race => race.Max(static setting => setting.Steps));
        Note();
        while (race.Next() is { } rung)
        {
            race.Pass(rung.Step, rung.Arms.ToDictionary(static arm => arm, static _ => 0.0));
            Note();
        }

        return [.. counts.Select(each => (each.Key, steps[each.Key], (IReadOnlyList<int>)each.Value))];

        void Note()
        {
            foreach (var each in race.settings.GroupBy(static setting => setting.Race))
            {
                int left = each.Count(static setting => setting.Dropped is null);
                var known = counts.TryGetValue(each.Key, out var before) ? before : counts[each.Key] = [];
                if (known.Count == 0 || known[^1] != left)
                {
                    known.Add(left);
                }
            }
        }
    }

    /// <summary>Drops the worse settings at a rung.</summary>
    /// <param name="step">The rung.</param>
    /// <param name="values">The metric of every arm that competes there; NaN for one that diverged.</param>
    public void Pass(int step, IReadOnlyDictionary<int, double> values)
    {
        foreach (var rivals in Competing(step).ToArray())
        {
            var ranked = rivals
                .Select(setting => (Setting: setting, Value: setting.Arms.Average(arm => values[arm])))
                .OrderBy(entry => double.IsNaN(entry.Value) ? 1 : 0)
                .ThenBy(entry => options.HigherIsBetter ? -entry.Value : entry.Value)
                .ToArray();
            foreach (var (setting, value) in ranked.Skip(options.Kept(ranked.Length)))
            {
                setting.Dropped = new Drop(step, value);
            }

            foreach (var (setting, _) in ranked)
            {
                setting.Passed = step;
            }
        }
    }

    /// <summary>The races that several settings are still in.</summary>
    private IEnumerable<IGrouping<string, Setting>> Racing() => settings
        .Where(static setting => setting.Dropped is null)
        .GroupBy(static setting => setting.Race)
        .Where(static race => race.Count() > 1);

    /// <summary>Those of them that meet at a rung; settings with fewer steps are at their end already.</summary>
    private IEnumerable<IGrouping<string, Setting>> Competing(int step) => Racing()
        .SelectMany(static race => race)
        .Where(setting => RungOf(setting) == step)
        .GroupBy(static setting => setting.Race);

    private int? RungOf(Setting setting) => options.Rungs(setting.Steps).Where(rung => rung > setting.Passed).Select(static rung => (int?)rung).FirstOrDefault();

    private sealed class Setting(string race, int steps, IReadOnlyList<int> arms)
    {
        public string Race { get; } = race;

        public int Steps { get; } = steps;

        public IReadOnlyList<int> Arms { get; } = arms;

        public int Passed { get; set; }

        public Drop? Dropped { get; set; }
    }
}
