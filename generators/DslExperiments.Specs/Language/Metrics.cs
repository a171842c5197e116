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

    /// <summary>A task on text files.</summary>
    TextTask = 131072,

    /// <summary>A task whose answer is one of a few.</summary>
    Choices = 262144,

    /// <summary>The task text_classification.</summary>
    Labels = 524288,

    /// <summary>A task whose answer is a string of tokens.</summary>
    Answers = 1048576,

    /// <summary>A task whose answer is text.</summary>
    TextAnswers = 2097152,

    /// <summary>The task language_modelling.</summary>
    LanguageModel = 4194304,

    /// <summary>A file of another domain.</summary>
    Transfer = 8388608,

    /// <summary>A group column.</summary>
    Groups = 16777216,
}

/// <summary>Everything that can be measured.</summary>
internal static class Metrics
{
    /// <summary>What a metric of the user's own begins with.</summary>
    public const string CustomPrefix = "custom.";

    /// <summary>A number that every arm has without measuring.</summary>
    public const string TrainableParameters = "trainable_parameters";

    private const string Namespace = "global::DslExperiments.Metrics.";
    private const string Constant = "training does not change it";
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
        new("exact_match", Namespace + "ExactMatch", false, MetricNeeds.TokenTask | MetricNeeds.Answers, "Share of the evaluation's sequences whose whole answer greedy decoding gives; of texts after SQuAD's normalisation for question_answering, else character by character."),
        new("accuracy", Namespace + "Accuracy", false, MetricNeeds.Choices, "Share of the evaluation's rows whose label or choice is right."),
        new("macro_f1", Namespace + "MacroF1", false, MetricNeeds.Labels, "Mean over labels of the harmonic mean of precision and recall; labels that are neither given nor right are left out."),
        new("majority.accuracy", Namespace + "MajorityAccuracy", false, MetricNeeds.Choices, "Share of the evaluation's most frequent label: what answering it always would reach."),
        new("ensemble.accuracy", Namespace + "EnsembleAccuracy", false, MetricNeeds.Labels, "accuracy of the majority vote of the arms that differ in their seed alone; the same for each of them."),
        new("token_f1", Namespace + "TokenF1", false, MetricNeeds.TextAnswers, "Mean overlap of the words of answer and right answer, as SQuAD's F1."),
        new("rouge_l", Namespace + "RougeL", false, MetricNeeds.TextAnswers, "Mean F-measure of the longest common subsequence of words."),
        new("perplexity", Namespace + "Perplexity", true, MetricNeeds.LanguageModel, "exp of the mean cross-entropy of a token of the evaluation."),
        new("transfer.loss", Namespace + "TransferLoss", true, MetricNeeds.TextTask | MetricNeeds.Transfer, "eval.loss on the file of another domain."),
        new("transfer.accuracy", Namespace + "TransferAccuracy", false, MetricNeeds.Choices | MetricNeeds.Transfer, "accuracy on the file of another domain."),
        new("transfer.macro_f1", Namespace + "TransferMacroF1", false, MetricNeeds.Labels | MetricNeeds.Transfer, "macro_f1 on the file of another domain."),
        new("transfer.exact_match", Namespace + "TransferExactMatch", false, MetricNeeds.TextAnswers | MetricNeeds.Transfer, "exact_match on the file of another domain."),
        new("transfer.token_f1", Namespace + "TransferTokenF1", false, MetricNeeds.TextAnswers | MetricNeeds.Transfer, "token_f1 on the file of another domain."),
        new("accuracy_gap", Namespace + "AccuracyGap", true, MetricNeeds.Choices | MetricNeeds.Groups, "Largest difference of accuracy between two groups of task.group."),
        new("parity_gap", Namespace + "ParityGap", true, MetricNeeds.Labels | MetricNeeds.Groups, "Demographic parity: largest difference between two groups in how often a label is given, over labels."),
        new("odds_gap", Namespace + "OddsGap", true, MetricNeeds.Labels | MetricNeeds.Groups, "Equalised odds: largest difference between two groups in how often a label is given where another is right, over both."),
        new("energy", Namespace + "Energy", true, MetricNeeds.Nothing, "Estimated energy of the arm's training in Wh: its share of the cohort's, without what a killed sitting did after its last checkpoint."),
        new("co2", Namespace + "Co2", true, MetricNeeds.Nothing, "Estimated emissions of the arm's training in grams of CO2: energy times the grid's intensity."),
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

    /// <summary>Why early stopping cannot watch a metric; null for one that it can, such as the user's own.</summary>
    public static string? WhyUnwatched(string name) => name switch
    {
        "train.loss" => "the training loss is watched without a metric",
        "energy" or "co2" => "it is known at the end only",
        "ensemble.accuracy" => "it is of several arms",
        _ => IsConstant(name) ? Constant : null,
    };

    /// <summary>Why a search cannot compare arms by a metric at a rung; null for one by which it can, such as the user's own.</summary>
    public static string? WhyUncompared(string name) => name switch
    {
        "energy" or "co2" => "it differs from run to run",
        _ => IsConstant(name) ? Constant : null,
    };

    private static bool IsConstant(string name) =>
        name is "floor.mse" or "input_gap" or "output_gap.certified" or "majority.accuracy" or "features.gap" or "teacher.mass"
        || name.StartsWith("certificate.", StringComparison.Ordinal);

    /// <summary>The names in suggestions.</summary>
    public static IEnumerable<string> Names => All.Select(metric => metric.Name);
}
