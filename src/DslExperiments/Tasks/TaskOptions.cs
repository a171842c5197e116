using DslExperiments.Backbones;

namespace DslExperiments.Tasks;

/// <summary>Options of a target function family; one derived record per family.</summary>
public abstract record TaskOptions
{
    /// <summary>Number of sequences, n.</summary>
    public abstract int Sequences { get; init; }
}

/// <summary>
/// <c>family: shared_token_pair</c>: n sequences <c>[x_i1 .. x_i(T-1), x_0]</c> that end in the same token, with one
/// target each on that token (papers D1-D3).
/// </summary>
public sealed record SharedTokenPairOptions : TaskOptions
{
    /// <inheritdoc/>
    public override int Sequences { get; init; } = 2;

    /// <summary>Tokens per sequence, T, the shared last one included.</summary>
    public int Length { get; init; } = 2;

    /// <summary>Distribution of the tokens' entries.</summary>
    public Initializer Inputs { get; init; } = new Normal(1);

    /// <summary>Where targets come from.</summary>
    public TargetSource Targets { get; init; } = new RandomTargets();
}

/// <summary>
/// <c>family: teacher_prompt</c>: n sequences, each with its own last token, whose targets the frozen backbone itself
/// produces under a hidden prompt.
/// </summary>
public sealed record TeacherPromptOptions : TaskOptions
{
    /// <inheritdoc/>
    public override int Sequences { get; init; } = 4;

    /// <summary>Tokens per sequence, T.</summary>
    public int Length { get; init; } = 2;

    /// <summary>Virtual tokens of the hidden prompt.</summary>
    public int TeacherLength { get; init; } = 4;

    /// <summary>Distribution of the tokens' entries.</summary>
    public Initializer Inputs { get; init; } = new Normal(1);
}

/// <summary><c>family: custom</c>: a C# class of the user's project makes the data.</summary>
public sealed record CustomTaskOptions : TaskOptions
{
    /// <inheritdoc/>
    public override int Sequences { get; init; } = 4;

    /// <summary>Tokens per sequence, T.</summary>
    public int Length { get; init; } = 2;
}

/// <summary>Where a task's targets come from.</summary>
public abstract record TargetSource;

/// <summary><c>random</c>: N(0, 1) entries, independent of the backbone.</summary>
public sealed record RandomTargets : TargetSource;

/// <summary><c>teacher(length)</c>: the frozen backbone's outputs under a hidden N(0, 1) prompt of that length.</summary>
public sealed record TeacherTargets(int Length) : TargetSource;
