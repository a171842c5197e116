using DslExperiments.Backbones;

namespace DslExperiments.Methods;

/// <summary>Options of a method; one derived record per method.</summary>
public abstract record MethodOptions;

/// <summary><c>prompt</c>: P trained virtual tokens before the content (Lester et al. 2021).</summary>
public sealed record PromptOptions : MethodOptions
{
    /// <summary>Virtual tokens, P.</summary>
    public int Length { get; init; } = 1;

    /// <summary>Distribution of their entries at the start.</summary>
    public Initializer Init { get; init; } = new Normal(1);

    /// <summary>Largest norm of a virtual token, kept after every step; 0 for none.</summary>
    public double NormCap { get; init; }
}

/// <summary>
/// <c>prefix</c>: P trained virtual tokens in every layer (Li and Liang 2021; Liu et al. 2022, P-Tuning v2; Petrov et al.
/// 2024).
/// </summary>
public sealed record PrefixOptions : MethodOptions
{
    /// <summary>Virtual tokens per layer, P.</summary>
    public int Length { get; init; } = 1;

    /// <summary>Where the virtual tokens stand.</summary>
    public PrefixForm Form { get; init; } = PrefixForm.KeyValue;

    /// <summary>Distribution of their entries at the start.</summary>
    public Initializer Init { get; init; } = new Normal(1);

    /// <summary>Largest norm of a row at a block's input, kept after every step; 0 for none.</summary>
    public double NormCap { get; init; }

    /// <summary>Largest norm of a key, all heads together, kept after every step; 0 for none.</summary>
    public double KeyCap { get; init; }

    /// <summary>Largest norm of a value, all heads together, kept after every step; 0 for none.</summary>
    public double ValueCap { get; init; }
}

/// <summary>Where the virtual tokens of a prefix stand.</summary>
public enum PrefixForm
{
    /// <summary>Keys and values of every layer's attention, 2·L·P·D numbers (P-Tuning v2).</summary>
    KeyValue,

    /// <summary>Rows at the input of every layer, before its normalisation, L·P·D numbers (Petrov et al. 2024).</summary>
    BlockInput,
}

/// <summary><c>frozen</c>: the backbone as it is; nothing is trained.</summary>
public sealed record FrozenOptions : MethodOptions;

/// <summary><c>lora</c>: <c>W + (alpha / R) B A</c> with trained A <c>[R, in]</c> and B <c>[out, R]</c> (Hu et al. 2021).</summary>
public sealed record LoraOptions : MethodOptions
{
    /// <summary>Rank, R.</summary>
    public int Rank { get; init; } = 1;

    /// <summary>Scale numerator; 0 stands for alpha = rank, a scale of 1.</summary>
    public double Alpha { get; init; }

    /// <summary>True for alpha / sqrt(R) in place of alpha / R (rsLoRA).</summary>
    public bool RankStabilized { get; init; }

    /// <summary>The weights that are adapted, in every layer.</summary>
    public IReadOnlyList<Projection> On { get; init; } = [Projection.Q, Projection.V];

    /// <summary>Distribution of A at the start; B starts at zero.</summary>
    public Initializer Init { get; init; } = new KaimingUniform(2.23606797749979);

    /// <inheritdoc/>
    public bool Equals(LoraOptions? other) =>
        other is not null && Rank == other.Rank && Alpha.Equals(other.Alpha) && RankStabilized == other.RankStabilized
        && On.SequenceEqual(other.On) && Init == other.Init;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Rank, Alpha, RankStabilized, Init);
}

/// <summary><c>full</c>: every named weight itself is trained.</summary>
public sealed record FullOptions : MethodOptions
{
    /// <summary>The weights that are trained, in every layer, biases with their matrix.</summary>
    public IReadOnlyList<Projection> On { get; init; } = [Projection.All];

    /// <inheritdoc/>
    public bool Equals(FullOptions? other) => other is not null && On.SequenceEqual(other.On);

    /// <inheritdoc/>
    public override int GetHashCode() => On.Count;
}

/// <summary>A weight of a layer, or a group of them.</summary>
public enum Projection
{
    /// <summary>W_q.</summary>
    Q,

    /// <summary>W_k.</summary>
    K,

    /// <summary>W_v.</summary>
    V,

    /// <summary>W_o.</summary>
    O,

    /// <summary>W_1 of the MLP.</summary>
    MlpIn,

    /// <summary>W_2 of the MLP.</summary>
    MlpOut,

    /// <summary>W_q, W_k, W_v and, when there is one, W_o.</summary>
    Attention,

    /// <summary>W_1 and W_2.</summary>
    Mlp,

    /// <summary>All of them (for <c>full</c> also the norms' gains, embedding, unembedding and learned positions).</summary>
    All,
}
