using DslExperiments.Backbones;

namespace DslExperiments.Tasks;

/// <summary>Options of a target function family; one derived record per family.</summary>
public abstract record TaskOptions
{
    /// <summary>Number of sequences, n; 0 when every step draws its own.</summary>
    public abstract int Sequences { get; init; }

    /// <summary>True when every step draws its own sequences.</summary>
    public virtual bool Streams => false;
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

/// <summary>
/// <c>family: distinct_queries</c>: n sequences, each with its own last token, all tokens in the subspace of the first
/// D − n coordinates, so that only a prompt reaches the others: at least n virtual tokens are needed (D4).
/// </summary>
public sealed record DistinctQueriesOptions : TaskOptions
{
    /// <inheritdoc/>
    public override int Sequences { get; init; } = 3;

    /// <summary>Tokens per sequence, T.</summary>
    public int Length { get; init; } = 2;

    /// <summary>Distribution of the tokens' first D − n entries.</summary>
    public Initializer Inputs { get; init; } = new Normal(1);

    /// <summary>Where targets come from.</summary>
    public TargetSource Targets { get; init; } = new RandomTargets();
}

/// <summary>
/// <c>family: common_target</c>: two sequences that should become the same, which an invertible network forbids (D6).
/// </summary>
public sealed record CommonTargetOptions : TaskOptions
{
    /// <inheritdoc/>
    public override int Sequences { get; init; } = 2;

    /// <summary>Tokens per sequence, T; all of them are read.</summary>
    public int Length { get; init; } = 2;

    /// <summary>Distribution of the tokens' entries.</summary>
    public Initializer Inputs { get; init; } = new Sphere(1);

    /// <summary>What training makes small.</summary>
    public CommonTargetObjective Objective { get; init; } = CommonTargetObjective.Target;
}

/// <summary>What an arm of <see cref="CommonTargetOptions"/> makes small.</summary>
public enum CommonTargetObjective
{
    /// <summary>The distance of both outputs from one random target.</summary>
    Target,

    /// <summary>The distance between the two outputs.</summary>
    Gap,
}

/// <summary>
/// <c>family: head_update</c>: the outputs of a constructed head after an update of its weights, to be compiled into a
/// prefix (Mondal and Shihab).
/// </summary>
public sealed record HeadUpdateOptions : TaskOptions
{
    /// <inheritdoc/>
    public override int Sequences { get; init; } = 2;

    /// <summary>The update.</summary>
    public HeadUpdate Update { get; init; } = new ValueUpdate(-0.5);
}

/// <summary>An update of a constructed head.</summary>
public abstract record HeadUpdate;

/// <summary><c>value(gain)</c>: <c>W_v (1 + gain)</c>, on a <see cref="ValueHead"/>.</summary>
public sealed record ValueUpdate(double Gain) : HeadUpdate;

/// <summary><c>query(strength)</c>: <c>W_q = [strength 0]</c> in place of 0, on a <see cref="QueryHead"/>.</summary>
public sealed record QueryUpdate(double Strength) : HeadUpdate;

/// <summary>
/// <c>family: sphere_regression</c>: a smooth function of points on the unit sphere, one token per sequence; what a prefix
/// of one attention head can approximate (Petrov, Torr, Bibi 2024b).
/// </summary>
public sealed record SphereRegressionOptions : TaskOptions
{
    /// <inheritdoc/>
    public override int Sequences { get; init; } = 256;

    /// <summary>Points for evaluation, drawn apart from the training points.</summary>
    public int TestSequences { get; init; } = 1024;

    /// <summary>Ridge functions <c>a tanh(w · x)</c> in the sum that is learned.</summary>
    public int Terms { get; init; } = 4;

    /// <summary>Length of every w: how fast the function changes.</summary>
    public double Steepness { get; init; } = 2;
}

/// <summary>
/// <c>family: integer_sequences</c>: placeholders, integers, and the answer that a function makes of them
/// (Petrov, Torr, Bibi 2024); the loss reads the answer. Every step draws its own sequences.
/// </summary>
public sealed record IntegerSequencesOptions : TaskOptions
{
    /// <inheritdoc/>
    public override int Sequences { get; init; }

    /// <inheritdoc/>
    public override bool Streams => true;

    /// <summary>What the answer is.</summary>
    public SequenceFunction Function { get; init; } = SequenceFunction.Ascending;

