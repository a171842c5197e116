using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace DslExperiments.Metrics;

/// <summary>
/// Minimises the squared error of a shared query over everything that m virtual tokens can reach.
/// </summary>
/// <remarks>
/// <para>With <c>e_j = exp(κ · p_j)</c>, m tokens enter through their mass <c>a = Σ e_j</c> and their sum
/// <c>s = Σ e_j p_j</c>, whose part along κ obeys <c>κ · s = Σ e_j ln e_j</c>. That lies between <c>a ln(a/m)</c> (equal
/// tokens) and <c>a ln a</c> (one token has all the mass), takes every value between, and the part of s across κ is free.
/// So <c>κ · s = a (ln a − u ln m)</c> with 0 ≤ u ≤ 1, and the closure of what m tokens reach is described by a, u and
/// D − 1 free numbers.</para>
/// <para>The minimum is sought from many starts: a grid of masses, both ends and the middle of u, the free part at zero
/// and at random. The two ends of u are also solved as problems of their own, where they are no boundary. The minimum
/// often lies where some ReLU is at its kink, so kinks are first rounded off widely, and the best points followed while
/// the rounding shrinks to nothing.</para>
/// </remarks>
internal sealed class FloorSolver
{
    private const int RandomStarts = 24;
    private const int SearchIterations = 60;
    private const int Followed = 6;
    private const int FollowIterations = 300;

    private static readonly double[] LogMasses = [-12, -8, -5, -3, -2, -1, 0, 1, 2, 3, 5, 8];
    private static readonly double[] Softenings = [0.1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 0];

    private readonly SharedQuery problem;
    private readonly int width;
    private readonly double meanMass;
    private readonly double kappaNorm;

    /// <summary><c>W_o W_v</c> applied to the unit vector along κ, [D].</summary>
    private readonly Vector<double> mappedAlong;

    /// <summary><c>W_o W_v</c> applied to an orthonormal basis of what is across κ, [D, D − 1]; [D, D] when κ = 0.</summary>
    private readonly Matrix<double> mappedAcross;

    // Scratch of one evaluation.
    private readonly double[] value;
    private readonly double[] derivative;

