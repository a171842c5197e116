namespace DslExperiments.Backbones;

/// <summary>Shape and weight distribution of a transformer that a spec describes (<c>backbone: { kind: transformer }</c>).</summary>
public sealed record TransformerOptions
{
    /// <summary>Number of layers, L.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>Size of a token, D.</summary>
    public int Width { get; init; } = 10;

    /// <summary>Attention heads, H; divides <see cref="Width"/>.</summary>
    public int Heads { get; init; } = 1;

    /// <summary>Scale and output matrix of the attention.</summary>
    public AttentionOptions Attention { get; init; } = new();

    /// <summary>The feed-forward part of each layer.</summary>
    public MlpOptions Mlp { get; init; } = new();

    /// <summary>Where layers are normalised.</summary>
    public Norm Norm { get; init; } = Norm.Pre;

    /// <summary>True when a token attends only to itself and to earlier tokens; the prompt always comes first.</summary>
    public bool Causal { get; init; }

    /// <summary>What is added to content tokens to mark their position; virtual tokens carry none.</summary>
    public Positions Positions { get; init; } = Positions.None;

    /// <summary>Size of the vocabulary, V: rows of the embedding and of the unembedding; 0 when tokens are vectors.</summary>
    public int Vocabulary { get; init; }

    /// <summary>Most tokens of a sequence, placeholders included: rows of the table of <see cref="Positions.Learned"/>.</summary>
    public int Context { get; init; }

    /// <summary>Precision of weights, activations and adapters.</summary>
    public Precision Dtype { get; init; } = Precision.Float32;

    /// <summary>Distributions of the frozen weights.</summary>
    public BackboneInit Init { get; init; } = new();

    /// <summary>Weights that are computed instead of drawn; shape and <see cref="Init"/> must not contradict it.</summary>
    public Construction Construct { get; init; } = new NoConstruction();
}

/// <summary>How a head scores and what follows it.</summary>
public sealed record AttentionOptions
{
    /// <summary>Factor on the scores <c>q . k</c>.</summary>
    public AttentionScale Scale { get; init; } = AttentionScale.InverseSqrt;

    /// <summary>True for an output matrix W_o after the heads are joined; false for the identity.</summary>
    public bool Output { get; init; } = true;
}

/// <summary><c>W_2 act(W_1 x + b_1) + b_2</c>, plus <c>x</c> with <see cref="Residual"/>.</summary>
public sealed record MlpOptions
{
    /// <summary>Hidden units, r; 0 leaves the MLP out.</summary>
    public int Hidden { get; init; } = 40;

    /// <summary>The hidden units' activation.</summary>
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>True when the MLP adds to its input.</summary>
    public bool Residual { get; init; } = true;
}

/// <summary>Distributions of the backbone's weights.</summary>
public sealed record BackboneInit
{
    /// <summary>W_q, W_k, W_v and W_o.</summary>
    public Initializer Attention { get; init; } = new ScaledNormal(1);

    /// <summary>W_1 and W_2.</summary>
    public Initializer Mlp { get; init; } = new ScaledNormal(1);

    /// <summary>b_1 and b_2.</summary>
    public Initializer Bias { get; init; } = new Zeros();

    /// <summary>W_q, where it differs from <see cref="Attention"/>.</summary>
    public Initializer Query { get; init; } = new Same();

    /// <summary>W_k, where it differs from <see cref="Attention"/>.</summary>
    public Initializer Key { get; init; } = new Same();

    /// <summary>W_v, where it differs from <see cref="Attention"/>.</summary>
    public Initializer Value { get; init; } = new Same();

    /// <summary>W_o, where it differs from <see cref="Attention"/>.</summary>
    public Initializer Output { get; init; } = new Same();

    /// <summary>W_2, where it differs from <see cref="Mlp"/>.</summary>
    public Initializer MlpOut { get; init; } = new Same();

    /// <summary>Embedding and unembedding, [V, D] each, and learned positions, [context, D].</summary>
    public Initializer Embedding { get; init; } = new Normal(0.02);
}

/// <summary>Factor on attention scores.</summary>
public enum AttentionScale
{
    /// <summary>1, as in the proofs on single layers.</summary>
    None,

    /// <summary>1 / sqrt(D / H), as in practice.</summary>
    InverseSqrt,
}

/// <summary>Activation of the MLP's hidden units.</summary>
public enum Activation
{
    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>x Φ(x), exact.</summary>
    Gelu,

    /// <summary>x σ(x).</summary>
    Silu,

    /// <summary>tanh x.</summary>
    Tanh,
}

/// <summary>Where a layer is normalised.</summary>
public enum Norm
{
    /// <summary>Nowhere, as in the proofs.</summary>
    None,

    /// <summary>Layer normalisation before attention and MLP, and once at the end.</summary>
    Pre,

    /// <summary>Layer normalisation before the MLP and once at the end; the attention reads raw rows.</summary>
    PreMlp,

    /// <summary>Layer normalisation after each residual sum.</summary>
    Post,

    /// <summary>Root-mean-square normalisation before attention and MLP, and once at the end.</summary>
    Rms,
}

/// <summary>Position signal of content tokens.</summary>
public enum Positions
{
    /// <summary>None.</summary>
    None,

    /// <summary>Sines and cosines of growing wavelength (Vaswani et al. 2017).</summary>
    Sinusoidal,

    /// <summary>Rotation of queries and keys by position; virtual tokens are not rotated.</summary>
    Rotary,

    /// <summary>A table of <see cref="TransformerOptions.Context"/> rows, added to content tokens; trained with the backbone.</summary>
    Learned,
}

/// <summary>Floating-point precision.</summary>
public enum Precision
{
    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>64 bits, for statements that are exact up to rounding.</summary>
    Float64,
}
