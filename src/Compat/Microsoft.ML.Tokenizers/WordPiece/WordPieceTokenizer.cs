using System.Buffers;
using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>The longest piece first, word by word; a word that cannot be pieced together is one unknown token.</summary>
public class WordPieceTokenizer : Tokenizer
{
    private readonly Dictionary<string, int> _vocabulary = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;
    private readonly Dictionary<int, string> _tokens = [];
    private readonly HashSet<int> _specialIds = [];
    private readonly PreTokenizer _preTokenizer;
    private int _longest;

    internal WordPieceTokenizer(Stream vocabStream, WordPieceOptions options)
    {
        ArgumentNullException.ThrowIfNull(vocabStream);
        var reader = new StreamReader(vocabStream);
        for (var id = 0; reader.ReadLine() is { } line; id++)
        {
            // An empty line takes an id and is no token.
            if (line.Length > 0)
            {
                _vocabulary.Add(line, id);
                _tokens.Add(id, line);
                _longest = Math.Max(_longest, line.Length);
            }
        }

        _ids = _vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        ArgumentNullException.ThrowIfNull(options.UnknownToken);
        ArgumentNullException.ThrowIfNull(options.ContinuingSubwordPrefix);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxInputCharsPerWord);
        UnknownTokenId = _vocabulary.TryGetValue(options.UnknownToken, out var unknown)
            ? unknown
            : throw new ArgumentException($"The unknown token '{options.UnknownToken}' is not in the vocabulary.");
        (UnknownToken, ContinuingSubwordPrefix) = (options.UnknownToken, options.ContinuingSubwordPrefix);
        MaxInputCharsPerWord = options.MaxInputCharsPerWord;
        SetSpecialTokens(options.SpecialTokens);
        (Normalizer, _preTokenizer) = (options.Normalizer, options.PreTokenizer ?? PreTokenizer.CreateWhiteSpace(options.SpecialTokens));
    }

    public string ContinuingSubwordPrefix { get; }

    public int MaxInputCharsPerWord { get; }

    public override Normalizer? Normalizer { get; }

    public override PreTokenizer? PreTokenizer => _preTokenizer;

    public IReadOnlyDictionary<string, int>? SpecialTokens { get; private set; }

    public string UnknownToken { get; }

    public int UnknownTokenId { get; }

    public static WordPieceTokenizer Create(Stream vocabStream, WordPieceOptions? options = null) => new(vocabStream, options ?? new());

    public static WordPieceTokenizer Create(string vocabFilePath, WordPieceOptions? options = null)
    {
        using var stream = File.OpenRead(vocabFilePath);
        return new(stream, options ?? new());
    }

    /// <summary>A token's id in the vocabulary.</summary>
    internal int IdOf(string token) =>
        _vocabulary.TryGetValue(token, out var id) ? id : throw new ArgumentException($"The special token '{token}' is not in the vocabulary.");

    /// <summary>Tokens that decoding may leave out.</summary>
    internal void SetSpecialTokens(IReadOnlyDictionary<string, int>? specialTokens)
    {
        SpecialTokens = specialTokens;
        _specialIds.UnionWith(specialTokens?.Values ?? []);
    }

    /// <summary>Lets another spelling stand for a token.</summary>
    internal void AddSpelling(string spelling, int id)
    {
        _vocabulary[spelling] = id;
        _longest = Math.Max(_longest, spelling.Length);
    }

    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        if (string.IsNullOrEmpty(text) && textSpan.IsEmpty)
        {
            return new() { Tokens = [] };
        }

        var source = Prepare(text, textSpan, settings, Normalizer, PreTokenizer, out var normalized, out var parts);
        var tokens = new List<EncodedToken>();
        foreach (var (offset, length) in parts ?? [(0, source.Length)])
        {
            AddTokens(source.Slice(offset, length), offset, tokens);
        }

        return new() { Tokens = tokens, NormalizedText = normalized, CharsConsumed = source.Length };
    }

    public override string Decode(IEnumerable<int> ids) => Decode(ids, skipSpecialTokens: false);

    /// <summary>The tokens with spaces between words, none before some marks; a token with the prefix continues the one before.</summary>
    public string Decode(IEnumerable<int> ids, bool skipSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            if (!_tokens.TryGetValue(id, out var token) || (skipSpecialTokens && _specialIds.Contains(id)))
            {
                continue;
            }

            if (token.StartsWith(ContinuingSubwordPrefix, StringComparison.Ordinal))
            {
                text.Append(token.AsSpan(ContinuingSubwordPrefix.Length));
            }
            else
            {
                text.Append(text.Length > 0 && token[0] is not ('.' or ',' or '!' or '?' or '\'') ? " " : "").Append(token);
            }
        }

        return text.ToString();
    }

    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten) =>
        Decode(ids, destination, skipSpecialTokens: false, out idsConsumed, out charsWritten);

    public OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, bool skipSpecialTokens, out int idsConsumed, out int charsWritten) =>
        DecodeInto(ids, destination, list => Decode(list, skipSpecialTokens), out idsConsumed, out charsWritten);

    private void AddTokens(ReadOnlySpan<char> word, int offset, List<EncodedToken> tokens)
    {
        var first = tokens.Count;
        for (var start = 0; start < word.Length;)
        {
            var end = word.Length <= MaxInputCharsPerWord ? Longest(word, start, out var id) : Longest([], 0, out id);
            if (end <= start)
            {
                tokens.RemoveRange(first, tokens.Count - first);
                tokens.Add(new(UnknownTokenId, UnknownToken, offset..(offset + word.Length)));
                return;
            }

            tokens.Add(new(id, _tokens[id], (offset + start)..(offset + end)));
            start = end;
        }
    }

    private int Longest(ReadOnlySpan<char> word, int start, out int id)
    {
        var prefix = start == 0 ? "" : ContinuingSubwordPrefix;
        Span<char> candidate = new char[prefix.Length + word.Length - start];
        prefix.CopyTo(candidate);
        word[start..].CopyTo(candidate[prefix.Length..]);
        for (var length = Math.Min(candidate.Length, _longest); length > prefix.Length; length--)
        {
            if (_ids.TryGetValue(candidate[..length], out id))
            {
                return start + length - prefix.Length;
            }
        }

        id = -1;
        return start;
    }
}
