using DslExperiments.Text.Tokenizers;

namespace Microsoft.ML.Tokenizers;

/// <summary>A piece that was found in a text: its id and how many characters it has.</summary>
internal readonly record struct FoundPiece(int Id, int Length);

/// <summary>Splits normalised text into pieces of a vocabulary.</summary>
internal abstract class PieceEncoder
{
    /// <summary>Appends the pieces of a text in order.</summary>
    public abstract void Encode(ReadOnlySpan<char> text, List<FoundPiece> pieces);

    /// <summary>Normalises as encoding wants it.</summary>
    public abstract string Normalize(ReadOnlySpan<char> text);

    /// <summary>The encoder that a model asks for.</summary>
    public static PieceEncoder Of(SentencePieceModel model, Normalizer normalizer, int unknownId) => model.ModelType switch
    {
        SentencePieceModel.Unigram => new UnigramEncoder(model, unknownId),
        SentencePieceModel.BytePairs => new ScoredPairEncoder(model, normalizer, unknownId),
        _ => throw new ArgumentException($"The model type '{model.ModelType}' is not supported."),
    };
}
