using DslExperiments.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>Where a backbone's weights come from: those that are given, and a draw from its own seed for each of the others.</summary>
internal sealed class WeightSource
{
    private readonly SeedGroups groups;
    private readonly bool shared;
    private readonly int own;
    private readonly Dictionary<int, IReadOnlyDictionary<string, Tensor>> given = [];
    private readonly HashSet<string> asked = [];

    /// <summary>Asks for the given weights of every seed once.</summary>
    /// <param name="groups">The seeds.</param>
    /// <param name="weights">Weights in place of drawn ones, or null.</param>
    /// <param name="own">The seed of all weights, which are then shared; -1 for each group's own.</param>
    public WeightSource(SeedGroups groups, BackboneWeights? weights, int own = -1)
    {
        this.groups = groups;
        this.own = own;
        shared = own >= 0 || (weights?.AreShared ?? false);
        foreach (int seed in own >= 0 ? [own] : groups.Seeds.Distinct())
        {
            given[seed] = weights?.OfSeed(seed) ?? new Dictionary<string, Tensor>();
        }
    }

    /// <summary>True when a weight is one for all seeds: drawn from a seed of its own, or given where those given are shared.</summary>
    public bool Shares(string name) => shared && (own >= 0 || Gives(name));

    /// <summary>True when some seed gives this weight.</summary>
    public bool Gives(string name) => given.Values.Any(weights => weights.ContainsKey(name));

    /// <summary>A weight of all seeds, [G, …], or [1, …] when it is shared.</summary>
    /// <param name="name">Of <see cref="WeightNames"/>.</param>
    /// <param name="concern">What the seed of a draw is derived for.</param>
    /// <param name="init">The distribution of a draw.</param>
    /// <param name="shape">Shape of one seed's weight.</param>
    /// <param name="fanIn">Inputs per unit, for a bias.</param>
    /// <exception cref="ArgumentException">The given weight has another shape.</exception>
    public Tensor Stack(string name, string concern, Initializer init, long[] shape, long fanIn = 0) =>
        Stack(name, shape, seed => init.Draw(shape, Seeds.Derive(seed, concern), fanIn));

    /// <summary>Shifts of a normalisation, [G, 1, D]; null when no seed gives any, that is when all are zeros.</summary>
    public Tensor? Shift(string name, long width)
    {
        var stacked = Stack(name, [width], _ => zeros([width], float64));
        return Gives(name) ? stacked.unsqueeze(1) : null;
    }

    /// <summary>Gains of a normalisation, [G, 1, D]; null when no seed gives any, that is when all are ones.</summary>
    public Tensor? Gain(string name, long width)
    {
        var stacked = Stack(name, [width], _ => ones([width], float64));
        return Gives(name) ? stacked.unsqueeze(1) : null;
    }

    /// <summary>Refuses given weights that nobody asked for.</summary>
    /// <exception cref="ArgumentException">The backbone has no such weight.</exception>
    public void AssertAllTaken()
    {
        foreach (var (seed, weights) in given)
        {
            if (weights.Keys.Where(name => !asked.Contains(name)).Order(StringComparer.Ordinal).FirstOrDefault() is { } stranger)
            {
                throw new ArgumentException(
                    $"The weights given for seed {seed} have '{stranger}', but the backbone has only {string.Join(", ", asked)}.", nameof(weights));
            }
        }
    }

    private Tensor Stack(string name, long[] shape, Func<int, Tensor> draw)
    {
        asked.Add(name);
        if (Shares(name))
        {
            // What is drawn is in 64 bits and only needed until it is copied.
            using var scope = NewDisposeScope();
            int seed = own >= 0 ? own : groups.Seeds[0];
            return groups.Copy(given[seed].TryGetValue(name, out var one) ? Fitting(seed, one) : draw(seed)).MoveToOuterDisposeScope();
        }

        return groups.Stack(seed => given[seed].TryGetValue(name, out var weight) ? Fitting(seed, weight).detach().to(float64, CPU) : draw(seed));

        Tensor Fitting(int seed, Tensor weight) => weight.shape.AsSpan().SequenceEqual(shape)
            ? weight
            : throw new ArgumentException(
                $"The weight '{name}' given for seed {seed} is [{string.Join(", ", weight.shape)}]; the backbone needs [{string.Join(", ", shape)}].",
                nameof(name));
    }
}
