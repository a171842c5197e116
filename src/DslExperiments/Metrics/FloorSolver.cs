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
/// <para>The minimum is sought by Levenberg and Marquardt's method from many starts, on a grid of masses and at random;
/// the most promising are followed to the end. The two ends of u are solved as problems of their own, where they are no
/// boundary. The best point of a single token, which longer prompts reach too, is a start for every length.</para>
/// </remarks>
internal sealed class FloorSolver(SharedQuery problem)
{
    private const int RandomStarts = 24;
    private const int FirstIterations = 12;
    private const int MostIterations = 300;
    private const int Followed = 10;

    private static readonly double[] LogMasses = [-12, -8, -5, -3, -2, -1, 0, 1, 2, 3, 5, 8];

    private readonly int width = problem.Width;
    private readonly int sequences = problem.Sequences;
    private readonly double meanMass = problem.Mass.Average();
    private readonly double[] along = Unit(problem.Kappa, out _);
    private readonly double[][] across = Complement(problem.Kappa);
    private readonly double kappaNorm = Math.Sqrt(problem.Kappa.Sum(entry => entry * entry));

    private double[] mappedAlong = [];
    private double[][] mappedAcross = [];
    private Candidate? single;

    // Scratch of one evaluation.
    private readonly double[] x = new double[problem.Width];
    private readonly double[] value = new double[problem.Width];
    private readonly double[] slope = new double[problem.Width];
    private readonly double[] derivative = new double[problem.Width * problem.Width];

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

    private sealed record Candidate(double[] Point, Spread Spread, double Error);

    /// <summary>The smallest mean squared error for prompts of this length.</summary>
    public double Floor(int length)
    {
        if (mappedAlong.Length == 0)
        {
            mappedAlong = Map(along);
            mappedAcross = [.. across.Select(Map)];
        }

        single ??= Best(1);
        return length == 1 ? single.Error : Best(length).Error;
    }

    private Candidate Best(int length)
    {
        Spread[] spreads = length == 1 ? [Spread.OneToken] : [Spread.Free, Spread.Equal, Spread.OneToken];
        var candidates = spreads
            .SelectMany(spread => Starts(spread, length).Select(start => Minimize(start, spread, length, FirstIterations)))
            .OrderBy(candidate => candidate.Error)
            .Take(Followed);
        if (length > 1)
        {
            candidates = candidates.Append(single!).Append(single! with { Spread = Spread.Free });
        }

        return candidates.Select(candidate => Minimize(candidate.Point, candidate.Spread, length, MostIterations)).MinBy(candidate => candidate.Error)!;
    }

    private IEnumerable<double[]> Starts(Spread spread, int length)
    {
        int free = across.Length;
        double centre = Math.Log(meanMass);
        foreach (double offset in LogMasses)
        {
            double[] start = new double[2 + free];
            start[0] = centre + offset;
            start[1] = Math.PI / 4;
            yield return start;
        }

        if (length > 1 && kappaNorm > 0)
        {
            // The mass at which equal tokens have no part along κ: a = m.
            double[] start = new double[2 + free];
            start[0] = Math.Log(length) - problem.Shift;
            start[1] = Math.PI / 4;
            yield return start;
        }

        var random = new Random(12345 + (int)spread);
        for (int index = 0; index < RandomStarts; index++)
        {
            double[] start = new double[2 + free];
            start[0] = centre + (8 * random.NextDouble()) - 5;
            start[1] = Math.PI / 2 * random.NextDouble();
            double size = Math.Pow(10, (2 * random.NextDouble()) - 1);
            for (int i = 0; i < free; i++)
            {
                start[2 + i] = size * Gaussian(random);
            }

            yield return start;
        }
    }

    /// <summary>Levenberg and Marquardt from one start.</summary>
    private Candidate Minimize(double[] start, Spread spread, int length, int iterations)
    {
        int rows = sequences * width;
        bool[] moves = [.. start.Select((_, i) => i switch
        {
            0 => kappaNorm > 0,
            1 => spread == Spread.Free,
            _ => true,
        })];
        int[] active = [.. Enumerable.Range(0, start.Length).Where(i => moves[i])];
        var point = (double[])start.Clone();
        if (kappaNorm == 0)
        {
            // Every token weighs 1.
            point[0] = Math.Log(length) - problem.Shift;
        }

        double[] residual = new double[rows], jacobian = new double[rows * start.Length], triedResidual = new double[rows];
        double error = Error(point, spread, length, residual, jacobian);
        double damping = 1e-3;
        var normal = new double[active.Length * active.Length];
        var gradient = new double[active.Length];
        for (int iteration = 0; iteration < iterations; iteration++)
        {
            double steepest = 0;
            for (int i = 0; i < active.Length; i++)
            {
                gradient[i] = 0;
                for (int row = 0; row < rows; row++)
                {
                    gradient[i] -= jacobian[(row * start.Length) + active[i]] * residual[row];
                }

                steepest = Math.Max(steepest, Math.Abs(gradient[i]));
                for (int j = 0; j <= i; j++)
                {
                    double sum = 0;
                    for (int row = 0; row < rows; row++)
                    {
                        sum += jacobian[(row * start.Length) + active[i]] * jacobian[(row * start.Length) + active[j]];
                    }

                    normal[(i * active.Length) + j] = normal[(j * active.Length) + i] = sum;
                }
            }

            if (steepest < 1e-12)
            {
                break;
            }

            bool improved = false;
            double gain = 0;
            while (damping < 1e12)
            {
                var damped = (double[])normal.Clone();
                for (int i = 0; i < active.Length; i++)
                {
                    damped[(i * active.Length) + i] += damping * (normal[(i * active.Length) + i] + 1e-12);
                }

                if (LinearSystem.Solve(damped, gradient) is { } step)
                {
                    var tried = (double[])point.Clone();
                    for (int i = 0; i < active.Length; i++)
                    {
                        tried[active[i]] += active[i] == 0 ? Math.Clamp(step[i], -2, 2) : step[i];
                    }

                    double reached = Error(tried, spread, length, triedResidual, null);
                    if (reached < error)
                    {
                        gain = error - reached;
                        point = tried;
                        damping = Math.Max(1e-14, damping / 5);
                        improved = true;
                        break;
                    }
                }

                damping *= 4;
            }

            if (!improved)
            {
                break;
            }

            error = Error(point, spread, length, residual, jacobian);
            if (gain < 1e-13 * error || error < 1e-30)
            {
                break;
            }
        }

        return new Candidate(point, spread, error);
    }

