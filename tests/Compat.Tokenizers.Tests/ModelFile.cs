using System.Text;

namespace Compat.Tokenizers.Tests;

/// <summary>Writes SentencePiece model files, right and wrong ones.</summary>
internal sealed class ModelFile
{
    public const int Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6;

    private readonly List<byte> _bytes = [];

    /// <summary>A small model: unknown, beginning, end, then pieces of the given scores.</summary>
    public static ModelFile Small(int modelType, params (string Text, float Score)[] pieces)
    {
        var file = new ModelFile().Piece("<unk>", 0, Unknown).Piece("<s>", 0, Control).Piece("</s>", 0, Control);
        foreach (var (text, score) in pieces)
        {
            file.Piece(text, score, Normal);
        }

        return file.Trainer((3, modelType));
    }

    public ModelFile Piece(string text, float score, int kind) => Piece(Encoding.UTF8.GetBytes(text), score, kind);

    public ModelFile Piece(byte[] text, float score, int kind)
    {
        List<byte> message = [];
        Field(message, 1, text);
        message.Add((2 << 3) | 5);
        message.AddRange(BitConverter.GetBytes(score));
        Field(message, 3, kind);
        Field(_bytes, 1, [.. message]);
        return this;
    }

    /// <summary>The 256 pieces of bytes.</summary>
    public ModelFile ByteFallback()
    {
        for (var value = 0; value < 256; value++)
        {
            Piece($"<0x{value:X2}>", 0, Byte);
        }

        return Trainer((35, 1));
    }

    public ModelFile Trainer(params (int Field, int Value)[] fields) => Message(2, fields);

    public ModelFile Normalizer(params (int Field, int Value)[] fields) => Message(3, fields);

    /// <summary>A character map for the normaliser.</summary>
    public ModelFile CharacterMap(byte[] map)
    {
        List<byte> message = [];
        Field(message, 2, map);
        Field(_bytes, 3, [.. message]);
        return this;
    }

    public byte[] ToArray() => [.. _bytes];

    private static void Field(List<byte> to, int number, int value)
    {
        Varint(to, (ulong)number << 3);
        Varint(to, (ulong)value);
    }

    private static void Field(List<byte> to, int number, byte[] value)
    {
        Varint(to, ((ulong)number << 3) | 2);
        Varint(to, (ulong)value.Length);
        to.AddRange(value);
    }

    private static void Varint(List<byte> to, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            to.Add((byte)(value | 0x80));
        }

        to.Add((byte)value);
    }

    private ModelFile Message(int number, (int Field, int Value)[] fields)
    {
        List<byte> message = [];
        foreach (var (field, value) in fields)
        {
            Field(message, field, value);
        }

        Field(_bytes, number, [.. message]);
        return this;
    }
}

/// <summary>A folder that goes with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tokenizers-");

    public string Path => _folder.FullName;

    public string Write(string name, string text) => Write(name, System.Text.Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        var path = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

/// <summary>Random texts with characters of one to four bytes.</summary>
internal static class RandomText
{
    private static readonly (int First, int Last)[] Ranges =
    [
        (0x20, 0x7E), (0x61, 0x7A), (0x20, 0x20), (0x09, 0x0D), (0xA0, 0x17F), (0x300, 0x36F), (0x370, 0x3FF), (0x4E00, 0x4FFF),
        (0x2000, 0x20AC), (0xE000, 0xE00F), (0xFFF0, 0xFFFD), (0x1F600, 0x1F64F), (0x20000, 0x2000F), (0x10FFF0, 0x10FFFF), (0x00, 0x1F),
    ];

    public static string Of(Random random, int characters) => string.Concat(Enumerable.Range(0, characters).Select(_ =>
    {
        var (first, last) = Ranges[random.Next(Ranges.Length)];
        return new Rune(random.Next(first, last + 1)).ToString();
    }));
}
