using System.Buffers;

namespace Microsoft.ML.Tokenizers;

/// <summary>Text to ids and back: normalise, split, encode.</summary>
public abstract class Tokenizer
{
    protected Tokenizer()
    {
    }

    public virtual Normalizer? Normalizer => null;

    public virtual PreTokenizer? PreTokenizer => null;

    protected abstract EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings);

    public IReadOnlyList<EncodedToken> EncodeToTokens(string text, out string? normalizedText, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var results = EncodeToTokens(text, default, Settings(considerPreTokenization, considerNormalization));
        normalizedText = results.NormalizedText;
        return results.Tokens;
    }

    public IReadOnlyList<EncodedToken> EncodeToTokens(ReadOnlySpan<char> text, out string? normalizedText, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        var results = EncodeToTokens(null, text, Settings(considerPreTokenization, considerNormalization));
        normalizedText = results.NormalizedText;
        return results.Tokens;
    }

    /// <summary>The ids of the tokens; those after <see cref="EncodeSettings.MaxTokenCount"/> are left out.</summary>
    protected virtual EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(settings.MaxTokenCount);
        var results = EncodeToTokens(text, textSpan, settings);
        var kept = Math.Min(results.Tokens.Count, settings.MaxTokenCount);
        var ids = new int[kept];
        for (var i = 0; i < kept; i++)
        {
            ids[i] = results.Tokens[i].Id;
        }

        var consumed = kept == results.Tokens.Count ? results.CharsConsumed : kept == 0 ? 0 : results.Tokens[kept - 1].Offset.End.Value;
        return new() { Tokens = ids, NormalizedText = results.NormalizedText, CharsConsumed = consumed };
    }

    public IReadOnlyList<int> EncodeToIds(string text, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EncodeToIds(text, default, Settings(considerPreTokenization, considerNormalization)).Tokens;
    }

    public IReadOnlyList<int> EncodeToIds(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(null, text, Settings(considerPreTokenization, considerNormalization)).Tokens;

    public IReadOnlyList<int> EncodeToIds(
        string text, int maxTokenCount, out string? normalizedText, out int charsConsumed, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        var results = EncodeToIds(text, default, Settings(considerPreTokenization, considerNormalization, maxTokenCount));
        (normalizedText, charsConsumed) = (results.NormalizedText, results.CharsConsumed);
        return results.Tokens;
    }

    public IReadOnlyList<int> EncodeToIds(
        ReadOnlySpan<char> text, int maxTokenCount, out string? normalizedText, out int charsConsumed, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        var results = EncodeToIds(null, text, Settings(considerPreTokenization, considerNormalization, maxTokenCount));
        (normalizedText, charsConsumed) = (results.NormalizedText, results.CharsConsumed);
        return results.Tokens;
    }

    protected virtual int CountTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        EncodeToIds(text, textSpan, settings).Tokens.Count;

    public int CountTokens(string text, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        return CountTokens(text, default, Settings(considerPreTokenization, considerNormalization));
    }

    public int CountTokens(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        CountTokens(null, text, Settings(considerPreTokenization, considerNormalization));

    public abstract OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten);

    public virtual string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var buffer = new char[256];
        while (true)
        {
            switch (Decode(ids, buffer, out _, out var written))
            {
                case OperationStatus.Done:
                    return new string(buffer, 0, written);
                case OperationStatus.DestinationTooSmall:
                    buffer = new char[2 * buffer.Length];
                    break;
                case var status:
                    throw new InvalidOperationException($"The ids cannot be decoded: {status}.");
            }
        }
    }

    /// <summary>As many leading ids as have room, decoded by a method that decodes a list.</summary>
    internal static OperationStatus DecodeInto(
        IEnumerable<int> ids, Span<char> destination, Func<IEnumerable<int>, string> decode, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var all = ids as IReadOnlyList<int> ?? [.. ids];
        (idsConsumed, charsWritten) = (0, 0);
        var text = decode(all);
        if (text.Length <= destination.Length)
        {
            text.CopyTo(destination);
            (idsConsumed, charsWritten) = (all.Count, text.Length);
            return OperationStatus.Done;
        }

        var (low, high) = (0, all.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = decode(all.Take(middle)).Length <= destination.Length ? (middle, high) : (low, middle - 1);
        }

        text = decode(all.Take(low));
        text.CopyTo(destination);
        (idsConsumed, charsWritten) = (low, text.Length);
        return OperationStatus.DestinationTooSmall;
    }

    /// <summary>The text to encode, normalised if there is a normaliser and it is wanted, and its parts.</summary>
    internal static ReadOnlySpan<char> Prepare(
        string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings, Normalizer? normalizer, PreTokenizer? preTokenizer,
        out string? normalizedText, out IEnumerable<(int Offset, int Length)>? parts)
    {
        normalizedText = null;
        if (settings.ConsiderNormalization && normalizer is not null)
        {
            normalizedText = text is null ? normalizer.Normalize(textSpan) : normalizer.Normalize(text);
            text = normalizedText;
        }

        parts = !settings.ConsiderPreTokenization || preTokenizer is null ? null
            : text is null ? preTokenizer.PreTokenize(textSpan)
            : preTokenizer.PreTokenize(text);
        return text is null ? textSpan : text;
    }

    private static EncodeSettings Settings(bool preTokenize, bool normalize, int maxTokenCount = int.MaxValue) =>
        new() { ConsiderPreTokenization = preTokenize, ConsiderNormalization = normalize, MaxTokenCount = maxTokenCount };
}
