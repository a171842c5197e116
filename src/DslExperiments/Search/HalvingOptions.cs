namespace DslExperiments.Search;

/// <summary><c>search:</c>, how arms are dropped on the way.</summary>
public sealed record SearchOptions
{
    /// <summary>Successive halving.</summary>
    public HalvingOptions Halving { get; init; } = new();
}

/// <summary>
/// Successive halving (Jamieson and Talwalkar 2016): after <c>min_steps · eta^k</c> updates, k = 0, 1, …, of n settings that
/// are still in a race, the best ⌊n / eta⌋ go on, at least one.
/// </summary>
public sealed record HalvingOptions
{
    /// <summary>The metric by which settings are compared, by its mean over seeds.</summary>
    public string Metric { get; init; } = "";

    /// <summary>Updates before the first rung.</summary>
    public int MinSteps { get; init; } = 1;

    /// <summary>One setting in so many stays, and the next rung is so many times as far.</summary>
    public int Eta { get; init; } = 2;

    /// <summary>Which settings compete with each other.</summary>
    public Rivals Among { get; init; } = Rivals.Method;

    /// <summary>True when the best value is the largest.</summary>
    public bool HigherIsBetter { get; init; }

    /// <summary>The rungs of a training of so many steps, in order; none at its end.</summary>
    public IEnumerable<int> Rungs(int steps)
    {
        for (long rung = MinSteps; rung < steps; rung *= Eta)
        {
            yield return (int)rung;
        }
    }

    /// <summary>How many of so many settings go on.</summary>
    public int Kept(int settings) => Math.Max(1, settings / Eta);
}

/// <summary>Which settings compete with each other.</summary>
public enum Rivals
{
    /// <summary>Those of the same method: one of each is left, to be compared.</summary>
    Method,

    /// <summary>Those of all methods: one is left.</summary>
    All,
}