    public FloorSolver(SharedQuery problem)
    {
        this.problem = problem;
        width = problem.Width;
        meanMass = problem.Mass.Average();
        value = new double[width];
        derivative = new double[width * width];

        var kappa = Vector<double>.Build.DenseOfArray(problem.Kappa);
        var values = Matrix<double>.Build.DenseOfRowMajor(width, width, problem.Values);
        kappaNorm = kappa.L2Norm();
        var along = kappaNorm > 0 ? kappa / kappaNorm : kappa;
        mappedAlong = values * along;
        mappedAcross = values * (kappaNorm > 0
            ? along.ToColumnMatrix().QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Full).Q.SubMatrix(0, width, 1, width - 1)
            : Matrix<double>.Build.DenseIdentity(width));
    }

    /// <summary>How the mass of the prompt is spread over its tokens.</summary>
    private enum Spread
    {
        /// <summary>u between 0 and 1.</summary>
        Free,

        /// <summary>u = 0.</summary>
        OneToken,

        /// <summary>u = 1.</summary>
        Equal,
    }

    /// <summary>The smallest mean squared error for prompts of this length.</summary>
    public double Floor(int length)
    {
        Spread[] spreads = length == 1 ? [Spread.OneToken] : [Spread.Free, Spread.Equal, Spread.OneToken];
        return spreads.Min(spread => Floor(spread, length));
    }

    private double Floor(Spread spread, int length)
    {
        double Objective(Vector<double> point, Vector<double> gradient) => Error(point, spread, length, gradient);

        double[] softenings = problem.Mlp.HasKinks ? Softenings : [0];
        problem.Mlp.Softening = softenings[0];
        var candidates = Starts(spread, length)
            .Select(start => KinkedBfgs.Minimize(Objective, start, SearchIterations))
            .OrderBy(candidate => candidate.Value)
            .Take(Followed)
            .ToArray();
        double best = double.PositiveInfinity;
        foreach (var candidate in candidates)
        {
            var point = candidate.Point;
            foreach (double softening in softenings)
            {
                problem.Mlp.Softening = softening;
                (double error, point) = KinkedBfgs.Minimize(Objective, point, FollowIterations);
                best = softening == 0 ? Math.Min(best, error) : best;
            }
        }

        return best;
    }

    /// <summary>The error at a point of the description, for tests.</summary>
    internal double ErrorAt(double logMass, double u, IReadOnlyList<double> across, int length)
    {
        problem.Mlp.Softening = 0;
        var point = Vector<double>.Build.DenseOfEnumerable([logMass - problem.Shift, Math.Asin(Math.Sqrt(u)), .. across]);
        return Error(point, Spread.Free, length, Vector<double>.Build.Dense(point.Count));
    }

    private IEnumerable<Vector<double>> Starts(Spread spread, int length)
    {
        double centre = Math.Log(meanMass);
        var random = new Random(12345 + (int)spread);
        foreach (double offset in LogMasses)
        {
            yield return Start(centre + offset, Math.PI / 4, 0);
        }

        // The mass at which equal tokens have no part along κ: a = m.
        yield return Start(Math.Log(length) - problem.Shift, Math.PI / 4, 0);

        for (int index = 0; index < RandomStarts; index++)
        {
            yield return Start(
                centre + (8 * random.NextDouble()) - 5,
                Math.PI / 2 * random.NextDouble(),
                Math.Pow(10, (2 * random.NextDouble()) - 1));
        }

        Vector<double> Start(double logMass, double angle, double size)
        {
            // Without κ every token weighs 1.
            var start = Vector<double>.Build.Dense(2 + mappedAcross.ColumnCount);
            start[0] = kappaNorm > 0 ? logMass : Math.Log(length) - problem.Shift;
            start[1] = angle;
            for (int i = 2; i < start.Count && size > 0; i++)
            {
                start[i] = Normal.Sample(random, 0, size);
            }

            return start;
        }
    }

    /// <summary>
    /// Mean squared error at a point and its gradient. The point is (ln a − shift, θ with u = sin² θ, part of s / (Z + a)
    /// across κ).
    /// </summary>
    private double Error(Vector<double> point, Spread spread, int length, Vector<double> gradient)
    {
        double mass = Math.Exp(Math.Clamp(point[0], -300, 300)), unit = meanMass + mass;
        double u = spread switch
        {
            Spread.OneToken => 0,
            Spread.Equal => 1,
            _ => Math.Pow(Math.Sin(point[1]), 2),
        };
        double slopeOfU = spread == Spread.Free ? Math.Sin(2 * point[1]) : 0;

        // κ · s / unit, and its derivatives by ln a and θ.
        double level = point[0] + problem.Shift - (u * Math.Log(length));
        double share = mass / unit;
        double partAlong = kappaNorm > 0 ? share * level / kappaNorm : 0;
        double alongByMass = kappaNorm > 0 ? ((share * (1 - share) * level) + share) / kappaNorm : 0;
        double alongByAngle = kappaNorm > 0 ? -share * slopeOfU * Math.Log(length) / kappaNorm : 0;
        var mapped = (mappedAlong * partAlong) + (mappedAcross * point.SubVector(2, point.Count - 2));

        double error = 0, byMass = 0;
        var byMapped = Vector<double>.Build.Dense(width);
        double perEntry = 1.0 / (problem.Sequences * width);
        var input = new double[width];
        for (int n = 0; n < problem.Sequences; n++)
        {
            double total = problem.Mass[n] + mass;
            for (int i = 0; i < width; i++)
            {
                input[i] = problem.Query[i] + ((problem.Sums[(n * width) + i] + (unit * mapped[i])) / total);
            }

            problem.Mlp.Evaluate(input, value, derivative);
            for (int j = 0; j < width; j++)
            {
                // The error's derivative by entry j of the MLP's input.
                double byInput = 0;
                for (int i = 0; i < width; i++)
                {
                    byInput += 2 * perEntry * (value[i] - problem.Targets[(n * width) + i]) * derivative[(i * width) + j];
                }

                byMapped[j] += byInput * unit / total;
                byMass += byInput * mass / total * (mapped[j] - (input[j] - problem.Query[j]));
                double difference = value[j] - problem.Targets[(n * width) + j];
                error += perEntry * difference * difference;
            }
        }

        double byAlong = byMapped.DotProduct(mappedAlong);
        gradient[0] = kappaNorm > 0 ? byMass + (byAlong * alongByMass) : 0;
        gradient[1] = byAlong * alongByAngle;
        gradient.SetSubVector(2, point.Count - 2, mappedAcross.TransposeThisAndMultiply(byMapped));
        return double.IsFinite(error) ? error : double.PositiveInfinity;
    }
}
