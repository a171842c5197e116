using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>
/// n sequences, each with its own last token, all tokens in the subspace of the first D − n coordinates, and one target
/// each on the last token (D4 of the fact sheet). Where the values of that subspace stay in it, only virtual tokens reach
/// the other n coordinates, so m of them give outputs of rank m there, and the targets ask for rank n.
/// </summary>
public sealed class DistinctQueries : VectorTask
{
    /// <summary>Draws tokens and targets from each seed.</summary>
    /// <exception cref="ArgumentException">There are as many sequences as coordinates.</exception>
    public DistinctQueries(DistinctQueriesOptions options, Transformer backbone, IReadOnlyList<int> seeds)
        : base(backbone, seed => Inputs(options, seed, backbone.Options.Width), [options.Length - 1])
    {
        TaskSeeds.Check(backbone, seeds);
        Options = options;
        Targets = options.Targets switch
        {
            RandomTargets => LastTokens + backbone.Groups.Stack(seed => new Normal(1).Draw(
                [options.Sequences, 1, backbone.Options.Width], Seeds.Derive(seed, "data/targets"))),
            MatchedTargets matched => Taught(backbone, matched.Size),
            TeacherTargets teacher => TaughtTargets(backbone, Content, teacher.Length),
            _ => throw new NotSupportedException($"No data is defined for the targets {options.Targets}."),
        };
    }

    /// <summary>Shape and distributions.</summary>
    public DistinctQueriesOptions Options { get; }

    /// <inheritdoc/>
    public override Tensor Targets { get; }

    /// <summary>The token of each sequence that is read, [G, N, 1, D].</summary>
    internal Tensor LastTokens => Content.Tokens.narrow(2, Options.Length - 1, 1);

    /// <summary>Outputs under a prompt with one virtual token per sequence: its last token and a free coordinate of its own, both times the size.</summary>
    private Tensor Taught(Transformer backbone, double size)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        int n = Options.Sequences, width = backbone.Options.Width;
        var own = zeros([n, width], backbone.Dtype, backbone.Device);
        own.narrow(1, width - n, n).copy_(eye(n, n, backbone.Dtype, backbone.Device).mul_(size));
        var teacher = new FixedPrompt(backbone, [.. Enumerable.Range(0, backbone.Groups.Count).Select(group => (LastTokens[group].view(n, width) * size) + own)]);
        return backbone.Forward(Content, teacher, Batch.All).contiguous().MoveToOuterDisposeScope();
    }

    private static Tensor Inputs(DistinctQueriesOptions options, int seed, int width)
    {
        int inside = width - options.Sequences;
        if (inside < 1)
        {
            throw new ArgumentException($"{options.Sequences} sequences leave no coordinate of a width of {width} to their tokens.", nameof(options));
        }

        var tokens = zeros([options.Sequences, options.Length, width], float64);
        tokens.narrow(2, 0, inside).copy_(options.Inputs
            .Draw([options.Sequences * options.Length, inside], Seeds.Derive(seed, "data/inputs"))
            .view(options.Sequences, options.Length, inside));
        return tokens;
    }
}
