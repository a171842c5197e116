namespace Microsoft.ML.Tokenizers;

/// <summary>LLaMA's SentencePiece model.</summary>
public sealed class LlamaTokenizer : SentencePieceTokenizer
{
    private LlamaTokenizer(Stream modelStream, bool addBeginOfSentence, bool addEndOfSentence, IReadOnlyDictionary<string, int>? specialTokens)
        : base(modelStream, addBeginOfSentence, addEndOfSentence, specialTokens)
    {
    }

    public static new LlamaTokenizer Create(
        Stream modelStream, bool addBeginOfSentence = true, bool addEndOfSentence = false, IReadOnlyDictionary<string, int>? specialTokens = null) =>
        new(modelStream, addBeginOfSentence, addEndOfSentence, specialTokens);
}
