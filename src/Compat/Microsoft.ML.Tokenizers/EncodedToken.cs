namespace Microsoft.ML.Tokenizers;

/// <summary>An id, its text, and where it lies in the normalised text.</summary>
public readonly struct EncodedToken : IEquatable<EncodedToken>
{
    public EncodedToken(int id, string value, Range offset) => (Id, Value, Offset) = (id, value, offset);

    public int Id { get; }

    public string Value { get; }

    public Range Offset { get; }

    public bool Equals(EncodedToken other) => Id == other.Id && Value == other.Value && Offset.Equals(other.Offset);
}

/// <summary>Tokens with the text that they are tokens of.</summary>
public struct EncodeResults<T>
{
    public IReadOnlyList<T> Tokens { get; set; }

    public string? NormalizedText { get; set; }

    public int CharsConsumed { get; set; }
}

/// <summary>What to do with a text before it is encoded, and how many tokens to stop at.</summary>
public struct EncodeSettings
{
    public EncodeSettings() => MaxTokenCount = int.MaxValue;

    public bool ConsiderPreTokenization { get; set; }

    public bool ConsiderNormalization { get; set; }

    public int MaxTokenCount { get; set; }
}
