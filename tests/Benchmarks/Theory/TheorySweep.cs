using System.Reflection;
using DslExperiments.Benchmarks.Timing;
using DslExperiments.Cohorts;
using DslExperiments.Experiments;

namespace DslExperiments.Benchmarks.Theory;

/// <summary>The arms of a spec of the theory suite that train, and the harness that the generator made for them.</summary>
internal sealed class TheorySweep
{
    private const BindingFlags Own = BindingFlags.Instance | BindingFlags.NonPublic;

    private readonly Action<Cohort> train;
    private readonly IReadOnlyList<CohortPlan> plans;

    private TheorySweep(string name, IReadOnlyList<ArmDesign> designs, Action<Cohort> train)
    {
        Name = name;
        this.train = train;
        plans = CohortPlanner.Plan([.. designs.Where(design => design.Trains && design.Training.Steps > 0)]);
    }

    /// <summary>The spec's name.</summary>
    public string Name { get; }

    /// <summary>Arms that train, every start counted.</summary>
    public int Arms => Designs.Sum(design => design.Training.Restarts);

    /// <summary>Cohorts, as planned.</summary>
    public int Cohorts => plans.Count;

    /// <summary>The arms.</summary>
    public IEnumerable<ArmDesign> Designs => plans.SelectMany(plan => plan.Designs);

    /// <summary>Every spec of the suite that trains something in a profile.</summary>
    public static IEnumerable<TheorySweep> All(string profile, string part) =>
        from entry in ExperimentRegistry.All
        where entry.Folder == "theory" && entry.Name.Contains(part, StringComparison.Ordinal)
        let experiment = entry.Create()
        let own = experiment.Info.Profiles.Contains(profile) ? profile : "full"
        let sweep = new TheorySweep(entry.Name, DesignsOf(experiment, own), Bound<Action<Cohort>>(experiment, "Train"))
        where sweep.plans.Count > 0
        select sweep;

    /// <summary>Some of the arms.</summary>
    public TheorySweep Only(Func<ArmDesign, bool> wanted) => new(Name, [.. Designs.Where(wanted)], train);

    /// <summary>What training all arms takes, from a few steps of every cohort; set-up and metrics left out.</summary>
    /// <param name="steps">Steps of each cohort that are timed.</param>
    /// <param name="workers">Cohorts at a time.</param>
    public Sample Train(int steps, int workers)
    {
        // Backbones are taken as drawn: pretraining changes no time of a step.
        CohortPlan[] sampled = [.. plans.Select(plan => plan with
        {
            Designs = [.. plan.Designs.Select(design => design with
            {
                Pretrain = null,
                Training = design.Training with { Steps = steps + TimedSession.WarmUp, MeasureEvery = Cohort.MeasureEvery(design.Training) },
            })],
        })];
        var perStep = TimedCohorts.Run(sampled, train, workers);
        return TimedCohorts.Together(plans, perStep.Zip(plans, (sample, plan) => sample * plan.Designs[0].Training.Steps), workers);
    }

    private static IReadOnlyList<ArmDesign> DesignsOf(Experiment experiment, string profile)
    {
        object settings = Method(experiment, "SettingsOf").Invoke(experiment, [profile])!;
        return (IReadOnlyList<ArmDesign>)typeof(TheorySweep).GetMethod(nameof(Designed), BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(Method(experiment, "SettingsOf").ReturnType.GetGenericArguments()[0]).Invoke(null, [settings])!;
    }

    private static ArmDesign[] Designed<TArm>(ExperimentSettings<TArm> settings)
        where TArm : ExperimentArm => [.. settings.Arms.Select(settings.DesignOf)];

    private static T Bound<T>(Experiment experiment, string method)
        where T : Delegate => Method(experiment, method).CreateDelegate<T>(experiment);

    private static MethodInfo Method(Experiment experiment, string name) => experiment.GetType().GetMethod(name, Own)!;
}
