using DslExperiments.Backbones;
using DslExperiments.Hosting;
using DslExperiments.Text.Tokenizers;

namespace DslExperiments.Text;

/// <summary>How texts become tokens for a backbone: what begins and ends them, and how an answer follows its input.</summary>
/// <param name="Backbone">The backbone's shape.</param>
/// <param name="Tokenizer">Makes tokens.</param>
public sealed record TextForm(TransformerOptions Backbone, TextTokenizer Tokenizer)
{
    /// <summary>True when tokens of a text do not depend on a space before it: the tokenizer marks where words begin.</summary>
    private bool SpacesItself { get; } = Tokenizer.Encode("a b").SequenceEqual(Tokenizer.Encode("a").Concat(Tokenizer.Encode("b")));

    /// <summary>True when a decoder gives the answers, which then do not follow their inputs.</summary>
    public bool HasDecoder => Backbone.DecoderDepth > 0;

    /// <summary>The token that fills up.</summary>
    public int Pad => Tokenizer.PadId ?? Tokenizer.EosId ?? 0;

    /// <summary>The token that a decoder begins with.</summary>
    public int Start => Tokenizer.PadId ?? Tokenizer.BosId ?? 0;

    /// <summary>What, besides the texts, their tokens follow from.</summary>
    public string Recipe => $"{Tokenizer.ContentHash} {SpecText.Of(HasDecoder)}";

    /// <summary>The tokens of an input; the end of a long one is left out, but not its tail.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">Most tokens, those that begin and end the text included.</param>
    /// <param name="tail">What the text ends in whatever the row: the cue for the answer.</param>
    public int[] Input(string text, int most, string tail = "")
    {
        int[] before = !HasDecoder && Tokenizer.BosId is { } bos ? [bos] : [], after = HasDecoder && Tokenizer.EosId is { } eos ? [eos] : [];
        int room = Math.Max(0, most - before.Length - after.Length);
        int[] tokens = Encode(text);
        if (tokens.Length > room)
        {
            int kept = Math.Min(room, tokens.Length - tokens.AsSpan().CommonPrefixLength(Encode(text[..^tail.Length])));
            tokens = [.. tokens[..(room - kept)], .. tokens[^kept..]];
        }

        return [.. before, .. tokens, .. after];

        // A tokenizer that marks beginnings would make a token of the space and put its own before the answer.
        int[] Encode(string part) => Tokenizer.Encode(SpacesItself ? part.TrimEnd() : part);
    }

    /// <summary>The tokens of an answer, without one that ends it.</summary>
    /// <param name="answer">The text.</param>
    /// <param name="input">The text that it follows.</param>
    public int[] Answer(string answer, string input) => [.. Tokenizer.Encode(NeedsSpace(input) ? " " + answer : answer)];

    /// <summary>The tokens of an answer and the one that ends it.</summary>
    /// <param name="answer">The text.</param>
    /// <param name="input">The text that it follows.</param>
    /// <param name="most">Most tokens; the end of a longer answer is left out.</param>
    public int[] EndedAnswer(string answer, string input, int most) => [.. Answer(answer, input).Append(Tokenizer.EosId!.Value).Take(most)];

    /// <summary>Checks that answers can end.</summary>
    /// <exception cref="ExperimentUsageException">The tokenizer has no token for it.</exception>
    public TextForm WithEnd() => Tokenizer.EosId is not null
        ? this
        : throw new ExperimentUsageException("task: the tokenizer has no token that ends a text, so answers would never end; take another backbone.tokenizer.");

    /// <summary>Checks that the backbone can give text token by token.</summary>
    /// <exception cref="ExperimentUsageException">It cannot.</exception>
    public TextForm WithContinuation() => HasDecoder || Backbone.Causal
        ? this
        : throw new ExperimentUsageException("task: a backbone that reads in both directions cannot continue a text; set backbone.causal: true, or take kind: t5.");

    /// <summary>True when a space must come between an input and its answer.</summary>
    private bool NeedsSpace(string input) => !HasDecoder && !SpacesItself && input.Length > 0 && !char.IsWhiteSpace(input[^1]);
}
