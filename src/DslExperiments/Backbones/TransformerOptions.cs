namespace DslExperiments.Backbones;

/// <summary>Shape and weight distribution of a transformer that a spec describes (<c>backbone: { kind: transformer }</c>).</summary>
public record TransformerOptions
{
    /// <summary>Number of layers, L.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>Size of a token, D.</summary>
    public int Width { get; init; } = 10;

    /// <summary>Attention heads, H; divides <see cref="Width"/> unless <see cref="HeadWidth"/> is given.</summary>
    public int Heads { get; init; } = 1;

    /// <summary>Heads of keys and values, each shared by a group of query heads (Ainslie et al. 2023); divides <see cref="Heads"/>; 0 for as many as those.</summary>
    public int KeyValueHeads { get; init; }

    /// <summary>Size of a head, Dh; 0 for D / H.</summary>
    public int HeadWidth { get; init; }

    /// <summary>Scale and output matrix of the attention.</summary>
    public AttentionOptions Attention { get; init; } = new();

    /// <summary>The feed-forward part of each layer.</summary>
    public MlpOptions Mlp { get; init; } = new();

    /// <summary>Where layers are normalised.</summary>
    public Norm Norm { get; init; } = Norm.Pre;

    /// <summary>Added to variances, so that a zero row stays finite.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>True for normalisations that add a vector after their gain, as GPT-2's do.</summary>
    public bool NormBias { get; init; }

    /// <summary>True when a token attends only to itself and to earlier tokens; the prompt always comes first.</summary>
    public bool Causal { get; init; }

    /// <summary>How positions are marked.</summary>
    public Positions Positions { get; init; } = Positions.None;

    /// <summary>Whether virtual tokens take positions.</summary>
    public VirtualPositions VirtualPositions { get; init; } = VirtualPositions.None;

    /// <summary>Base of the wavelengths of <see cref="Positions.Rotary"/>.</summary>
    public double RotaryBase { get; init; } = 10_000;

    /// <summary>How the wavelengths of <see cref="Positions.Rotary"/> are stretched for a longer context.</summary>
    public RotaryScaling RotaryScaling { get; init; } = new NoRotaryScaling();

    /// <summary>Buckets of distances of <see cref="Positions.Relative"/>.</summary>
    public int RelativeBuckets { get; init; } = 32;

    /// <summary>Distance from which on <see cref="Positions.Relative"/> has one bucket.</summary>
    public int RelativeDistance { get; init; } = 128;

    /// <summary>Size of the vocabulary, V: rows of the embedding and of the unembedding; 0 when tokens are vectors.</summary>
    public int Vocabulary { get; init; }

    /// <summary>Most tokens of a sequence, placeholders included: rows of the table of <see cref="Positions.Learned"/>.</summary>
    public int Context { get; init; }

    /// <summary>True when the unembedding is the embedding: one table for both.</summary>
    public bool Tied { get; init; }

    /// <summary>Layers of a decoder that reads the outputs of these layers through cross-attention; 0 for none (T5).</summary>
    public int DecoderDepth { get; init; }

    /// <summary>Folder of a checkpoint, relative to the spec, whose weights these are; empty for weights that a seed draws.</summary>
    public string Weights { get; init; } = "";

    /// <summary>Seed of the weights, drawn or pretrained, which all arms then share; -1 for each arm's own.</summary>
    public int Seed { get; init; } = -1;

    /// <summary>What makes tokens of texts.</summary>
    public TokenizerSource Tokenizer { get; init; } = new NoTokenizer();

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

    /// <summary>True for biases of W_q, W_k, W_v and W_o.</summary>
    public bool Bias { get; init; }
}

/// <summary>
/// <c>W_2 act(W_1 x + b_1) + b_2</c>, or with <see cref="Gated"/> <c>W_2 (act(W_g x + b_g) ⊙ (W_1 x + b_1)) + b_2</c>; plus
/// <c>x</c> with <see cref="Residual"/>.
/// </summary>
public record MlpOptions
{
    /// <summary>Hidden units, r; 0 leaves the MLP out.</summary>
    public int Hidden { get; init; } = 40;

    /// <summary>The hidden units' activation.</summary>
    public Activation Activation { get; init; } = Activation.Relu;

    /// <summary>True when the MLP adds to its input.</summary>
    public bool Residual { get; init; } = true;

    /// <summary>True for a gate W_g, [r, D], as in SwiGLU (Shazeer 2020).</summary>
    public bool Gated { get; init; }

    /// <summary>True for the biases b_1, b_2 and b_g.</summary>
    public bool Bias { get; init; } = true;
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

    /// <summary>N(0, 0.02²) everywhere, as language models start.</summary>
    internal static BackboneInit Language { get; } = new() { Attention = new Normal(0.02), Mlp = new Normal(0.02) };
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

    /// <summary>x Φ(x) by its approximation with tanh, as in GPT-2 and T5.</summary>
    GeluTanh,

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

    /// <summary>Rotation of queries and keys by position (Su et al. 2021).</summary>
    Rotary,

    /// <summary>A table of <see cref="TransformerOptions.Context"/> rows, added to content tokens; trained with the backbone.</summary>
    Learned,

    /// <summary>A bias per head and bucket of distances on the scores, the same in all layers (Raffel et al. 2020).</summary>
    Relative,
}

/// <summary>Whether virtual tokens take positions.</summary>
public enum VirtualPositions
{
    /// <summary>They have none: they are not marked, and content begins where it would without them.</summary>
    None,

    /// <summary>They take the first ones, as in Hugging Face's models: content follows after P; keys of a prefix are not turned.</summary>
    Counted,
}

/// <summary>How wavelengths of rotary positions are stretched.</summary>
public abstract record RotaryScaling;

/// <summary><c>none</c>.</summary>
public sealed record NoRotaryScaling : RotaryScaling;

/// <summary><c>linear(factor)</c>: all by the same factor (Chen et al. 2023).</summary>
public sealed record LinearRotaryScaling(double Factor) : RotaryScaling;

/// <summary><c>llama3(factor, low, high, original)</c>: long ones only, as Llama 3.1 and later do.</summary>
public sealed record Llama3RotaryScaling(double Factor, double Low, double High, int Original) : RotaryScaling;

/// <summary>What makes tokens of texts; ids are rows of the embedding.</summary>
public abstract record TokenizerSource;

/// <summary><c>none</c>: the task's tokens are numbers; with <see cref="TransformerOptions.Weights"/>, the tokenizer of that folder.</summary>
public sealed record NoTokenizer : TokenizerSource;

/// <summary><c>bytes</c>: a token per byte of UTF-8, 256 begins and 257 ends a text, 258 pads.</summary>
public sealed record ByteTokens : TokenizerSource;

/// <summary><c>words(corpus, size)</c>: the most frequent words of a text file, relative to the spec; 0 pads, 1 begins, 2 ends, 3 is unknown.</summary>
public sealed record WordTokens(string Corpus, int Size) : TokenizerSource;

/// <summary><c>file(path)</c>: a tokenizer's file or folder, relative to the spec.</summary>
public sealed record TokenizerFile(string Path) : TokenizerSource;

/// <summary>Floating-point precision.</summary>
public enum Precision
{
    /// <summary>32 bits.</summary>
    Float32,

    /// <summary>64 bits, for statements that are exact up to rounding.</summary>
    Float64,

    /// <summary>16 bits, 8 of them for the exponent; what is trained stays in 32 bits (Micikevicius et al. 2018).</summary>
    BFloat16,
}
