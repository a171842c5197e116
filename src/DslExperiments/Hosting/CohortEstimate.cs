using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tasks;

namespace DslExperiments.Hosting;

/// <summary>
/// What a cohort will take, from its shapes alone; right within a factor of about two, to choose between a coffee and a
/// night.
/// </summary>
internal static class CohortEstimate
{
    /// <summary>Tensors of a layer's activations that the backward pass keeps, in units of rows times width.</summary>
    private const double KeptPerLayer = 14;

    /// <summary>Values, gradients, two moments and the first values of what is trained.</summary>
    private const double CopiesPerParameter = 5;

    /// <summary>Kernels per layer and step, forward and backward, and the time to start one.</summary>
    private const double KernelsPerLayer = 180;
    private const double SecondsPerKernel = 2.5e-6;

    /// <summary>Floating-point operations of one core per second on small matrices.</summary>
    private const double Throughput = 1.5e10;

    /// <summary>Bytes while it trains.</summary>
    public static double Bytes(CohortPlan cohort)
    {
        var backbone = cohort.Designs[0].Backbone;
        var size = backbone.Dtype == Precision.Float64 ? 8 : 4;
        var seeds = cohort.Designs.Select(static design => design.Arm.Seed).Distinct().Count();
        var trained = cohort.Designs.Max(static design => design.TrainableParameters) * Lanes(cohort);
        return size * ((seeds * FrozenParameters(backbone)) + (CopiesPerParameter * trained) + (Rows(cohort) * backbone.Depth * KeptPerLayer * backbone.Width));
    }

    /// <summary>Seconds on one core.</summary>
    public static double Seconds(CohortPlan cohort)
    {
        var backbone = cohort.Designs[0].Backbone;
        var operations = 6 * Rows(cohort) * FrozenParameters(backbone);
        var steps = cohort.Designs[0].Trains ? cohort.Designs[0].Training.Steps : 0;
        return steps * ((backbone.Depth * KernelsPerLayer * SecondsPerKernel) + (operations / Throughput));
    }

    private static double FrozenParameters(TransformerOptions backbone)
    {
        double width = backbone.Width;
        var attention = (backbone.Attention.Output ? 4 : 3) * width * width;
        var mlp = (backbone.Mlp.Gated ? 3 : 2) * width * backbone.Mlp.Hidden;
        return ((backbone.Depth + backbone.DecoderDepth) * (attention + mlp + backbone.Mlp.Hidden + width)) + (width * backbone.Vocabulary);
    }

    /// <summary>Rows that pass through the layers in a step: virtual tokens once per arm, content once per sequence.</summary>
    private static double Rows(CohortPlan cohort)
    {
        var (sequences, length) = cohort.Designs[0].Task switch
        {
            SharedTokenPairOptions task => (task.Sequences, task.Length),
            TeacherPromptOptions task => (task.Sequences, task.Length),
            DistinctQueriesOptions task => (task.Sequences, task.Length),
            CommonTargetOptions task => (task.Sequences, task.Length),
            SphereRegressionOptions task => (task.Sequences, 1),
            AssociationsOptions task => (task.Sequences, task.Length),
            IntegerSequencesOptions task => (int.MaxValue, task.Placeholders + (2 * task.Length)),
            LanguageModellingOptions task => (int.MaxValue, task.Length),
            TextTaskOptions task => (int.MaxValue, task.MaxLength),
            CustomTaskOptions task => (task.Sequences, task.Length),
            var task => (Math.Max(1, task.Sequences), 1),
        };
        var batch = cohort.Designs[0].Training.Batch is > 0 and var given ? Math.Min(given, sequences) : sequences;
        var virtualTokens = cohort.Designs.Max(static design => design.Method switch
        {
            PromptOptions prompt => prompt.Length,
            PrefixOptions prefix => prefix.Length,
            PromptLoraOptions both => both.Prompt.Length,
            PrefixLoraOptions both => both.Prefix.Length,
            IaptOptions iapt => iapt.Length,
            HardPromptOptions prompt => prompt.Length,
            _ => 0,
        });
        return Lanes(cohort) * (virtualTokens + ((double)batch * length));
    }

    /// <summary>Arms, every restart counted.</summary>
    private static double Lanes(CohortPlan cohort) => cohort.Designs.Sum(Lane.CountOf);
}
