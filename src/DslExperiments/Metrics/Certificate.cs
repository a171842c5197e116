namespace DslExperiments.Metrics;

/// <summary>
/// The test whether some prompt can memorise sequences that share their query (D2 of the fact sheet). A prompt of mass a
/// would have to satisfy <c>a (t_i − t_j) = (N_i − N_j) − (t_i Z_i − t_j Z_j)</c> for all pairs, where t_i is the attention
/// output that target i needs: (n − 1) D equations in one unknown, solved here by least squares over all pairs.
/// </summary>
internal static class Certificate
{
    /// <summary>
    /// Rounding errors of a needed attention t_i and of the sums, in units of the last place. The data was rounded when it
    /// was drawn and when a teacher made targets; inverting a contractive MLP multiplies that a few times over.
    /// </summary>
    private const double RoundingSteps = 64;

    private const double UnitRoundoff = 1.0 / (1L << 53);

    /// <summary>
    /// The mass a*, the relative residual and the part of it that rounding can explain, of every arm; NaN where the MLP
    /// has no inverse at a target.
    /// </summary>
    public static (double Mass, double Residual, double Rounding)[] Measure(TrainedCohort trained)
    {
        if (SharedQuery.Of(trained) is not { } problems)
        {
            return [.. Enumerable.Repeat((double.NaN, double.NaN, double.NaN), trained.Cohort.Count)];
        }

        (double Mass, double Residual, double Rounding)[] groups = [.. problems.Select(Solve)];
        return [.. Enumerable.Range(0, trained.Cohort.Count).Select(arm => groups[trained.Backbone.Groups.GroupOf(arm)])];
    }

    internal static (double Mass, double Residual, double Rounding) Solve(SharedQuery problem)
    {
        int width = problem.Width, n = problem.Sequences;
        var needed = new double[n][];
        for (int i = 0; i < n; i++)
        {
            if (problem.Mlp.Invert(problem.Targets.AsSpan(i * width, width)) is not { } input)
            {
                return (double.NaN, double.NaN, double.NaN);
            }

            needed[i] = [.. input.Select((entry, k) => entry - problem.Query[k])];
        }

        double aa = 0, ab = 0, bb = 0;
        ForPairs((a, b) =>
        {
            aa += a * a;
            ab += a * b;
            bb += b * b;
        });
        double mass = ab / aa, missed = 0;
        ForPairs((a, b) => missed += Math.Pow((mass * a) - b, 2));

        // B is a small difference of large terms t Z when the content's own mass is large.
        double rounded = 0;
        for (int i = 0; i < n; i++)
        {
            double size = needed[i].Max(Math.Abs) + problem.Query.Max(Math.Abs) + problem.Targets.Max(Math.Abs);
            rounded += RoundingSteps * UnitRoundoff * size * (problem.Mass[i] + Math.Abs(mass));
        }

        return (mass * Math.Exp(problem.Shift), Math.Sqrt(missed / bb), rounded / Math.Sqrt(bb));

        void ForPairs(Action<double, double> visit)
        {
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    for (int k = 0; k < width; k++)
                    {
                        visit(
                            needed[i][k] - needed[j][k],
                            problem.Sums[(i * width) + k] - problem.Sums[(j * width) + k]
                                - ((needed[i][k] * problem.Mass[i]) - (needed[j][k] * problem.Mass[j])));
                    }
                }
            }
        }
    }
}

/// <summary><c>certificate.mass</c>: the prompt mass a* that would come closest to memorising; none exists at a* ≤ 0.</summary>
public sealed class CertificateMass : Metric
{
    /// <inheritdoc/>
    public override string Name => "certificate.mass";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => [.. Certificate.Measure(trained).Select(result => result.Mass)];
}

/// <summary><c>certificate.residual</c>: what the mass a* leaves of the equations, relative to their right side.</summary>
public sealed class CertificateResidual : Metric
{
    /// <inheritdoc/>
    public override string Name => "certificate.residual";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => [.. Certificate.Measure(trained).Select(result => result.Residual)];
}

/// <summary>
/// <c>certificate.rounding</c>: how much of <c>certificate.residual</c>, and of the relative error of
/// <c>certificate.mass</c>, the rounding of the data to double precision can explain. It is large where the shared token
/// takes nearly all of the attention, so that all sequences look alike; there the certificate says nothing.
/// </summary>
public sealed class CertificateRounding : Metric
{
    /// <inheritdoc/>
    public override string Name => "certificate.rounding";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => [.. Certificate.Measure(trained).Select(result => result.Rounding)];
}
