using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>
/// An encoder whose rows see each other, and a decoder that sees its own earlier rows and, through cross-attention, all
/// outputs of the encoder (T5, Raffel et al. 2020). Both add biases of distances to their scores. Prompts stand before the
/// encoder's tokens (Lester et al. 2021), prefixes in the layers of both.
/// </summary>
/// <remarks>
/// The encoder has layers 0 to Depth - 1, the decoder those after; adapters are asked by these numbers. Virtual tokens
/// take positions before the content, with <see cref="VirtualPositions.None"/> none: their scores then have no bias.
/// </remarks>
public sealed class EncoderDecoder : Transformer
{
    /// <summary>Takes the given weights of every seed and draws the others, every tensor from its own seed.</summary>
    /// <param name="options">Shape and distributions; <see cref="TransformerOptions.DecoderDepth"/> at least 1.</param>
    /// <param name="seeds">One seed per arm, [A].</param>
    /// <param name="device">Where the backbone computes.</param>
    /// <param name="weights">Weights in place of drawn ones, or null.</param>
    /// <exception cref="ArgumentException">The shape contradicts itself, or a given weight does not fit it.</exception>
    public EncoderDecoder(TransformerOptions options, IReadOnlyList<int> seeds, Device device, BackboneWeights? weights = null)
        : base(Checked(options), seeds, device, weights)
    {
    }

    /// <summary>Sequences for the encoder, and for the decoder.</summary>
    /// <param name="ids">What the encoder reads, [G, N, T], 64-bit, padded at the end.</param>
    /// <param name="firstPosition">Only distances count here: any.</param>
    /// <param name="reads">Which of the decoder's tokens are read, [G, N, reads], 64-bit.</param>
    /// <param name="lengths">The encoder's tokens before the padding, [G, N], 64-bit, at least 1; null when nothing is padded.</param>
    /// <param name="decoderIds">What the decoder is given, [G, N, Tout], 64-bit, padded at the end.</param>
    /// <exception cref="InvalidOperationException">There are no tokens for the decoder.</exception>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, or shapes do not go together.</exception>
    public override Content Embed(Tensor ids, int firstPosition, Tensor reads, Tensor? lengths = null, Tensor? decoderIds = null)
    {
        if (decoderIds is null)
        {
            throw new InvalidOperationException("An encoder and decoder needs the tokens that the decoder is given.");
        }

        AssertTokens(ids);
        long n = ids.shape[1];
        AssertShape(reads, "Reads", [Groups.Count, n, reads.dim() == 3 ? reads.shape[2] : 1]);
        AssertShape(decoderIds, "Tokens of the decoder", [Groups.Count, n, decoderIds.dim() == 3 ? decoderIds.shape[2] : 1]);
        AssertAmongIfNear(ids, 0, Options.Vocabulary, "Tokens");
        AssertAmongIfNear(decoderIds, 0, Options.Vocabulary, "Tokens of the decoder");
        AssertAmongIfNear(reads, 0, decoderIds.shape[2], "Reads");
        if (lengths is not null)
        {
            AssertShape(lengths, "Lengths", [Groups.Count, n]);
            AssertAmongIfNear(lengths, 1, ids.shape[2] + 1, "Lengths");
        }

        var table = Embedding!;
        var here = ids.to(Device);
        return new Content(here, () => LookUp(table, here), reads.to(Device), lengths?.to(Device), decoderIds.to(Device), firstPosition);
    }

    /// <summary>
    /// What <paramref name="adapter"/> makes the decoder compute on its tokens that the task reads: [A, B, reads, D].
    /// </summary>
    /// <param name="content">Sequences of <see cref="Embed(Tensor, int, Tensor, Tensor?, Tensor?)"/>.</param>
    /// <param name="adapter">The adapter, A arms.</param>
    /// <param name="batch">Which sequences.</param>
    public override Tensor Forward(Content content, Adapter adapter, Batch batch) => new EncoderDecoderPass(this, content, adapter, batch).Run();

    /// <summary>
    /// The attention of one layer's rows over each other, [A, H, N, queries, keys]: in the encoder prompt and content over
    /// the same, in the decoder its tokens over themselves; a prefix has columns but no rows.
    /// </summary>
    public override Tensor Attention(Content content, Adapter adapter, int layer)
    {
        Tensor? seen = null;
        new EncoderDecoderPass(this, content, adapter, Batch.All, (index, weights) => seen = index == layer ? weights : seen).Run();
        return seen?.transpose(1, 2)
            ?? throw new ArgumentOutOfRangeException(nameof(layer), layer, $"The backbone has {Layers.Count} layers.");
    }

    /// <summary>Rows of the frozen embedding, [G, N, T] to [G, N, T, D].</summary>
    internal Tensor RowsOf(Tensor ids) => LookUp(Embedding!, ids);

    private static TransformerOptions Checked(TransformerOptions options) => options switch
    {
        { Depth: < 1 } or { DecoderDepth: < 1 } => throw new ArgumentException("An encoder and a decoder need a layer each.", nameof(options)),
        { Vocabulary: < 1 } => throw new ArgumentException("An encoder and decoder needs a vocabulary.", nameof(options)),
        { Positions: not (Positions.Relative or Positions.None) } =>
            throw new ArgumentException($"Positions of an encoder and decoder are relative or none, not {options.Positions}.", nameof(options)),
        { Positions: Positions.Relative, RelativeBuckets: var buckets } when buckets < 4 || buckets % 4 != 0 =>
            throw new ArgumentException($"Relative positions need 4, 8, 12, ... buckets, not {buckets}.", nameof(options)),
        { Positions: Positions.Relative } when options.RelativeDistance <= options.RelativeBuckets / 2 =>
            throw new ArgumentException(
                $"The largest distance of relative positions must be more than half of the buckets, {options.RelativeBuckets / 2}, not {options.RelativeDistance}.",
                nameof(options)),
        _ => options,
    };
}
