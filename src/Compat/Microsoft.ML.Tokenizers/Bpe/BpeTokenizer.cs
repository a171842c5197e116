using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using DslExperiments.Text.Tokenizers;

namespace Microsoft.ML.Tokenizers;

/// <summary>Byte pair encoding with a list of merges, over characters or over bytes.</summary>
public sealed class BpeTokenizer : Tokenizer
{
    private const int CachedWords = 1 << 16, CachedLength = 64;

    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;
    private readonly Dictionary<int, string> _tokens = [];
    private readonly Dictionary<int, string> _specialTokens = [];
    private readonly MergeTable _merges = new();
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    private readonly int _beginning, _end, _unknown = -1;

    private BpeTokenizer(BpeOptions options)
    {
        _vocabulary = new Dictionary<string, int>(options.Vocabulary, StringComparer.Ordinal);
        if (_vocabulary.Count == 0)
        {
            throw new InvalidOperationException("The vocabulary is empty.");
        }

        _ids = _vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var (token, id) in _vocabulary)
        {
            _tokens.Add(id, token);
        }

        (ByteLevel, FuseUnknownTokens) = (options.ByteLevel, options.FuseUnknownTokens);
        (ContinuingSubwordPrefix, EndOfWordSuffix) = (options.ContinuingSubwordPrefix, options.EndOfWordSuffix);
        (Normalizer, PreTokenizer) = (options.Normalizer, options.PreTokenizer ?? PreTokenizer.CreateWordOrNonWord());
        SpecialTokens = options.SpecialTokens;
        foreach (var (token, id) in SpecialTokens ?? new Dictionary<string, int>())
        {
            _specialTokens.Add(id, token);
        }

