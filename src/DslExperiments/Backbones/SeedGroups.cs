using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>
/// How the arms of a cohort share what is drawn per seed. Arms that are stacked seed by seed in runs of equal length
/// multiply one weight per seed at once: <c>[A, M, D]</c> is seen as <c>[G, (A/G) M, D]</c> and multiplied by
/// <c>[G, D, D]</c>, G = S distinct seeds. Any other order gathers one weight per arm, G = A.
/// </summary>
public sealed class SeedGroups
{
    private readonly Device device;
    private readonly ScalarType dtype;

    /// <summary>Finds the runs of equal seeds.</summary>
    /// <param name="seeds">One seed per arm, [A].</param>
    /// <param name="dtype">The precision of what is stacked.</param>
    /// <param name="device">Where it is stacked.</param>
    public SeedGroups(IReadOnlyList<int> seeds, ScalarType dtype, Device device)
    {
        ArgumentOutOfRangeException.ThrowIfZero(seeds.Count);
        this.device = device;
        this.dtype = dtype;
        ArmSeeds = [.. seeds];
        Seeds = GroupsOf(seeds);
    }

    /// <summary>The seed of every arm, [A].</summary>
    public IReadOnlyList<int> ArmSeeds { get; }

    /// <summary>The seed of every group, [G].</summary>
    public IReadOnlyList<int> Seeds { get; }

    /// <summary>Arms, A.</summary>
    public int Arms => ArmSeeds.Count;

    /// <summary>Groups of arms that share what is drawn per seed, G; divides <see cref="Arms"/>.</summary>
    public int Count => Seeds.Count;

    /// <summary>The seed of every group of arms, [G].</summary>
    internal static int[] GroupsOf(IReadOnlyList<int> seeds)
    {
        int[] distinct = [.. seeds.Distinct()];
        int run = seeds.Count / distinct.Length;
        bool even = run * distinct.Length == seeds.Count
            && Enumerable.Range(0, seeds.Count).All(arm => seeds[arm] == distinct[arm / run]);
        return even ? distinct : [.. seeds];
    }

    /// <summary>The group of an arm.</summary>
    public int GroupOf(int arm) => arm / (Arms / Count);

    /// <summary>An arm's slice of a tensor with one slice per group, or of one that all groups share, [1, …].</summary>
    public Tensor Of(Tensor grouped, int arm) => grouped[grouped.shape[0] == 1 ? 0 : GroupOf(arm)];

    /// <summary>Makes one tensor per distinct seed and stacks them, [G, …], in the cohort's precision and on its device.</summary>
    /// <param name="draw">Makes the tensor of a seed; depends on that seed alone.</param>
    public Tensor Stack(Func<int, Tensor> draw)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var bySeed = Seeds.Distinct().ToDictionary(seed => seed, draw);
        return stack(Seeds.Select(seed => bySeed[seed])).to(dtype, device).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>A tensor that all groups share, as [1, …], in the cohort's precision and on its device; never the given one itself.</summary>
    public Tensor Copy(Tensor shared)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return shared.detach().unsqueeze(0).to(dtype, device, copy: true).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// A tensor with one slice per group, [G, …], repeated for <paramref name="arms"/> arms, [A, …], as a new tensor
    /// unless every group is one arm. What all groups share, [1, …], is only seen as repeated.
    /// </summary>
    public Tensor PerArm(Tensor grouped, int arms)
    {
        long[] shape = grouped.shape;
        if (shape[0] == arms)
        {
            return grouped;
        }

        if (shape[0] == 1)
        {
            return grouped.expand([arms, .. shape[1..]]);
        }

        return grouped.unsqueeze(1).expand([shape[0], arms / Count, .. shape[1..]]).reshape([arms, .. shape[1..]]);
    }
}
