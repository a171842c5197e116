using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>Sequences of tokens; the loss is the cross-entropy of the tokens that follow those that are read.</summary>
/// <param name="backbone">The backbone, with a vocabulary.</param>
/// <param name="placeholders">Tokens at the front of every sequence that virtual tokens replace.</param>
public abstract class TokenTask(Transformer backbone, int placeholders) : TaskFamily(backbone)
{
    /// <summary>The sequences that evaluation reads.</summary>
    public abstract TokenData Test { get; }

    /// <summary>The answer is one of the first so many tokens; the whole vocabulary unless a task says otherwise.</summary>
    protected virtual int Choices => Backbone.Options.Vocabulary;

    /// <summary>Tokens at the front of every sequence that virtual tokens replace.</summary>
    protected int Placeholders { get; } = placeholders;

    /// <inheritdoc/>
    public override Tensor Loss(Transformer backbone, Adapter adapter, Batch batch)
    {
        var data = Train(batch);
        var each = CrossEntropy(adapter, data);
        if (data.Weights is null)
        {
            return each.mean([1, 2]);
        }

        var weights = Backbone.Groups.PerArm(data.Weights, adapter.Arms);
        return (each * weights).sum([1, 2]) / weights.sum([1, 2]);
    }

    /// <summary>The sequences of a training batch.</summary>
    public abstract TokenData Train(Batch batch);

    /// <summary>Cross-entropy of every token that is to be given, in nats: [A, B, reads].</summary>
    public Tensor CrossEntropy(Adapter adapter, TokenData data)
    {
        var logits = Scores(adapter, data).Widened();
        var wanted = Backbone.Groups.PerArm(data.Targets, adapter.Arms);
        return -logits.log_softmax(-1).gather(-1, wanted.unsqueeze(-1)).squeeze(-1);
    }

    /// <summary>True where the most likely token is the wanted one, given the right tokens before it: [A, B, reads].</summary>
    /// <remarks>
    /// All of a sequence's reads are right if and only if greedy decoding gives the whole answer: the first wrong token of
    /// a greedy answer comes after right ones. A read that only fills up is right.
    /// </remarks>
    public Tensor IsRight(Adapter adapter, TokenData data)
    {
        var right = Scores(adapter, data).argmax(-1).eq(Backbone.Groups.PerArm(data.Targets, adapter.Arms));
        return data.Weights is { } weights ? right | Backbone.Groups.PerArm(weights, adapter.Arms).eq(0) : right;
    }

    /// <summary>Scores of all possible answers at every read, [A, B, reads, answers]: of the first <see cref="Choices"/> tokens.</summary>
    protected virtual Tensor Scores(Adapter adapter, TokenData data)
    {
        var logits = Backbone.Logits(ContentOf(adapter, data), adapter, Batch.All);
        return Choices < Backbone.Options.Vocabulary ? logits.narrow(3, 0, Choices) : logits;
    }

    /// <summary>Checks that sequences fit into the context together with an adapter's virtual tokens.</summary>
    private protected virtual void CheckRoom(Adapter adapter)
    {
    }

    /// <summary>The sequences as content: virtual tokens stand where the placeholders were; content keeps its positions.</summary>
    protected Content ContentOf(Adapter adapter, TokenData data)
    {
        CheckRoom(adapter);
        if (data.Content is { } kept)
        {
            return kept;
        }

        int skipped = adapter.HasVirtualTokens ? Placeholders : 0;
        var ids = skipped == 0 ? data.Ids : data.Ids.narrow(2, skipped, data.Ids.shape[2] - skipped);
        return data.ReadsPerSequence is { } reads
            ? Backbone.Embed(ids, skipped, skipped == 0 ? reads : reads - skipped, data.Lengths, data.DecoderIds)
            : Backbone.Embed(ids, skipped, [.. data.Reads.Select(position => position - skipped)]);
    }
}

/// <summary>Sequences of tokens and what is to be given for them.</summary>
/// <param name="Ids">[G, B, T], 64-bit, placeholders included.</param>
/// <param name="Reads">Positions whose next token is to be given.</param>
/// <param name="Targets">The wanted tokens, [G, B, reads].</param>
public sealed record TokenData(Tensor Ids, IReadOnlyList<int> Reads, Tensor Targets)
{
    /// <summary>
    /// Positions that are read per sequence, [G, B, reads], in place of <see cref="Reads"/>, which then counts them only;
    /// null when every sequence is read at the same ones. Sequences end with padding, which causal rows never see.
    /// </summary>
    public Tensor? ReadsPerSequence { get; init; }

    /// <summary>Weight of every read in the loss, [G, B, reads], 0 for one that only fills up; null for ones.</summary>
    public Tensor? Weights { get; init; }

    /// <summary>Tokens of each sequence before its padding, [G, B]; null when none is padded.</summary>
    public Tensor? Lengths { get; init; }

    /// <summary>Tokens that a decoder is given, [G, B, Tout]; null without a decoder. Reads are then its positions.</summary>
    public Tensor? DecoderIds { get; init; }

    /// <summary>The sequences as content, where they are the same in every step and have no placeholders; else null.</summary>
    public Content? Content { get; init; }

    /// <summary>Sequences per seed, B.</summary>
    public int Sequences => (int)Ids.shape[1];

    /// <summary>Some of the sequences.</summary>
    public TokenData Slice(int first, int count)
    {
        return new TokenData(Part(Ids)!, Reads, Part(Targets)!)
        {
            ReadsPerSequence = Part(ReadsPerSequence),
            Weights = Part(Weights),
            Lengths = Part(Lengths),
            DecoderIds = Part(DecoderIds),
        };

        Tensor? Part(Tensor? all) => all?.narrow(1, first, count);
    }
}
