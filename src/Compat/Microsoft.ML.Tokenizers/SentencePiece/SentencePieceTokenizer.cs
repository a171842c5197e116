using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using DslExperiments.Text.Tokenizers;

namespace Microsoft.ML.Tokenizers;

/// <summary>A SentencePiece model, unigram or byte pair encoding.</summary>
public class SentencePieceTokenizer : Tokenizer
{
    private readonly SentencePieceModel _model;
    private readonly PieceEncoder _encoder;
    private readonly Dictionary<string, int> _vocabulary = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _specialTokens = [];
    private readonly Regex? _specialPattern;
    private readonly int _firstByteId, _lastByteId;

    internal SentencePieceTokenizer(Stream modelStream, bool addBeginningOfSentence, bool addEndOfSentence, IReadOnlyDictionary<string, int>? specialTokens)
    {
        ArgumentNullException.ThrowIfNull(modelStream);
        using var copy = new MemoryStream();
        modelStream.CopyTo(copy);
        _model = SentencePieceModel.Read(copy.GetBuffer().AsSpan(0, (int)copy.Length));
        (AddBeginningOfSentence, AddEndOfSentence, SpecialTokens) = (addBeginningOfSentence, addEndOfSentence, specialTokens);
        Normalizer = new SentencePieceNormalizer(
            _model.RemoveExtraWhitespaces, _model.AddDummyPrefix, _model.EscapeWhitespaces, _model.TreatWhitespaceAsSuffix, specialTokens);
        _encoder = PieceEncoder.Of(_model, Normalizer, UnknownId);
        for (var id = 0; id < _model.Pieces.Count; id++)
        {
            _vocabulary.TryAdd(_model.Pieces[id].Text, id);
            _lastByteId = _model.Pieces[id].Kind == PieceKind.Byte ? id : _lastByteId;
        }

        // As in the package, the bytes' ids follow that of the first. Its unigram models do not find that one.
        _firstByteId = _model.ModelType == SentencePieceModel.BytePairs && _vocabulary.TryGetValue("<0x00>", out var first) ? first : _lastByteId;
        foreach (var (token, id) in specialTokens ?? new Dictionary<string, int>())
        {
            _specialTokens.Add(id, token);
        }

        _specialPattern = specialTokens is { Count: > 0 } ? new Regex(string.Join('|', specialTokens.Keys.Select(Regex.Escape))) : null;
    }

    public bool AddBeginningOfSentence { get; }

    public bool AddDummyPrefix => _model.AddDummyPrefix;

    public bool AddEndOfSentence { get; }

    /// <summary>An absent or zero id counts as 1, as in the package.</summary>
    public int BeginningOfSentenceId => _model.BosId <= 0 ? 1 : _model.BosId;

    public string BeginningOfSentenceToken => _model.BosPiece;

    public bool ByteFallback => _model.ByteFallback;

    public int EndOfSentenceId => _model.EosId <= 0 ? 1 : _model.EosId;

    public string EndOfSentenceToken => _model.EosPiece;

    public bool EscapeWhiteSpaces => _model.EscapeWhitespaces;

    public override Normalizer? Normalizer { get; }

    public override PreTokenizer? PreTokenizer => null;

    public IReadOnlyDictionary<string, int>? SpecialTokens { get; }

    public bool TreatWhitespaceAsSuffix => _model.TreatWhitespaceAsSuffix;

    public int UnknownId => Math.Max(0, _model.UnknownId);

