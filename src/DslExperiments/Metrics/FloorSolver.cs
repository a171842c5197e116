namespace DslExperiments.Metrics;

/// <summary>
/// The smallest error that m virtual tokens can reach, sought over <see cref="ReachOfTokens"/>. For given mass the problem
/// is almost convex, so it is solved along a grid of masses, each point from the one before; the valleys of that profile
/// and the best of some random starts are followed to the end with all variables free. The ends of u are solved as
/// problems of their own, where they are no boundary. What a shorter prompt reaches, a longer one reaches too, so the best
/// points of 1, 2, 4, … tokens are starts for every length above; a floor depends on the problem and its length alone.
/// </summary>
internal sealed class FloorSolver(SharedQuery problem)
{
    private const int RandomStarts = 24;
    private const int RandomStartsOfOneToken = 96;
    private const int FirstIterations = 40;
    private const int MostIterations = 3000;
    private const int Followed = 8;

    /// <summary>ln of the prompt's mass over the content's; beyond 40 only the prompt's mean counts, which grows with ln a.</summary>
    private static readonly double[] LogMasses =
        [.. Enumerable.Range(-14, 29).Select(step => (double)step), 17, 20, 25, 30, 40, 60, 100, 200, 400, 1000];

    private readonly ReachOfTokens reach = new(problem);
    private readonly Dictionary<int, Candidate> known = [];

    private sealed record Candidate(double[] Point, Spread Spread, double Error);

    /// <summary>The smallest mean squared error for prompts of this length.</summary>
    public double Floor(int length) => Best(length).Error;

    private Candidate Best(int length)
    {
        if (known.TryGetValue(length, out var best))
        {
            return best;
        }

        Spread[] spreads = length == 1 ? [Spread.OneToken] : [Spread.Free, Spread.Equal, Spread.OneToken];
        var candidates = spreads.SelectMany(spread => Valleys(spread, length))
            .Concat(spreads.SelectMany(spread => Random(spread, length)).OrderBy(candidate => candidate.Error).Take(Followed))
            .Concat(length == 1 ? [] : Inherited(length));
        best = candidates
            .Select(candidate => Follow(candidate.Point, candidate.Spread, length, MostIterations))
            .MinBy(candidate => candidate.Error)!;
        known.Add(length, best);
        return best;
    }

    /// <summary>The best points for masses that are better than their neighbours in the grid.</summary>
    private List<Candidate> Valleys(Spread spread, int length)
    {
        var profile = new List<Candidate>();
        var point = new double[reach.Dimensions];
        foreach (double offset in LogMasses)
        {
            point = (double[])point.Clone();
            point[0] = reach.LogContentMass + offset;
            point[1] = Math.PI / 4;
            profile.Add(Follow(point, spread, length, FirstIterations, fixedMass: true));
            point = profile[^1].Point;
        }

        return [.. profile.Where((candidate, i) =>
            (i == 0 || candidate.Error <= profile[i - 1].Error) && (i == profile.Count - 1 || candidate.Error <= profile[i + 1].Error))];
    }

    private IEnumerable<Candidate> Random(Spread spread, int length)
    {
        var random = new Random(12345 + (int)spread);
        int starts = length == 1 ? RandomStartsOfOneToken : RandomStarts;
        for (int index = 0; index < starts; index++)
        {
            var start = new double[reach.Dimensions];
            start[0] = reach.LogContentMass + (20 * random.NextDouble()) - 12;
            start[1] = Math.PI / 2 * random.NextDouble();
            double size = Math.Pow(10, (2 * random.NextDouble()) - 1);
            for (int i = 2; i < start.Length; i++)
            {
                start[i] = size * Gaussian(random);
            }

            yield return Follow(start, spread, length, FirstIterations);
        }
    }

    /// <summary>The best point of the next smaller power of two, as it is with more tokens.</summary>
    private IEnumerable<Candidate> Inherited(int length)
    {
        int shorter = 1;
        while (2 * shorter < length)
        {
            shorter *= 2;
        }

        var best = Best(shorter);
        double u = best.Spread switch
        {
            Spread.OneToken => 0,
            Spread.Equal => 1,
            _ => Math.Pow(Math.Sin(best.Point[1]), 2),
        };
        foreach (double share in (double[])[u * Math.Log(shorter) / Math.Log(length), 0.02, 0.98])
        {
            var point = (double[])best.Point.Clone();
            point[1] = Math.Asin(Math.Sqrt(share));
            yield return best with { Point = point, Spread = Spread.Free };
        }

        yield return best with { Spread = Spread.OneToken };
        yield return best with { Spread = Spread.Equal };
    }

    private Candidate Follow(double[] start, Spread spread, int length, int iterations, bool fixedMass = false)
    {
        var point = (double[])start.Clone();
        double error = QuasiNewton.Minimize(Function, point, iterations, restart: iterations == MostIterations);
        return new Candidate(point, spread, error);

        double Function(double[] at, double[] gradient)
        {
            double value = reach.Error(at, gradient, spread, length);
            gradient[0] = fixedMass ? 0 : gradient[0];
            return value;
        }
    }

    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
