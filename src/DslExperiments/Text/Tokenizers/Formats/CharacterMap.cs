using System.Buffers.Binary;

namespace DslExperiments.Text.Tokenizers;

/// <summary>
/// The precompiled character map of a SentencePiece model (such as nmt_nfkc): a double array that finds the longest
/// sequence of bytes with a rule, and the text that takes its place.
/// </summary>
internal sealed class CharacterMap
{
    private const int LongestReplacement = 4096;

    private readonly uint[] _units;
    private readonly byte[] _replacements;

    /// <summary>Reads the blob: the array's length in bytes, the array, the replacements, each ended by a zero.</summary>
    public CharacterMap(ReadOnlySpan<byte> blob)
    {
        if (blob.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(blob) is var size && (size % 4 != 0 || size < 4 || size > blob.Length - 4))
        {
            throw new InvalidDataException($"precompiled_charsmap of {blob.Length} bytes does not hold the array it announces");
        }

        _units = new uint[size / 4];
        for (var i = 0; i < _units.Length; i++)
        {
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(blob[(4 + (4 * i))..]);
        }

        _replacements = blob[(int)(4 + size)..].ToArray();
        var length = 0;
        foreach (var value in _replacements)
        {
            length = value == 0 ? 0 : length + 1;
            if (length > LongestReplacement)
            {
                throw new InvalidDataException($"precompiled_charsmap puts more than {LongestReplacement} bytes in the place of a character");
            }
        }
    }

    /// <summary>The length of the longest rule that the input begins with, or 0; and what takes its place.</summary>
    public int Match(ReadOnlySpan<byte> input, out ReadOnlySpan<byte> replacement)
    {
        var (length, value) = (0, 0u);
        var units = _units;
        var node = Offset(units[0]);
        for (var i = 0; i < input.Length; i++)
        {
            node ^= input[i];
            if (node >= (uint)units.Length)
            {
                break;
            }

            var unit = units[node];
            if ((unit & 0x800000FF) != input[i])
            {
                break;
            }

            node ^= Offset(unit);
            if ((unit >> 8 & 1) != 0 && node < (uint)units.Length)
            {
                (length, value) = (i + 1, units[node] & 0x7FFFFFFF);
            }
        }

        replacement = default;
        if (length > 0 && value < (uint)_replacements.Length)
        {
            replacement = _replacements.AsSpan((int)value);
            var end = replacement.IndexOf((byte)0);
            replacement = end < 0 ? replacement : replacement[..end];
        }

        return length;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 0x200) >> 6);
}
