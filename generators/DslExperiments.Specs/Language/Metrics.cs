namespace DslExperiments.Specs;

/// <summary>A metric of the runtime.</summary>
/// <param name="Name">As in the spec.</param>
/// <param name="CSharpType">The class that measures it.</param>
/// <param name="LowerIsBetter">What <c>best()</c> means.</param>
/// <param name="Needs">What backbone and task must be like.</param>
/// <param name="Doc">What it is.</param>
internal sealed record Metric(string Name, string CSharpType, bool LowerIsBetter, MetricNeeds Needs, string Doc);

/// <summary>Conditions under which a metric exists; each includes those before it.</summary>
[Flags]
internal enum MetricNeeds
{
    /// <summary>None.</summary>
    Nothing = 0,

    /// <summary>Depth 1.</summary>
    OneLayer = 1,

    /// <summary>One head and no normalisation.</summary>
    OneHead = 2,

    /// <summary>No position signal.</summary>
    NoPositions = 4,

    /// <summary>Sequences that share their last token.</summary>
    SharedToken = 8,

    /// <summary>A prompt among the methods.</summary>
    PromptMethod = 16,

    /// <summary>An MLP that can be inverted, or none.</summary>
    InvertibleMlp = 32,

    /// <summary>Targets that a hidden prompt makes.</summary>
    Teacher = 64,

    /// <summary>A task whose targets are vectors.</summary>
    VectorTask = 128,

    /// <summary>A task whose targets are tokens.</summary>
    TokenTask = 256,

    /// <summary>The task integer_sequences.</summary>
    IntegerSequences = 512,

    /// <summary>The task common_target.</summary>
    CommonTarget = 1024,

    /// <summary>A task with points for evaluation alone.</summary>
    TestPoints = 2048,

    /// <summary>A task for which D3 or D4 gives a floor.</summary>
    Floor = 4096,

    /// <summary>The task associations.</summary>
    Associations = 8192,

    /// <summary>A causal backbone.</summary>
    Causal = 16384,

    /// <summary>Layers whose contraction D6 bounds: no norm, no positions, a residual MLP or none.</summary>
    BoundedLayers = 32768,

    /// <summary>A vocabulary that holds counts up to the length.</summary>
    CountTokens = 65536,
}

/// <summary>Everything that can be measured.</summary>
internal static class Metrics
{
    /// <summary>What a metric of the user's own begins with.</summary>
    public const string CustomPrefix = "custom.";

    /// <summary>A number that every arm has without measuring.</summary>
    public const string TrainableParameters = "trainable_parameters";

    private const string Namespace = "global::DslExperiments.Metrics.";
    private const MetricNeeds OneQuery = MetricNeeds.OneLayer | MetricNeeds.OneHead | MetricNeeds.NoPositions | MetricNeeds.SharedToken;

    /// <summary>All metrics.</summary>
    public static readonly Metric[] All =
    {
        new("train.mse", Namespace + "TrainMse", true, MetricNeeds.VectorTask, "Mean squared error on the training sequences."),
        new("train.max_error", Namespace + "TrainMaxError", true, MetricNeeds.VectorTask, "Largest distance of an output from its target, over training sequences and tokens that are read."),
        new("eval.mse", Namespace + "EvalMse", true, MetricNeeds.TestPoints, "Mean squared error on points that training never saw."),
        new("floor.mse", Namespace + "PromptFloor", true, MetricNeeds.Floor | MetricNeeds.PromptMethod, "The smallest train.mse that any prompt of the arm's length can reach: D3 for shared_token_pair, D4 for distinct_queries. The expressivity gap."),
        new("optimisation_gap.mse", Namespace + "OptimisationGap", true, MetricNeeds.Floor | MetricNeeds.PromptMethod, "train.mse - floor.mse: what gradient descent leaves of what a prompt could reach."),
        new("input_gap", Namespace + "InputGap", false, MetricNeeds.CommonTarget, "Distance between the two input sequences."),
        new("output_gap", Namespace + "OutputGap", false, MetricNeeds.CommonTarget, "Distance between what the adapted backbone makes of the two sequences."),
        new("output_gap.certified", Namespace + "CertifiedOutputGap", false, MetricNeeds.CommonTarget | MetricNeeds.Causal | MetricNeeds.BoundedLayers, "What no prompt within its norm cap can bring output_gap below (D6); 0 when the layers are not contractive."),
        new("train.loss", Namespace + "TrainLoss", true, MetricNeeds.TokenTask, "Mean cross-entropy of the answer's tokens on the last batch, in nats."),
        new("eval.loss", Namespace + "EvalLoss", true, MetricNeeds.TokenTask, "Mean cross-entropy of the answer's tokens on the evaluation's sequences, in nats."),
        new("exact_match", Namespace + "ExactMatch", false, MetricNeeds.TokenTask, "Share of the evaluation's sequences whose whole answer greedy decoding gives."),
        new("exact_match.ascending", Namespace + "AscendingMatch", false, MetricNeeds.IntegerSequences, "exact_match on the function ascending, whatever the arm learned."),
        new("exact_match.descending", Namespace + "DescendingMatch", false, MetricNeeds.IntegerSequences, "exact_match on the function descending."),
        new("exact_match.add1", Namespace + "Add1Match", false, MetricNeeds.IntegerSequences, "exact_match on the function add1."),
        new("exact_match.add2", Namespace + "Add2Match", false, MetricNeeds.IntegerSequences, "exact_match on the function add2."),
        new("exact_match.ascending_add1", Namespace + "AscendingAdd1Match", false, MetricNeeds.IntegerSequences, "exact_match on the function ascending_add1."),
        new("exact_match.double_hist", Namespace + "DoubleHistMatch", false, MetricNeeds.IntegerSequences | MetricNeeds.CountTokens, "exact_match on the function double_hist."),
        new("bits_stored", Namespace + "BitsStored", false, MetricNeeds.Associations, "Gain in log-likelihood of the labels over guessing evenly, in bits, summed over the strings."),
        new("features.gap", Namespace + "FeatureGap", false, OneQuery, "The smallest distance between what the frozen attention makes of the shared token in two sequences; near 0 nothing behind the attention can tell them apart."),
        new("certificate.mass", Namespace + "CertificateMass", false, OneQuery | MetricNeeds.InvertibleMlp, "The attention mass a* that a prompt would need for the targets; none exists when it is not positive."),
        new("certificate.residual", Namespace + "CertificateResidual", true, OneQuery | MetricNeeds.InvertibleMlp, "How far, relatively, the best prompt's mass is from making the targets."),
        new("certificate.rounding", Namespace + "CertificateRounding", true, OneQuery | MetricNeeds.InvertibleMlp, "How much of certificate.residual rounding alone can explain; large where the shared token takes nearly all of the attention."),
        new("teacher.mass", Namespace + "TeacherMass", false, MetricNeeds.OneLayer | MetricNeeds.OneHead | MetricNeeds.Teacher, "The attention mass of the hidden prompt that made the targets."),
        new("attention.relative_change", Namespace + "RelativeAttentionChange", true, MetricNeeds.VectorTask | MetricNeeds.OneLayer, "Largest difference between the content attention of the adapted and of the frozen backbone, prompt columns removed and rows renormalised."),
    };

    /// <summary>The metric of a name, or null.</summary>
    public static Metric? Find(string name) => Array.Find(All, metric => metric.Name == name);

    /// <summary>The names in suggestions.</summary>
    public static IEnumerable<string> Names => All.Select(metric => metric.Name);
}
