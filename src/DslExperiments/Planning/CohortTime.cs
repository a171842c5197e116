using DslExperiments.Cohorts;

namespace DslExperiments.Planning;

/// <summary>
/// Seconds of a cohort on one core, from its designs alone: the calls of every layer, one look at the weights, and for every
/// arm its products and the memory that its step writes and reads. Within a factor of two; what it is for is to say when
/// further arms no longer make a step cheaper, and to tell a coffee from a night.
/// </summary>
/// <remarks>
/// The constants are fitted to steps of cohorts of 1 to 128 arms at widths 8 to 256, see README.md. They belong to the
/// plan of every run: another machine's constants would be another plan, and other last bits.
/// </remarks>
internal static class CohortTime
{
    /// <summary>Calls: the first layer reads what is kept of the frozen part, further ones compute everything and its gradient.</summary>
    private const double SecondsOfFirstLayer = 160e-6, SecondsOfFurtherLayer = 600e-6;

    private const double SecondsPerWeightByte = 8.2e-11, SecondsPerProduct = 4.2e-11, SecondsPerByte = 3.3e-10;

    /// <summary>A pass without its way back, as a search makes one for every token that it tries.</summary>
    private const double ForwardShare = 1 / 3.0;

    /// <summary>Seconds of one step of arms that train together.</summary>
    public static double OfStep(IReadOnlyList<ArmDesign> designs)
    {
        var shape = new CohortShape(designs);
        var memory = CohortMemory.Of(shape);
        int further = shape.Backbone.Depth + shape.Backbone.DecoderDepth - 1;
        double seconds = SecondsOfFirstLayer + (further * SecondsOfFurtherLayer) + (memory.Weights * SecondsPerWeightByte)
            + (memory.Products * SecondsPerProduct) + ((memory.Forward + memory.Backward) * SecondsPerByte);
        return seconds * (1 + (shape.Candidates * ForwardShare));
    }

    /// <summary>The order in which cohorts start: on several cores the shortest fill up what the longest leave.</summary>
    public static IEnumerable<T> LongestFirst<T>(IEnumerable<T> all, Func<T, CohortPlan> planOf) => all.OrderByDescending(each => Of(planOf(each)));

    /// <summary>Seconds of cohorts on a few cores, each started by the first core that is free.</summary>
    /// <param name="seconds">Of each cohort, in the order in which they start.</param>
    /// <param name="cores">Cores.</param>
    public static double Together(IEnumerable<double> seconds, int cores)
    {
        double[] busy = new double[cores];
        foreach (double each in seconds)
        {
            busy[Array.IndexOf(busy, busy.Min())] += each;
        }

        return busy.Max();
    }

    /// <summary>Seconds of a cohort's training.</summary>
    public static double Of(CohortPlan cohort) => cohort.Designs[0].Trains ? cohort.Designs[0].Training.Steps * OfStep(cohort.Designs) : OfStep(cohort.Designs);
}
