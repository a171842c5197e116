using System.Collections.Immutable;
using DslExperiments.Backbones;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Metrics;
using DslExperiments.Tasks;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Cohorts;

/// <summary>
/// Arms that share backbone shape, task, kind of method and number of steps, trained together as one tensor program with a
/// leading arm axis. An arm in a cohort does what it would do alone.
/// </summary>
/// <remarks>
/// An arm with restarts is several <em>lanes</em>, one per start, that stand on the arm axis like arms of their own:
/// everything that is per arm here, A of them, is per lane. Only the outcome is per arm again, that of its best lane.
/// </remarks>
public sealed partial class Cohort
{
    /// <summary>As many as Lester et al. (2021) list.</summary>
    private const int NearestPerToken = 5;

    private readonly CohortPlan plan;
    private readonly ICohortSession session;
    private readonly ImmutableArray<Lane> lanes;
    private readonly CohortRecord record;
    private Text.SpecFiles? files;
    private Text.Tokenizers.TextTokenizer? tokenizer;
    private ImmutableArray<LaneState> ends = [];
    private Results.EnergyAccount? energy;
    private IReadOnlyList<double> earlierJoules = [];

    /// <summary>Binds a planned cohort to the run around it.</summary>
    public Cohort(CohortPlan plan, ICohortSession session, Device device)
        : this(plan, session, device, Lane.Of(plan))
    {
    }

    private Cohort(CohortPlan plan, ICohortSession session, Device device, ImmutableArray<Lane> lanes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(plan.Designs.Length);
        this.plan = plan;
        this.session = session;
        this.lanes = lanes;
        Device = device;
        Designs = [.. lanes.Select(lane => plan.Designs[lane.Arm])];
        Trainings = [.. Designs.Select(design => design.Training)];
        Seeds = [.. Designs.Select(design => design.Arm.Seed)];
        AdapterSeeds = [.. lanes.Select(lane => lane.AdapterSeed)];
        record = new CohortRecord(Trainings);
    }

    /// <summary>Position in the experiment's plan.</summary>
    public int Index => plan.Index;

    /// <summary>The plan that the cohort was made from.</summary>
    public CohortPlan Plan => plan;

    /// <summary>The arms in stacking order, [A]; an arm with restarts stands here once per start.</summary>
    public IReadOnlyList<ArmDesign> Designs { get; }

    /// <summary>Arms, A, every start counted.</summary>
    public int Count => lanes.Length;

    /// <summary>The method's name in the spec.</summary>
    public string Method => Designs[0].Arm.Method;

    /// <summary>The backbone of all arms.</summary>
    public TransformerOptions Backbone => Designs[0].Backbone;

    /// <summary>The task of all arms.</summary>
    public TaskOptions Task => Designs[0].Task;

    /// <summary>Optimiser, rates and schedule of every arm, [A].</summary>
    public IReadOnlyList<TrainingOptions> Trainings { get; }

    /// <summary>The seed of every arm, [A].</summary>
    public IReadOnlyList<int> Seeds { get; }

    /// <summary>The seed from which each arm's adapter is drawn, [A]: the arm's own, and for a further start another.</summary>
    public IReadOnlyList<int> AdapterSeeds { get; }

    /// <summary>The weights that pretraining left, by seed, or a checkpoint's; null when the backbone is as drawn or constructed.</summary>
    public BackboneWeights? Pretrained { get; init; }

    /// <summary>The files that the spec names.</summary>
    /// <exception cref="InvalidOperationException">The cohort was made without any.</exception>
    public Text.SpecFiles Files
    {
        get => files ?? throw new InvalidOperationException("The cohort was made without the files that its spec names.");
        init => files = value;
    }

    /// <summary>What makes tokens of texts.</summary>
    /// <exception cref="InvalidOperationException">The backbone's tokens are numbers.</exception>
    public Text.Tokenizers.TextTokenizer Tokenizer
    {
        get => tokenizer ?? throw new InvalidOperationException("The backbone has no tokenizer.");
        init => tokenizer = value;
    }

    /// <summary>What a pretraining cohort left, once <see cref="Keep"/> was called: an adapter's tensors by name, on the CPU.</summary>
    public IReadOnlyDictionary<string, Tensor>? Kept { get; private set; }

    /// <summary>Where the cohort computes.</summary>
    public Device Device { get; }

    /// <summary>Updates per arm; none where nothing is trained.</summary>
    public int StepCount => Designs[0].Trains ? Trainings[0].Steps : 0;

    /// <summary>What the cohort left behind, once <see cref="Finish"/> was called.</summary>
    public CohortOutcome? Outcome { get; private set; }

    /// <summary>What its lanes bring from earlier cohorts; null for a cohort that begins.</summary>
    internal CohortStart? Start { get; set; }

    /// <summary>Where it ends for now; null for one that is trained to its end.</summary>
    internal Rung? Rung { get; set; }

    /// <summary>What it left at its rung, once <see cref="Finish"/> was called.</summary>
    internal RungEnd? RungEnd { get; private set; }

    /// <summary>
    /// Per lane an estimate of the energy that its training took so far, in all sittings and all cohorts that it was in,
    /// without metrics and without what a killed sitting did after its last checkpoint.
    /// </summary>
    internal ImmutableArray<double> Joules
    {
        get
        {
            double own = (energy?.Joules ?? 0) / Count;
            return [.. Enumerable.Range(0, Count).Select(lane => own + (earlierJoules.Count > 0 ? earlierJoules[lane] : Start?.Lanes[lane].Joules ?? 0))];
        }
    }

    /// <summary>The measured steps so far.</summary>
    public IReadOnlyList<MeasuredStep> Curve => record.Curve;