    /// <summary>
    /// Mean squared error at a point: (ln a − shift, θ with u = sin² θ, free part of s / (Z + a)); fills residuals scaled so that
    /// their sum of squares is the error, and their derivatives by the point.
    /// </summary>
    private double Error(double[] point, Spread spread, int length, double[]? residual, double[]? jacobian)
    {
        double mass = Math.Exp(Math.Clamp(point[0], -300, 300)), unit = meanMass + mass;
        double u = spread switch
        {
            Spread.OneToken => 0,
            Spread.Equal => 1,
            _ => Math.Pow(Math.Sin(point[1]), 2),
        };
        double slopeOfU = spread == Spread.Free ? Math.Sin(2 * point[1]) : 0;
        double logLength = Math.Log(length);

        // κ · s / unit, and its derivatives by ln a and θ.
        double level = point[0] + problem.Shift - (u * logLength);
        double share = mass / unit, shareSlope = share * (1 - share);
        double partAlong = 0, alongByMass = 0, alongByAngle = 0;
        if (kappaNorm > 0)
        {
            partAlong = share * level / kappaNorm;
            alongByMass = ((shareSlope * level) + share) / kappaNorm;
            alongByAngle = -share * slopeOfU * logLength / kappaNorm;
        }

        Span<double> mapped = stackalloc double[width];
        for (int i = 0; i < width; i++)
        {
            mapped[i] = partAlong * mappedAlong[i];
        }

        for (int k = 0; k < across.Length; k++)
        {
            for (int i = 0; i < width; i++)
            {
                mapped[i] += point[2 + k] * mappedAcross[k][i];
            }
        }

        double scale = 1 / Math.Sqrt(sequences * width), error = 0;
        int columns = point.Length;
        for (int n = 0; n < sequences; n++)
        {
            double total = problem.Mass[n] + mass;
            for (int i = 0; i < width; i++)
            {
                x[i] = problem.Query[i] + ((problem.Sums[(n * width) + i] + (unit * mapped[i])) / total);
            }

            problem.Mlp.Evaluate(x, value, jacobian is null ? null : derivative);
            for (int i = 0; i < width; i++)
            {
                double difference = (value[i] - problem.Targets[(n * width) + i]) * scale;
                error += difference * difference;
                if (residual is not null)
                {
                    residual[(n * width) + i] = difference;
                }
            }

            if (jacobian is null)
            {
                continue;
            }

            for (int column = 0; column < columns; column++)
            {
                for (int j = 0; j < width; j++)
                {
                    slope[j] = column switch
                    {
                        0 => ((mass * mapped[j]) + (unit * alongByMass * mappedAlong[j]) - (mass * (x[j] - problem.Query[j]))) / total,
                        1 => unit * alongByAngle * mappedAlong[j] / total,
                        _ => unit * mappedAcross[column - 2][j] / total,
                    };
                }

                for (int i = 0; i < width; i++)
                {
                    double sum = 0;
                    for (int j = 0; j < width; j++)
                    {
                        sum += derivative[(i * width) + j] * slope[j];
                    }

                    jacobian[(((n * width) + i) * columns) + column] = sum * scale;
                }
            }
        }

        return double.IsFinite(error) ? error : double.PositiveInfinity;
    }

    private double[] Map(double[] s)
    {
        var mapped = new double[width];
        for (int i = 0; i < width; i++)
        {
            for (int j = 0; j < width; j++)
            {
                mapped[i] += problem.Values[(i * width) + j] * s[j];
            }
        }

        return mapped;
    }

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double[] Unit(double[] vector, out double norm)
    {
        double length = Math.Sqrt(vector.Sum(entry => entry * entry));
        norm = length;
        return [.. vector.Select(entry => length > 0 ? entry / length : 0)];
    }

    /// <summary>An orthonormal basis of what is orthogonal to a vector; of everything when it is zero.</summary>
    private static double[][] Complement(double[] vector)
    {
        double[] unit = Unit(vector, out double norm);
        var basis = new List<double[]>();
        if (norm > 0)
        {
            basis.Add(unit);
        }

        // Gram and Schmidt, twice for orthogonality to working precision, on the axes least like κ first.
        foreach (int axis in Enumerable.Range(0, vector.Length).OrderBy(i => Math.Abs(unit[i])))
        {
            var candidate = new double[vector.Length];
            candidate[axis] = 1;
            for (int pass = 0; pass < 2; pass++)
            {
                foreach (double[] known in basis)
                {
                    double dot = known.Zip(candidate, (a, b) => a * b).Sum();
                    candidate = [.. candidate.Zip(known, (c, k) => c - (dot * k))];
                }
            }

            if (basis.Count < vector.Length && Math.Sqrt(candidate.Sum(c => c * c)) > 1e-8)
            {
                basis.Add(Unit(candidate, out _));
            }
        }

        return [.. basis.Skip(norm > 0 ? 1 : 0)];
    }
}