    public string UnknownToken => _model.UnknownPiece;

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public static SentencePieceTokenizer Create(
        Stream modelStream, bool addBeginningOfSentence = true, bool addEndOfSentence = false, IReadOnlyDictionary<string, int>? specialTokens = null) =>
        new(modelStream, addBeginningOfSentence, addEndOfSentence, specialTokens);

    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        var tokens = Tokens(text ?? textSpan, AddBeginningOfSentence, AddEndOfSentence, settings.ConsiderNormalization, out var normalized);
        return new() { Tokens = tokens, NormalizedText = normalized, CharsConsumed = normalized?.Length ?? text?.Length ?? textSpan.Length };
    }

    public IReadOnlyList<EncodedToken> EncodeToTokens(
        string text, out string? normalizedText, bool addBeginningOfSentence, bool addEndOfSentence, bool considerPreTokenization = true, bool considerNormalization = true) =>
        Tokens(text, addBeginningOfSentence, addEndOfSentence, considerNormalization, out normalizedText);

    public IReadOnlyList<EncodedToken> EncodeToTokens(
        ReadOnlySpan<char> text, out string? normalizedText, bool addBeginningOfSentence, bool addEndOfSentence, bool considerPreTokenization = true, bool considerNormalization = true) =>
        Tokens(text, addBeginningOfSentence, addEndOfSentence, considerNormalization, out normalizedText);

    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings) =>
        settings.MaxTokenCount != int.MaxValue
            ? base.EncodeToIds(text, textSpan, settings)
            : new() { Tokens = Ids(text ?? textSpan, AddBeginningOfSentence, AddEndOfSentence, settings.ConsiderNormalization), CharsConsumed = text?.Length ?? textSpan.Length };

    public IReadOnlyList<int> EncodeToIds(
        string text, bool addBeginningOfSentence, bool addEndOfSentence, bool considerPreTokenization = true, bool considerNormalization = true) =>
        Ids(text, addBeginningOfSentence, addEndOfSentence, considerNormalization);

    public IReadOnlyList<int> EncodeToIds(
        ReadOnlySpan<char> text, bool addBeginningOfSentence, bool addEndOfSentence, bool considerPreTokenization = true, bool considerNormalization = true) =>
        Ids(text, addBeginningOfSentence, addEndOfSentence, considerNormalization);

    public int CountTokens(
        string text, bool addBeginningOfSentence, bool addEndOfSentence, bool considerPreTokenization = true, bool considerNormalization = true) =>
        Ids(text, addBeginningOfSentence, addEndOfSentence, considerNormalization).Count;

    public int CountTokens(
        ReadOnlySpan<char> text, bool addBeginningOfSentence, bool addEndOfSentence, bool considerPreTokenization = true, bool considerNormalization = true) =>
        Ids(text, addBeginningOfSentence, addEndOfSentence, considerNormalization).Count;

    public override string Decode(IEnumerable<int> ids) => Decode(ids, considerSpecialTokens: false);

    public string Decode(IEnumerable<int> ids, bool considerSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = new StringBuilder();
        var bytes = new List<byte>();
        var (space, suffix, started) = (EscapeWhiteSpaces ? '\u2581' : ' ', -1, false);
        foreach (var id in ids)
        {
            if (ByteFallback && id >= _firstByteId && id <= _lastByteId)
            {
                bytes.Add((byte)(id - _firstByteId));
                continue;
            }

            text.Append(Encoding.UTF8.GetString([.. bytes]));
            bytes.Clear();
            if (Special(id) is { } special)
            {
                text.Append(considerSpecialTokens ? special : "");
            }
            else if ((uint)id < (uint)_model.Pieces.Count && _model.Pieces[id].Text is { Length: > 0 } piece)
            {
                text.Append(AddDummyPrefix && !TreatWhitespaceAsSuffix && !started && piece[0] == space ? piece.AsSpan(1) : piece);
                (started, suffix) = (true, piece[^1] == space ? text.Length - 1 : suffix);
            }
        }

        text.Append(Encoding.UTF8.GetString([.. bytes]));
        if (AddDummyPrefix && TreatWhitespaceAsSuffix && suffix >= 0)
        {
            text.Remove(suffix, 1);
        }

        return EscapeWhiteSpaces ? text.Replace('\u2581', ' ').ToString() : text.ToString();
    }

    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten) =>
        Decode(ids, destination, considerSpecialTokens: false, out idsConsumed, out charsWritten);

    public OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, bool considerSpecialTokens, out int idsConsumed, out int charsWritten) =>
        DecodeInto(ids, destination, list => Decode(list, considerSpecialTokens), out idsConsumed, out charsWritten);

    private string? Special(int id) =>
        id == BeginningOfSentenceId ? BeginningOfSentenceToken
        : id == EndOfSentenceId ? EndOfSentenceToken
        : id == UnknownId ? UnknownToken
        : _specialTokens.GetValueOrDefault(id);

    private List<int> Ids(ReadOnlySpan<char> text, bool addBeginning, bool addEnd, bool normalize)
    {
        var ids = new List<int>();
        if (text.IsEmpty)
        {
            return ids;
        }

        if (addBeginning)
        {
            ids.Add(BeginningOfSentenceId);
        }

        var pieces = new List<FoundPiece>();
        foreach (var part in Parts(text, normalize))
        {
            if (part.SpecialId is { } special)
            {
                ids.Add(special);
                continue;
            }

            pieces.Clear();
            _encoder.Encode(part.Text, pieces);
            var at = 0;
            foreach (var piece in pieces)
            {
                if (piece.Id == UnknownId && ByteFallback)
                {
                    AddBytes(part.Text.AsSpan(at, piece.Length), ids);
                }
                else
                {
                    ids.Add(piece.Id);
                }

                at += piece.Length;
            }
        }

        if (addEnd)
        {
            ids.Add(EndOfSentenceId);
        }

        return ids;
    }

    private List<EncodedToken> Tokens(ReadOnlySpan<char> text, bool addBeginning, bool addEnd, bool normalize, out string? normalized)
    {
        normalized = null;
        var tokens = new List<EncodedToken>();
        if (text.IsEmpty)
        {
            return tokens;
        }

        if (addBeginning)
        {
            tokens.Add(new(BeginningOfSentenceId, BeginningOfSentenceToken, 0..0));
        }

        var whole = new StringBuilder();
        foreach (var part in Parts(text, normalize))
        {
            var at = whole.Length;
            whole.Append(part.Text);
            if (part.SpecialId is { } special)
            {
                tokens.Add(new(special, part.Text, at..whole.Length));
                continue;
            }

            var pieces = new List<FoundPiece>();
            _encoder.Encode(part.Text, pieces);
            var start = 0;
            foreach (var piece in pieces)
            {
                AddToken(part.Text.Substring(start, piece.Length), piece.Id, at + start, tokens);
                start += piece.Length;
            }
        }

        if (addEnd)
        {
            tokens.Add(new(EndOfSentenceId, EndOfSentenceToken, whole.Length..whole.Length));
        }

        normalized = normalize ? whole.ToString() : null;
        return tokens;
    }

    private void AddToken(string surface, int id, int start, List<EncodedToken> tokens)
    {
        if (id != UnknownId || !ByteFallback)
        {
            tokens.Add(new(id, surface, start..(start + surface.Length)));
            return;
        }

        // The first byte of a character that is unknown has its place, the others lie after it.
        var ids = new List<int>();
        AddBytes(surface, ids);
        var (from, end) = (start, start + surface.Length);
        foreach (var value in ids)
        {
            tokens.Add(new(value, _model.Pieces[value].Text, from..end));
            from = end;
        }
    }

    private void AddBytes(ReadOnlySpan<char> surface, List<int> ids)
    {
        foreach (var value in Encoding.UTF8.GetBytes(surface.ToArray()))
        {
            if (_firstByteId + value < _model.Pieces.Count)
            {
                ids.Add(_firstByteId + value);
            }
        }
    }

    /// <summary>The text between special tokens, normalised, and those tokens. Byte pair encoding normalises before it looks for them.</summary>
    private List<(string Text, int? SpecialId)> Parts(ReadOnlySpan<char> text, bool normalize)
    {
        var parts = new List<(string Text, int? SpecialId)>();
        var first = _model.ModelType == SentencePieceModel.BytePairs && normalize;
        var source = first ? _encoder.Normalize(text) : text.ToString();
        normalize &= !first;
        var start = 0;
        if (_specialPattern is not null)
        {
            foreach (var match in _specialPattern.EnumerateMatches(source))
            {
                Add(source[start..match.Index]);
                parts.Add((source.Substring(match.Index, match.Length), SpecialTokens![source.Substring(match.Index, match.Length)]));
                start = match.Index + match.Length;
            }
        }

        Add(source[start..]);
        return parts;

        void Add(string part)
        {
            part = normalize && part.Length > 0 ? _encoder.Normalize(part) : part;
            if (part.Length > 0)
            {
                parts.Add((part, null));
            }
        }
    }
}
