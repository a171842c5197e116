namespace DslExperiments.Metrics;

/// <summary>How the mass of a prompt is spread over its tokens.</summary>
internal enum Spread
{
    /// <summary>Anyhow: 0 ≤ u ≤ 1.</summary>
    Free,

    /// <summary>One token has all of it: u = 0.</summary>
    OneToken,

    /// <summary>All tokens are equal: u = 1.</summary>
    Equal,
}

/// <summary>
/// The mean squared error of a shared query as a function of what m virtual tokens do to it.
/// </summary>
/// <remarks>
/// With <c>e_j = exp(κ · p_j)</c>, m tokens enter through their mass <c>a = Σ e_j</c> and their sum <c>s = Σ e_j p_j</c>,
/// whose part along κ obeys <c>κ · s = Σ e_j ln e_j</c>. That lies between <c>a ln(a/m)</c> (equal tokens) and <c>a ln a</c>
/// (one token has all the mass) and takes every value between; the part of s across κ is free. So
/// <c>κ · s = a (ln a − u ln m)</c> with 0 ≤ u ≤ 1, and the closure of what m tokens reach is described by a, u and D − 1
/// free numbers (D3 of the fact sheet). A point is (ln a − shift, θ, z) with u = sin² θ and z the coordinates of
/// <c>W_o W_v s / (Z + a)</c> in an orthonormal basis of what the free part reaches, however small W_v makes it.
/// </remarks>
internal sealed class ReachOfTokens
{
    private readonly SharedQuery problem;
    private readonly int width;
    private readonly double meanMass;
    private readonly double kappaNorm;
    private readonly double[] mappedAlong;
    private readonly double[][] mappedAcross;

    // Scratch of one evaluation.
    private readonly double[] mapped;
    private readonly double[] x;
    private readonly double[] value;
    private readonly double[] outer;
    private readonly double[] inner;
    private readonly double[] pulled;
    private readonly double[] slopes;

    public ReachOfTokens(SharedQuery problem)
    {
        this.problem = problem;
        width = problem.Width;
        meanMass = problem.Mass.Average();
        kappaNorm = Math.Sqrt(problem.Kappa.Sum(entry => entry * entry));
        var axes = Axes(problem.Kappa, kappaNorm);
        mappedAcross = [.. Orthonormal(axes.Skip(kappaNorm > 0 ? 1 : 0).Select(Map))];
        mappedAlong = kappaNorm > 0 ? Without(Map(axes[0]), mappedAcross) : new double[width];
        (mapped, x, value, outer, inner, pulled) = (new double[width], new double[width], new double[width], new double[width], new double[width], new double[width]);
        slopes = new double[problem.Mlp.Hidden];
    }

    /// <summary>Entries of a point.</summary>
    public int Dimensions => 2 + mappedAcross.Length;

    /// <summary>ln of the content's mass, the natural scale of a prompt's.</summary>
    public double LogContentMass => Math.Log(meanMass);

    /// <summary>ln a − shift of m tokens with no part along κ.</summary>
    public double LogMassOf(int length) => Math.Log(length) - problem.Shift;

