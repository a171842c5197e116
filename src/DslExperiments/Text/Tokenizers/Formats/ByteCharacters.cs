using System.Text;

namespace DslExperiments.Text.Tokenizers;

/// <summary>GPT-2's characters for bytes: printable ones stand for themselves, the others for U+0100 and after.</summary>
internal static class ByteCharacters
{
    private static readonly char[] Characters = new char[256];
    private static readonly short[] Bytes = new short[0x144];

    static ByteCharacters()
    {
        Array.Fill(Bytes, (short)-1);
        var next = '\u0100';
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            Characters[value] = printable ? (char)value : next++;
            Bytes[Characters[value]] = (short)value;
        }
    }

    /// <summary>The characters of a text's bytes in UTF-8.</summary>
    public static string Of(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return string.Create(bytes.Length, bytes, static (span, bytes) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = Characters[bytes[i]];
            }
        });
    }

    /// <summary>Which character of a text each of its bytes belongs to, and the text's length at the end.</summary>
    public static int[] Places(ReadOnlySpan<char> text)
    {
        var places = new List<int>(text.Length + 1);
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text[i..], out var rune, out var consumed);
            for (var k = 0; k < rune.Utf8SequenceLength; k++)
            {
                places.Add(i);
            }

            i += consumed;
        }

        places.Add(text.Length);
        return [.. places];
    }

    /// <summary>Appends the bytes that a piece's characters stand for; what stands for none is left out.</summary>
    public static void Append(ReadOnlySpan<char> piece, ICollection<byte> bytes)
    {
        foreach (var character in piece)
        {
            if (character < Bytes.Length && Bytes[character] >= 0)
            {
                bytes.Add((byte)Bytes[character]);
            }
        }
    }
}
