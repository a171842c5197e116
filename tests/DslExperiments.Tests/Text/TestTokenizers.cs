using System.Text;
using DslExperiments.Text.Tokenizers;

namespace DslExperiments.Tests.Text;

/// <summary>A token per byte; 256 begins, 257 ends and 258 fills up.</summary>
public sealed class TestBytes : TextTokenizer
{
    public override int VocabularySize => 259;

    public override int? BosId => 256;

    public override int? EosId => 257;

    public override int? PadId => 258;

    public override int? UnknownId => null;

    public override string ContentHash => "bytes";

    public override int[] Encode(string text) => [.. Encoding.UTF8.GetBytes(text)];

    public override string Decode(IEnumerable<int> ids) => Encoding.UTF8.GetString([.. ids.Where(id => id < 256).Select(id => (byte)id)]);

    public override string Piece(int id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A token per word of a list, whatever the space before it; 0 fills up and 1 is unknown; none begins a text.</summary>
public sealed class TestWords(params string[] words) : TextTokenizer
{
    public override int VocabularySize => words.Length + 3;

    public override int? BosId => null;

    public override int? EosId => 2;

    public override int? PadId => 0;

    public override int? UnknownId => 1;

    public override string ContentHash => string.Join(' ', words);

    public override int[] Encode(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(word => Array.IndexOf(words, word) is >= 0 and var at ? at + 3 : 1)];

    public override string Decode(IEnumerable<int> ids) => string.Join(' ', ids.Where(id => id > 0).Select(Piece));

    public override string Piece(int id) => id switch { 0 => "<pad>", 1 => "<unk>", 2 => "</s>", _ => words[id - 3] };
}