    /// <summary>The error at a point, and its gradient.</summary>
    public double Error(double[] point, double[] gradient, Spread spread, int length)
    {
        // Without κ every token weighs 1.
        double logMass = kappaNorm > 0 ? point[0] : LogMassOf(length);
        double mass = Math.Exp(Math.Clamp(logMass, -300, 300)), unit = meanMass + mass, share = mass / unit;
        double u = spread switch
        {
            Spread.OneToken => 0,
            Spread.Equal => 1,
            _ => Math.Pow(Math.Sin(point[1]), 2),
        };

        // κ · s / (|κ| (Z + a)) with its derivatives by ln a and θ.
        double along = 0, alongByMass = 0, alongByAngle = 0;
        if (kappaNorm > 0)
        {
            double level = logMass + problem.Shift - (u * Math.Log(length));
            along = share * level / kappaNorm;
            alongByMass = ((share * (1 - share) * level) + share) / kappaNorm;
            alongByAngle = spread == Spread.Free ? -share * Math.Sin(2 * point[1]) * Math.Log(length) / kappaNorm : 0;
        }

        for (int i = 0; i < width; i++)
        {
            mapped[i] = along * mappedAlong[i];
            pulled[i] = 0;
        }

        for (int k = 0; k < mappedAcross.Length; k++)
        {
            double[] axis = mappedAcross[k];
            for (int i = 0; i < axis.Length; i++)
            {
                mapped[i] += point[2 + k] * axis[i];
            }
        }

        double error = 0, byMass = 0, scale = 1.0 / (problem.Sequences * width);
        for (int n = 0; n < problem.Sequences; n++)
        {
            double total = problem.Mass[n] + mass;
            for (int i = 0; i < width; i++)
            {
                x[i] = problem.Query[i] + ((problem.Sums[(n * width) + i] + (unit * mapped[i])) / total);
            }

            problem.Mlp.Evaluate(x, value, slopes);
            for (int i = 0; i < width; i++)
            {
                double difference = value[i] - problem.Targets[(n * width) + i];
                error += difference * difference * scale;
                outer[i] = 2 * difference * scale;
            }

            problem.Mlp.PullBack(slopes, outer, inner);
            for (int i = 0; i < width; i++)
            {
                pulled[i] += inner[i] * unit / total;
                byMass += inner[i] * mass * (mapped[i] - (x[i] - problem.Query[i])) / total;
            }
        }

        double alongPull = Dot(pulled, mappedAlong);
        gradient[0] = kappaNorm > 0 ? byMass + (alongPull * alongByMass) : 0;
        gradient[1] = alongPull * alongByAngle;
        for (int k = 0; k < mappedAcross.Length; k++)
        {
            gradient[2 + k] = Dot(pulled, mappedAcross[k]);
        }

        return double.IsFinite(error) ? error : double.PositiveInfinity;
    }

    private double[] Map(double[] s)
    {
        var image = new double[width];
        for (int i = 0; i < width; i++)
        {
            for (int j = 0; j < width; j++)
            {
                image[i] += problem.Values[(i * width) + j] * s[j];
            }
        }

        return image;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    /// <summary>An orthonormal basis that begins with the direction of κ when there is one.</summary>
    private static List<double[]> Axes(double[] kappa, double norm)
    {
        var basis = new List<double[]>();
        if (norm > 0)
        {
            basis.Add([.. kappa.Select(entry => entry / norm)]);
        }

        var rest = Enumerable.Range(0, kappa.Length).OrderBy(i => Math.Abs(kappa[i])).Select(axis =>
        {
            var unit = new double[kappa.Length];
            unit[axis] = 1;
            return unit;
        });
        return [.. Orthonormal(basis.Concat(rest)).Take(kappa.Length)];
    }

    /// <summary>Gram and Schmidt's basis of a span, in the order of the vectors; dependent ones are left out.</summary>
    private static List<double[]> Orthonormal(IEnumerable<double[]> vectors)
    {
        var basis = new List<double[]>();
        foreach (double[] vector in vectors)
        {
            double[] rest = Without(vector, basis);
            double length = Math.Sqrt(Dot(rest, rest));
            if (length > 1e-10 * Math.Sqrt(Dot(vector, vector)))
            {
                basis.Add([.. rest.Select(entry => entry / length)]);
            }
        }

        return basis;
    }

    /// <summary>What a vector has outside of a span; projected twice for orthogonality to working precision.</summary>
    private static double[] Without(double[] vector, IReadOnlyList<double[]> basis)
    {
        double[] rest = vector;
        for (int pass = 0; pass < 2; pass++)
        {
            foreach (double[] known in basis)
            {
                double dot = Dot(known, rest);
                rest = [.. rest.Zip(known, (r, k) => r - (dot * k))];
            }
        }

        return rest;
    }
}
