using System.Security.Cryptography;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>
/// A frozen transformer, drawn once per seed and stacked, that adapters prompt or change. Per head and query token x over
/// the tokens X that it sees: <c>W_o W_v X softmax(s (W_k X)ᵀ W_q x)</c>, added to x; then
/// <c>W_2 act(W_1 x + b_1) + b_2</c>, added to its input with <see cref="MlpOptions.Residual"/>. A prompt is put before
/// the content: <c>g([P, X])</c>.
/// </summary>
/// <remarks>
/// The forward pass does the least work that is exact: see <see cref="FrozenPass"/> for the part that no trained number
/// reaches and <see cref="LivePass"/> for the rest.
/// </remarks>
public sealed class Transformer
{
    private readonly byte[] fingerprint;

    /// <summary>Draws the weights of every seed.</summary>
    /// <param name="options">Shape and distributions.</param>
    /// <param name="seeds">One seed per arm, [A].</param>
    /// <param name="device">Where the backbone computes.</param>
    /// <param name="weights">Weights in place of drawn ones, or null.</param>
    public Transformer(TransformerOptions options, IReadOnlyList<int> seeds, Device device, BackboneWeights? weights = null)
    {
        if (options.Heads < 1 || options.Width % options.Heads != 0)
        {
            throw new ArgumentException($"{options.Heads} heads do not divide a width of {options.Width}.", nameof(options));
        }

        Options = options;
        Device = device;
        Dtype = options.Dtype.ToScalarType();
        Groups = new SeedGroups(seeds, Dtype, device);
        Layers = [.. Enumerable.Range(0, options.Depth).Select(layer => new LayerWeights(options, layer, Groups))];
        fingerprint = Fingerprint();
    }

    /// <summary>Shape and distributions.</summary>
    public TransformerOptions Options { get; }

    /// <summary>Where the backbone computes.</summary>
    public Device Device { get; }

    /// <summary>Precision of weights and activations.</summary>
    public ScalarType Dtype { get; }

    /// <summary>
    /// What calling one more product costs, in multiplications: the choice between equal ways to compute the attention,
    /// of which some do less arithmetic and others fewer calls.
    /// </summary>
    internal long CallCost { get; set; } = 5000;

    /// <summary>How arms share weights.</summary>
    public SeedGroups Groups { get; }

    /// <summary>The frozen weights by layer.</summary>
    public IReadOnlyList<LayerWeights> Layers { get; }

    /// <summary>
    /// What <paramref name="adapter"/> makes the backbone compute on the tokens that the task reads: [A, B, reads, D].
    /// </summary>
    /// <param name="content">The sequences.</param>
    /// <param name="adapter">The adapter, A arms.</param>
    /// <param name="batch">Which sequences.</param>
    public Tensor Forward(Content content, Adapter adapter, Batch batch) => new FrozenPass(this, content, adapter, batch).Run();

    /// <summary>Sequences of tokens as content: embedding and positions.</summary>
    /// <param name="ids">[G, N, T], 64-bit.</param>
    /// <param name="firstPosition">Position of the first token.</param>
    /// <param name="reads">Which tokens are read.</param>
    public Content Embed(Tensor ids, int firstPosition, IReadOnlyList<int> reads) => throw new NotImplementedException();

    /// <summary>Scores of the vocabulary after every token that is read, [A, B, reads, V].</summary>
    /// <param name="content">Sequences of <see cref="Embed"/>.</param>
    /// <param name="adapter">The adapter, A arms.</param>
    /// <param name="batch">Which sequences.</param>
    public Tensor Logits(Content content, Adapter adapter, Batch batch) => throw new NotImplementedException();

    /// <summary>
    /// The attention of one layer with everything in place: softmax weights of all rows over all rows, prompt first,
    /// [A, H, N, P + T, P + T]; what a row does not see has weight zero.
    /// </summary>
    public Tensor Attention(Content content, Adapter adapter, int layer)
    {
        Tensor? seen = null;
        var pass = new FrozenPass(this, content, adapter, Batch.All);
        pass.RunPlainly((index, weights) => seen = index == layer ? weights : seen);
        return seen ?? throw new ArgumentOutOfRangeException(nameof(layer), layer, $"The backbone has {Options.Depth} layers.");
    }

    /// <summary>
    /// The attention mass <c>Z_P</c> of the first layer's prompt at the tokens that the task reads, per head: [A, N, reads, H].
    /// </summary>
    internal Tensor PromptMass(Content content, Adapter adapter) => new FrozenPass(this, content, adapter, Batch.All).PromptMass();

    /// <summary>True while every weight has the bits with which it was drawn.</summary>
    public bool IsUnchanged() => fingerprint.AsSpan().SequenceEqual(Fingerprint());

    private byte[] Fingerprint()
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var layer in Layers)
        {
            foreach (var linear in layer.Projections.Select(projection => layer[projection]))
            {
                foreach (var weight in (Tensor?[])[linear.Matrix, linear.Transposed, linear.Bias])
                {
                    if (weight is not null)
                    {
                        hash.AppendData(weight.cpu().contiguous().bytes);
                    }
                }
            }
        }

        return hash.GetHashAndReset();
    }
}