    /// <summary>Per arm the measured step at which its loss was no longer finite, or -1.</summary>
    public IReadOnlyList<int> DivergedAt => record.DivergedAt;

    /// <summary>Per arm the measured step at which it stopped early, or -1.</summary>
    public IReadOnlyList<int> StoppedAt => record.StoppedAt;

    /// <summary>Per arm the measured step whose numbers it ended with in place of its last ones, or -1; known at the end.</summary>
    public IReadOnlyList<int> RestoredFrom => [.. Enumerable.Range(0, Count).Select(record.RestoredFrom)];

    /// <summary>The losses that were measured last, one per arm; at the end those of the numbers that arms end with.</summary>
    public IReadOnlyList<double> LastLosses => record.Last;

    /// <summary>The methods' options of every arm, [A].</summary>
    public IReadOnlyList<T> Options<T>()
        where T : MethodOptions => [.. Designs.Select(design => (T)design.Method)];

    /// <summary>Measures the trained arms and keeps the outcome for whoever runs the cohort.</summary>
    /// <exception cref="InvalidOperationException">A frozen weight changed.</exception>
    public void Finish(TrainedCohort trained, IReadOnlyList<Metric> metrics)
    {
        TrainingChecks.FrozenStayedFrozen(trained.Backbone);
        if (IsPart || Narrowing is not null)
        {
            return;
        }

        var best = BestLanes();
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        if (Rung is { } rung)
        {
            double[] compared = Measured(metrics.First(metric => metric.Name == rung.Metric), trained);
            var joules = Joules;
            RungEnd = new RungEnd(
                [.. best.Select(lane => DivergedAt[lane] >= 0 ? double.NaN : compared[lane])],
                [.. ends.Select((state, lane) => record.PastOf(lane, state, joules[lane]))]);
            return;
        }

        TrainingChecks.ArmsAtRest(this, trained.Adapter, best).ForEach(session.Say);
        var values = metrics.Select(metric => Measured(metric, trained)).ToArray();
        Outcome = new CohortOutcome([.. best.Select(lane => OutcomeOf(lane, trained, values))]);
    }

    /// <summary>Keeps the trained weights of a pretraining cohort, one arm, for whoever runs it.</summary>
    /// <exception cref="ExperimentUsageException">The training diverged.</exception>
    public void Keep(FullTuning trained)
    {
        int best = BestLanes()[0];
        if (DivergedAt[best] >= 0)
        {
            throw new ExperimentUsageException(
                $"The pretraining of seed {SpecText.Of(Seeds[0])} diverged: at step {SpecText.Of(DivergedAt[best])} its loss is no number. "
                + "Lower pretrain.training.learning_rate, or set pretrain.training.clip.");
        }

        TrainingChecks.ArmsAtRest(this, trained, [best]).ForEach(session.Say);
        Kept = trained.Export(best).ToDictionary(tensor => tensor.Key, tensor => tensor.Value.DetachFromDisposeScope());
    }

    /// <summary>Steps between two measured passes.</summary>
    public static int MeasureEvery(TrainingOptions training) =>
        training.MeasureEvery > 0 ? training.MeasureEvery : Math.Max(1, training.Steps / 20);

    /// <summary>The lane of every arm of the plan with the smallest last loss; the first one when all of them diverged.</summary>
    internal int[] BestLanes() => [.. Enumerable.Range(0, Count)
        .GroupBy(lane => lanes[lane].Arm)
        .OrderBy(arm => arm.Key)
        .Select(arm => arm.MinBy(lane => DivergedAt[lane] >= 0 || LastLosses.Count == 0 ? double.PositiveInfinity : LastLosses[lane]))];

    /// <summary>The plan's arm that a lane is a start of.</summary>
    internal int ArmOf(int lane) => lanes[lane].Arm;

    private double[] Measured(Metric metric, TrainedCohort trained)
    {
        double[] values = metric.Measure(trained);
        return values.Length == Count
            ? values
            : throw new InvalidOperationException($"Metric {metric.Name} gave {values.Length} values for {Count} arms.");
    }

    private ArmOutcome OutcomeOf(int arm, TrainedCohort trained, double[][] values)
    {
        bool diverged = DivergedAt[arm] >= 0;
        return new ArmOutcome(
            Designs[arm],
            [.. values.Select(value => diverged ? double.NaN : value[arm])],
            [.. record.CurveOf(arm)],
            diverged ? DivergedAt[arm] : null,
            [.. trained.Adapter.Export(arm).Select(tensor => new AdapterArray(
                tensor.Key, tensor.Value.shape, Backbone.Dtype.OfTrained(), tensor.Value.to(float64).contiguous().data<double>().ToArray()))])
        {
            StoppedAt = StoppedAt[arm] >= 0 ? StoppedAt[arm] : null,
            RestoredFrom = record.RestoredFrom(arm) >= 0 ? record.RestoredFrom(arm) : null,
            Evaluations = [.. record.EvaluationsOf(arm)],
            Dropped = record.Dropped[arm],
            Nearest = diverged ? [] : NearestOf(arm, trained),
        };
    }

    /// <summary>What the virtual tokens of a prompt before texts have become, as far as the vocabulary can say.</summary>
    private static IReadOnlyList<IReadOnlyList<NearToken>> NearestOf(int arm, TrainedCohort trained) =>
        trained.Adapter.Prompt is null || trained.Backbone.Embedding is null || trained.Task.Tokenizer is not { } tokenizer
            ? []
            : [.. NearestTokens.Of(trained.Adapter, trained.Backbone, arm, NearestPerToken, tokenizer.VocabularySize).Select(row =>
                row.Select(near => new NearToken(near.Token, tokenizer.Piece(near.Token), near.Cosine)).ToArray())];
}
