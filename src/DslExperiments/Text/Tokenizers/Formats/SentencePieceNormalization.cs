using System.Buffers;
using System.Text;

namespace DslExperiments.Text.Tokenizers;

/// <summary>
/// SentencePiece's normaliser: the character map, extra spaces, the space before the text, and U+2581 for spaces.
/// User-defined pieces pass unchanged.
/// </summary>
internal sealed class SentencePieceNormalization
{
    private const byte Space = (byte)' ';

    private readonly CharacterMap? _map;
    private readonly Utf8Trie? _userDefined;
    private readonly bool _addDummyPrefix, _removeExtra, _escape, _asSuffix;

    /// <summary>The normaliser that a model names.</summary>
    public SentencePieceNormalization(SentencePieceModel model)
    {
        _map = model.CharacterMap.Length == 0 ? null : new CharacterMap(model.CharacterMap);
        (_addDummyPrefix, _removeExtra) = (model.AddDummyPrefix, model.RemoveExtraWhitespaces);
        (_escape, _asSuffix) = (model.EscapeWhitespaces, model.TreatWhitespaceAsSuffix);
        if (model.Pieces.Exists(p => p.Kind == PieceKind.UserDefined))
        {
            _userDefined = new Utf8Trie();
            for (var id = 0; id < model.Pieces.Count; id++)
            {
                if (model.Pieces[id].Kind == PieceKind.UserDefined)
                {
                    _userDefined.Add(Encoding.UTF8.GetBytes(model.Pieces[id].Text), id);
                }
            }
        }
    }

    private ReadOnlySpan<byte> SpaceSymbol => _escape ? "\u2581"u8 : " "u8;

    /// <summary>The normalised text as a string.</summary>
    public string Normalize(string text) => Encoding.UTF8.GetString(Normalize(text.AsSpan()));

    /// <summary>The normalised text in UTF-8.</summary>
    public ReadOnlySpan<byte> Normalize(ReadOnlySpan<char> text)
    {
        var input = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, input);
        return Normalize(input);
    }

    private ReadOnlySpan<byte> Normalize(ReadOnlySpan<byte> input)
    {
        if (_removeExtra)
        {
            while (input.Length > 0 && Prefix(input, out var first) is var length && first.SequenceEqual(" "u8))
            {
                input = input[length..];
            }
        }

        if (input.IsEmpty)
        {
            return default;
        }

        var output = new ArrayBufferWriter<byte>(input.Length + 16);
        if (_addDummyPrefix && !_asSuffix)
        {
            output.Write(SpaceSymbol);
        }

        var afterSpace = _removeExtra;
        while (!input.IsEmpty)
        {
            var consumed = Prefix(input, out var piece);
            while (afterSpace && piece.Length > 0 && piece[0] == Space)
            {
                piece = piece[1..];
            }

            if (!piece.IsEmpty)
            {
                Append(output, piece);
                afterSpace = _removeExtra && piece[^1] == Space;
            }

            input = input[consumed..];
        }

        var result = output.WrittenSpan;
        while (_removeExtra && result.EndsWith(SpaceSymbol))
        {
            result = result[..^SpaceSymbol.Length];
        }

        return _addDummyPrefix && _asSuffix ? (byte[])[.. result, .. SpaceSymbol] : result;
    }

    private void Append(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> piece)
    {
        if (piece.Length == 1 && piece[0] != Space)
        {
            output.GetSpan(1)[0] = piece[0];
            output.Advance(1);
            return;
        }

        while (!piece.IsEmpty)
        {
            var space = _escape ? piece.IndexOf(Space) : -1;
            output.Write(space < 0 ? piece : piece[..space]);
            if (space < 0)
            {
                return;
            }

            output.Write(SpaceSymbol);
            piece = piece[(space + 1)..];
        }
    }

    /// <summary>How many bytes at the beginning of the input are normalised together, and to what.</summary>
    private int Prefix(ReadOnlySpan<byte> input, out ReadOnlySpan<byte> piece)
    {
        if (_userDefined?.Longest(input, out _) is > 0 and var whole)
        {
            piece = input[..whole];
            return whole;
        }

        if (_map is not null && _map.Match(input, out piece) is > 0 and var matched)
        {
            return matched;
        }

        // The bytes come from a string, so they are valid.
        var length = Math.Min(Utf8Trie.CharacterLength(input[0]), input.Length);
        piece = input[..length];
        return length;
    }
}