    /// <summary>What <see cref="SequenceFunction.Mixture"/> draws from, evenly, without telling which.</summary>
    public IReadOnlyList<SequenceFunction> Mixture { get; init; } =
        [SequenceFunction.Ascending, SequenceFunction.Descending, SequenceFunction.Add1, SequenceFunction.Add2];

    /// <summary>Integers of the input, and of the answer.</summary>
    public int Length { get; init; } = 10;

    /// <summary>Integers 0 .. values − 1; answers reach two further.</summary>
    public int Values { get; init; } = 8;

    /// <summary>Half of the inputs are redrawn while they have more distinct values.</summary>
    public int MaxDistinct { get; init; } = 5;

    /// <summary>Tokens 0 before the input, which virtual tokens replace.</summary>
    public int Placeholders { get; init; } = 1;

    /// <summary>Share of the inputs, by their hash, that only evaluation sees.</summary>
    public double HeldOut { get; init; } = 0.25;

    /// <summary>Sequences of the evaluation.</summary>
    public int TestSequences { get; init; } = 3200;

    /// <inheritdoc/>
    public bool Equals(IntegerSequencesOptions? other) =>
        other is not null && Sequences == other.Sequences && Function == other.Function && Mixture.SequenceEqual(other.Mixture)
        && Length == other.Length && Values == other.Values && MaxDistinct == other.MaxDistinct && Placeholders == other.Placeholders
        && HeldOut.Equals(other.HeldOut) && TestSequences == other.TestSequences;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Function, Length, Values, Placeholders, TestSequences);
}

/// <summary>What the answer to a sequence of integers is.</summary>
public enum SequenceFunction
{
    /// <summary>The integers in ascending order.</summary>
    Ascending,

    /// <summary>The integers in descending order.</summary>
    Descending,

    /// <summary>Every integer plus 1.</summary>
    Add1,

    /// <summary>Every integer plus 2.</summary>
    Add2,

    /// <summary>Ascending order, every integer plus 1.</summary>
    AscendingAdd1,

    /// <summary>At every position, how often its value occurs.</summary>
    DoubleHist,

    /// <summary>One of several functions, drawn for each sequence.</summary>
    Mixture,
}

/// <summary>
/// <c>family: associations</c>: random strings of tokens, each with a random label; how much a prompt can store
/// (after Meyer et al. 2025).
/// </summary>
public sealed record AssociationsOptions : TaskOptions
{
    /// <inheritdoc/>
    public override int Sequences { get; init; } = 64;

    /// <summary>Tokens of a key.</summary>
    public int Length { get; init; } = 4;

    /// <summary>Labels, the first tokens of the vocabulary.</summary>
    public int Labels { get; init; } = 8;
}

/// <summary>
/// <c>family: lookup_table</c>: a table from strings of symbols to strings of symbols; every entry is a sequence. For
/// backbones of <see cref="LookupNetwork"/>, whose shape it shares.
/// </summary>
public sealed record LookupTableOptions : TaskOptions
{
    /// <inheritdoc/>
    public override int Sequences { get; init; }

    /// <summary>What the table holds.</summary>
    public TableContent Table { get; init; } = new RandomTable();
}

/// <summary>What a <see cref="LookupTableOptions"/> holds.</summary>
public abstract record TableContent;

/// <summary><c>random</c>: answers drawn evenly from the seed.</summary>
public sealed record RandomTable : TableContent;

/// <summary><c>enumerated</c>: the seed is the number of the table in lexicographic order, so that seeds go through all of them.</summary>
public sealed record EnumeratedTable : TableContent;

/// <summary><c>sentence</c>: the answer "I love transformers!", in printable ASCII, of a table without inputs.</summary>
public sealed record SentenceTable : TableContent;

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

/// <summary>
/// <c>matched(size)</c>: the frozen backbone's outputs under a hidden prompt that has a virtual token for every query of a
/// <see cref="DistinctQueriesOptions"/>: the query itself, and a free coordinate of its own, both times <paramref name="Size"/>.
/// </summary>
public sealed record MatchedTargets(double Size) : TargetSource;

/// <summary><c>teacher(length)</c>: the frozen backbone's outputs under a hidden N(0, 1) prompt of that length.</summary>
public sealed record TeacherTargets(int Length) : TargetSource;
