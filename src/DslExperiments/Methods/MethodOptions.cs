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

    /// <summary>The layers that have a prefix, each counted from 0; none for all.</summary>
    public IReadOnlyList<int> Layers { get; init; } = [];

    /// <summary>
    /// Hidden units of the MLP <c>W_2 tanh(W_1 e)</c> that makes keys and values of an embedding per virtual token while
    /// training (Li and Liang 2021); 0 trains them directly.
    /// </summary>
    public int Reparametrization { get; init; }

    /// <summary>Largest norm of a row at a block's input, kept after every step; 0 for none.</summary>
    public double NormCap { get; init; }

    /// <summary>Largest norm of a key, all heads together, kept after every step; 0 for none.</summary>
    public double KeyCap { get; init; }

    /// <summary>Largest norm of a value, all heads together, kept after every step; 0 for none.</summary>
    public double ValueCap { get; init; }

    /// <inheritdoc/>
    public bool Equals(PrefixOptions? other) =>
        other is not null && Length == other.Length && Form == other.Form && Init == other.Init && Layers.SequenceEqual(other.Layers)
        && Reparametrization == other.Reparametrization && NormCap.Equals(other.NormCap) && KeyCap.Equals(other.KeyCap)
        && ValueCap.Equals(other.ValueCap);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Length, Form, Init, Reparametrization, NormCap, KeyCap, ValueCap);
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

    /// <summary>Chance that an entry of what A reads is dropped in a training step.</summary>
    public double Dropout { get; init; }

    /// <inheritdoc/>
    public bool Equals(LoraOptions? other) =>
        other is not null && Rank == other.Rank && Alpha.Equals(other.Alpha) && RankStabilized == other.RankStabilized
        && On.SequenceEqual(other.On) && Init == other.Init && Dropout.Equals(other.Dropout);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Rank, Alpha, RankStabilized, Init, Dropout);
}

/// <summary>
/// <c>iapt</c>: in every layer a generator makes virtual tokens of the instruction's hidden states (Zhu et al. 2024):
/// <c>a(softmax(H W_p)ᵀ H W_down) W_up</c> with a learned rational function a.
/// </summary>
public sealed record IaptOptions : MethodOptions
{
    /// <summary>Virtual tokens per layer, P.</summary>
    public int Length { get; init; } = 4;

    /// <summary>Width of the bottleneck between W_down [D, bottleneck] and W_up [bottleneck, D].</summary>
    public int Bottleneck { get; init; } = 8;

    /// <summary>True when all layers share the projections; each has its own activation.</summary>
    public bool Shared { get; init; }

    /// <summary>Distribution of W_p and W_down at the start; W_up starts at zero.</summary>
    public Initializer Init { get; init; } = new ScaledNormal(1);
}

/// <summary><c>hard_prompt</c>: P tokens of the vocabulary before the content, searched or written by hand.</summary>
public sealed record HardPromptOptions : MethodOptions
{
    /// <summary>Tokens, P; 0 for as many as <see cref="Text"/> and <see cref="Examples"/> make.</summary>
    public int Length { get; init; }

    /// <summary>Text that the prompt starts from; empty for tokens drawn from the vocabulary.</summary>
    public string Text { get; init; } = "";

    /// <summary>Training examples with their answers that stand in front of the content, drawn by the seed.</summary>
    public int Examples { get; init; }

    /// <summary>
    /// Replacements that a step tries, those which the gradient promises most from (Ebrahimi et al. 2018; Shin et al.
    /// 2020); 0 searches nothing: the text and the examples are the prompt.
    /// </summary>
    public int Candidates { get; init; } = 8;
}

/// <summary><c>prompt_lora</c>: a soft prompt and a low-rank update, trained together.</summary>
public sealed record PromptLoraOptions : MethodOptions
{
    /// <summary>The prompt.</summary>
    public PromptOptions Prompt { get; init; } = new();

    /// <summary>The update.</summary>
    public LoraOptions Lora { get; init; } = new();
}

/// <summary><c>prefix_lora</c>: a prefix and a low-rank update, trained together.</summary>
public sealed record PrefixLoraOptions : MethodOptions
{
    /// <summary>The prefix.</summary>
    public PrefixOptions Prefix { get; init; } = new();

    /// <summary>The update.</summary>
    public LoraOptions Lora { get; init; } = new();
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

    /// <summary>W_g of a gated MLP.</summary>
    MlpGate,

    /// <summary>W_q of a decoder's cross-attention.</summary>
    CrossQ,

    /// <summary>W_k of a decoder's cross-attention.</summary>
    CrossK,

    /// <summary>W_v of a decoder's cross-attention.</summary>
    CrossV,

    /// <summary>W_o of a decoder's cross-attention.</summary>
    CrossO,

    /// <summary>W_q, W_k, W_v and, when there is one, W_o.</summary>
    Attention,

    /// <summary>The four of a decoder's cross-attention.</summary>
    Cross,

    /// <summary>W_1, W_2 and, when there is one, W_g.</summary>
    Mlp,

    /// <summary>All of them (for <c>full</c> also the norms' gains, embedding, unembedding and learned positions).</summary>
    All,
}