        BeginningOfSentenceToken = options.BeginningOfSentenceToken;
        EndOfSentenceToken = options.EndOfSentenceToken;
        UnknownToken = options.UnknownToken;
        _beginning = BeginningOfSentenceToken is null ? -1 : Required(BeginningOfSentenceToken, true);
        _end = EndOfSentenceToken is null ? -1 : Required(EndOfSentenceToken, true);
        _unknown = UnknownToken is null ? -1 : Required(UnknownToken, false);
        var rank = 0;
        foreach (var merge in options.Merges ?? [])
        {
            AddMerge(merge, rank++);
        }
    }

    public string? BeginningOfSentenceToken { get; }

    public bool ByteLevel { get; }

    public string? ContinuingSubwordPrefix { get; }

    public string? EndOfWordSuffix { get; }

    public bool FuseUnknownTokens { get; }

    public override Normalizer? Normalizer { get; }

    public override PreTokenizer? PreTokenizer { get; }

    public IReadOnlyDictionary<string, int>? SpecialTokens { get; }

    public string? UnknownToken { get; }

    public IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    private string? EndOfSentenceToken { get; }

    public static BpeTokenizer Create(BpeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(options);
    }

    public static BpeTokenizer Create(
        Stream vocabStream,
        Stream? mergesStream,
        PreTokenizer? preTokenizer = null,
        Normalizer? normalizer = null,
        IReadOnlyDictionary<string, int>? specialTokens = null,
        string? unknownToken = null,
        string? continuingSubwordPrefix = null,
        string? endOfWordSuffix = null,
        bool fuseUnknownTokens = false)
    {
        ArgumentNullException.ThrowIfNull(vocabStream);
        return new(new BpeOptions(JsonSerializer.Deserialize<Dictionary<string, int>>(vocabStream) ?? [])
        {
            Merges = mergesStream is null ? [] : MergeLines(mergesStream),
            PreTokenizer = preTokenizer,
            Normalizer = normalizer,
            SpecialTokens = specialTokens,
            UnknownToken = unknownToken,
            ContinuingSubwordPrefix = continuingSubwordPrefix,
            EndOfWordSuffix = endOfWordSuffix,
            FuseUnknownTokens = fuseUnknownTokens,
        });
    }

    protected override EncodeResults<EncodedToken> EncodeToTokens(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        if (string.IsNullOrEmpty(text) && textSpan.IsEmpty)
        {
            return new() { Tokens = [] };
        }

        var source = Prepare(text, textSpan, settings, Normalizer, PreTokenizer, out var normalized, out var parts);
        var tokens = new List<EncodedToken>();
        if (BeginningOfSentenceToken is not null)
        {
            tokens.Add(new(_beginning, BeginningOfSentenceToken, 0..0));
        }

        foreach (var (offset, length) in parts ?? [(0, source.Length)])
        {
            AddTokens(source.Slice(offset, length), offset, tokens);
        }

        if (EndOfSentenceToken is not null)
        {
            tokens.Add(new(_end, EndOfSentenceToken, source.Length..source.Length));
        }

        return new() { Tokens = tokens, NormalizedText = normalized, CharsConsumed = source.Length };
    }

    protected override EncodeResults<int> EncodeToIds(string? text, ReadOnlySpan<char> textSpan, EncodeSettings settings)
    {
        if (settings.MaxTokenCount != int.MaxValue)
        {
            return base.EncodeToIds(text, textSpan, settings);
        }

        if (string.IsNullOrEmpty(text) && textSpan.IsEmpty)
        {
            return new() { Tokens = [] };
        }

        var source = Prepare(text, textSpan, settings, Normalizer, PreTokenizer, out var normalized, out var parts);
        var ids = new List<int>();
        if (BeginningOfSentenceToken is not null)
        {
            ids.Add(_beginning);
        }

        foreach (var (offset, length) in parts ?? [(0, source.Length)])
        {
            ids.AddRange(Ids(source.Slice(offset, length)));
        }

        if (EndOfSentenceToken is not null)
        {
            ids.Add(_end);
        }

        return new() { Tokens = ids, NormalizedText = normalized, CharsConsumed = source.Length };
    }

    public override string Decode(IEnumerable<int> ids) => Decode(ids, considerSpecialTokens: true);

    public string Decode(IEnumerable<int> ids, bool considerSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = new StringBuilder();
        var bytes = new List<byte>();
        foreach (var id in ids)
        {
            var special = _specialTokens.GetValueOrDefault(id) ?? (!ByteLevel && id == _unknown ? UnknownToken : null);
            if (special is null && !_tokens.ContainsKey(id))
            {
                continue;
            }

            if (!ByteLevel)
            {
                text.Append(special is null ? _tokens[id] : considerSpecialTokens ? special : "");
            }
            else if (special is null)
            {
                ByteCharacters.Append(Plain(_tokens[id]), bytes);
            }
            else if (considerSpecialTokens)
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(special));
            }
        }

        return ByteLevel ? Encoding.UTF8.GetString([.. bytes]) : Unmarked(text.ToString());
    }

    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten) =>
        Decode(ids, destination, considerSpecialTokens: true, out idsConsumed, out charsWritten);

    public OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, bool considerSpecialTokens, out int idsConsumed, out int charsWritten) =>
        DecodeInto(ids, destination, list => Decode(list, considerSpecialTokens), out idsConsumed, out charsWritten);

    private static IEnumerable<string> MergeLines(Stream stream)
    {
        // The stream is the caller's.
        var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && !line.StartsWith("#version", StringComparison.Ordinal))
            {
                yield return line;
            }
        }
    }

    private string Unmarked(string text)
    {
        if (!string.IsNullOrEmpty(EndOfWordSuffix))
        {
            text = text.EndsWith(EndOfWordSuffix, StringComparison.Ordinal) ? text[..^EndOfWordSuffix.Length] : text;
            text = text.Replace(EndOfWordSuffix, " ", StringComparison.Ordinal);
        }

        return string.IsNullOrEmpty(ContinuingSubwordPrefix) ? text : text.Replace(ContinuingSubwordPrefix, "", StringComparison.Ordinal);
    }

    private ReadOnlySpan<char> Plain(ReadOnlySpan<char> token)
    {
        token = EndOfWordSuffix is not null && token.EndsWith(EndOfWordSuffix, StringComparison.Ordinal) ? token[..^EndOfWordSuffix.Length] : token;
        return ContinuingSubwordPrefix is not null && token.StartsWith(ContinuingSubwordPrefix, StringComparison.Ordinal)
            ? token[ContinuingSubwordPrefix.Length..]
            : token;
    }

    private int Required(string token, bool orSpecial)
    {
        var special = 0;
        return _vocabulary.TryGetValue(token, out var id) ? id
            : orSpecial && SpecialTokens?.TryGetValue(token, out special) == true ? special
            : throw new InvalidOperationException($"The token '{token}' is not in the vocabulary.");
    }

    private void AddMerge(string merge, int rank)
    {
        var space = merge.IndexOf(' ');
        if (space < 0 || space == merge.Length - 1 || merge.IndexOf(' ', space + 1) >= 0)
        {
            throw new InvalidOperationException($"Merge {rank} is not two tokens with a space between them.");
        }

        var (left, right) = (merge[..space], merge[(space + 1)..]);
        var prefix = ContinuingSubwordPrefix?.Length ?? 0;
        if (right.Length <= prefix)
        {
            throw new InvalidOperationException($"The token '{right}' of merge {rank} has nothing after its prefix.");
        }

        _merges.Add(Required(left, false), Required(right, false), rank, Required(left + right[prefix..], false));
    }

    private int[] Ids(ReadOnlySpan<char> part)
    {
        if (SpecialTokens is not null && SpecialTokens.TryGetValue(part.ToString(), out var special))
        {
            return [special];
        }

        var cache = _cache.GetAlternateLookup<ReadOnlySpan<char>>();
        if (part.Length <= CachedLength && cache.TryGetValue(part, out var known))
        {
            return known;
        }

        var ids = Symbols(ByteLevel ? ByteCharacters.Of(part) : part, out _);
        if (part.Length <= CachedLength && _cache.Count < CachedWords)
        {
            cache.TryAdd(part, ids);
        }

        return ids;
    }

    private void AddTokens(ReadOnlySpan<char> part, int offset, List<EncodedToken> tokens)
    {
        if (SpecialTokens is not null && SpecialTokens.TryGetValue(part.ToString(), out var special))
        {
            tokens.Add(new(special, part.ToString(), offset..(offset + part.Length)));
            return;
        }

        var places = ByteLevel ? ByteCharacters.Places(part) : null;
        var ids = Symbols(ByteLevel ? ByteCharacters.Of(part) : part, out var lengths);
        var at = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            var (start, end) = (at, at += lengths[i]);
            (start, end) = places is null ? (start, end) : (places[start], places[end]);
            tokens.Add(new(ids[i], _tokens[ids[i]], (offset + start)..(offset + end)));
        }
    }

    /// <summary>The ids of a part's symbols after all merges, with their lengths.</summary>
    private int[] Symbols(ReadOnlySpan<char> part, out int[] lengths)
    {
        var (ids, sizes) = (new int[part.Length], new int[part.Length]);
        var (count, unknownRun) = (0, false);
        for (var i = 0; i < part.Length;)
        {
            var length = char.IsHighSurrogate(part[i]) && i + 1 < part.Length && char.IsLowSurrogate(part[i + 1]) ? 2 : 1;
            var known = TryFind(part.Slice(i, length), i == 0, i + length == part.Length, out var id);
            if (known)
            {
                (ids[count], sizes[count++]) = (id, length);
            }
            else if (_unknown >= 0 && unknownRun && FuseUnknownTokens)
            {
                sizes[count - 1] += length;
            }
            else if (_unknown >= 0)
            {
                (ids[count], sizes[count++]) = (_unknown, length);
            }

            unknownRun = !known && _unknown >= 0;
            i += length;
        }

        count = _merges.Apply(ids.AsSpan(0, count), sizes.AsSpan(0, count));
        lengths = sizes[..count];
        return ids[..count];
    }

    private bool TryFind(ReadOnlySpan<char> character, bool first, bool last, out int id)
    {
        if ((first || ContinuingSubwordPrefix is null) && (!last || EndOfWordSuffix is null))
        {
            return _ids.TryGetValue(character, out id);
        }

        return _ids.TryGetValue($"{(first ? "" : ContinuingSubwordPrefix)}{character}{(last ? EndOfWordSuffix : "")}", out id);
    }
}
