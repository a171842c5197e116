namespace Microsoft.ML.Tokenizers;

/// <summary>What a <see cref="BpeTokenizer"/> is made from.</summary>
public sealed class BpeOptions
{
    public BpeOptions(IEnumerable<KeyValuePair<string, int>> vocabulary)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        Vocabulary = vocabulary;
    }

    public IEnumerable<KeyValuePair<string, int>> Vocabulary { get; }

    public IEnumerable<string>? Merges { get; set; }

    public IReadOnlyDictionary<string, int>? SpecialTokens { get; set; }

    public Normalizer? Normalizer { get; set; }

    public PreTokenizer? PreTokenizer { get; set; }

    public string? UnknownToken { get; set; }

    public bool FuseUnknownTokens { get; set; }

    public string? ContinuingSubwordPrefix { get; set; }

    public string? EndOfWordSuffix { get; set; }

    public bool ByteLevel { get; set; }

    public string? BeginningOfSentenceToken { get; set; }

    public string? EndOfSentenceToken { get; set; }
}
