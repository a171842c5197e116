namespace DslExperiments.Text.Tokenizers;

/// <summary>Text to token ids and back. Safe to use from several threads.</summary>
public abstract class TextTokenizer
{
    /// <summary>How many ids there are: one more than the largest.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>The id before a text, if the vocabulary has one.</summary>
    public abstract int? BosId { get; }

    /// <summary>The id after a text, if the vocabulary has one.</summary>
    public abstract int? EosId { get; }

    /// <summary>The id that fills up shorter rows, if the vocabulary has one.</summary>
    public abstract int? PadId { get; }

    /// <summary>The id of what has no other, if the vocabulary has one.</summary>
    public abstract int? UnknownId { get; }

    /// <summary>SHA-256, in hexadecimal digits, of what the tokenizer was made from.</summary>
    public abstract string ContentHash { get; }

    /// <summary>The ids [T] of a text without special ones. Names of special tokens in it are plain text.</summary>
    public abstract int[] Encode(string text);

    /// <summary>The text of ids [T]. Special ids, and ids beyond the vocabulary, leave nothing; the unknown one leaves a mark.</summary>
    public abstract string Decode(IEnumerable<int> ids);

    /// <summary>The entry of the vocabulary that an id stands for, as its file spells it.</summary>
    public abstract string Piece(int id);
}
