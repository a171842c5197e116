using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DslExperiments.Text.Tokenizers;

/// <summary>The bytes of a text in UTF-8 are its ids.</summary>
internal sealed class ByteTokenizer : TextTokenizer
{
    private const int Bos = 256, Eos = 257, Pad = 258;

    private ByteTokenizer()
    {
    }

    public static ByteTokenizer Instance { get; } = new();

    public override int VocabularySize => 259;

    public override int? BosId => Bos;

    public override int? EosId => Eos;

    public override int? PadId => Pad;

    public override int? UnknownId => null;

    public override string ContentHash { get; } =
        Convert.ToHexStringLower(SHA256.HashData("bytes 0 to 255, bos 256, eos 257, pad 258"u8));

    public override int[] Encode(string text) => Array.ConvertAll(Encoding.UTF8.GetBytes(text), static value => (int)value);

    public override string Decode(IEnumerable<int> ids) =>
        Encoding.UTF8.GetString([.. ids.Where(id => id is >= 0 and < 256).Select(id => (byte)id)]);

    public override string Piece(int id) => id switch
    {
        >= 0 and < 256 => string.Create(CultureInfo.InvariantCulture, $"<0x{id:X2}>"),
        Bos => "<bos>",
        Eos => "<eos>",
        Pad => "<pad>",
        _ => throw new ArgumentOutOfRangeException(nameof(id), id, "The id is not in the vocabulary."),
    };
}
