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
        new("train.mse", Namespace + "TrainMse", true, MetricNeeds.Nothing, "Mean squared error on the training sequences."),
        new("floor.mse", Namespace + "PromptFloor", true, OneQuery | MetricNeeds.PromptMethod, "The smallest train.mse that any prompt of the arm's length can reach."),
        new("features.gap", Namespace + "FeatureGap", false, OneQuery, "The smallest distance between what the frozen attention makes of the shared token in two sequences; near 0 nothing behind the attention can tell them apart."),
        new("certificate.mass", Namespace + "CertificateMass", false, OneQuery | MetricNeeds.InvertibleMlp, "The attention mass a* that a prompt would need for the targets; none exists when it is not positive."),
        new("certificate.residual", Namespace + "CertificateResidual", true, OneQuery | MetricNeeds.InvertibleMlp, "How far, relatively, the best prompt's mass is from making the targets."),
        new("certificate.rounding", Namespace + "CertificateRounding", true, OneQuery | MetricNeeds.InvertibleMlp, "How much of certificate.residual rounding alone can explain; large where the shared token takes nearly all of the attention."),
        new("teacher.mass", Namespace + "TeacherMass", false, MetricNeeds.OneLayer | MetricNeeds.OneHead | MetricNeeds.Teacher, "The attention mass of the hidden prompt that made the targets."),
        new("attention.relative_change", Namespace + "RelativeAttentionChange", true, MetricNeeds.OneLayer, "Largest difference between the content attention of the adapted and of the frozen backbone, prompt columns removed and rows renormalised."),
    };

    /// <summary>The metric of a name, or null.</summary>
    public static Metric? Find(string name) => Array.Find(All, metric => metric.Name == name);

    /// <summary>The names in suggestions.</summary>
    public static IEnumerable<string> Names => All.Select(metric => metric.Name);
}
