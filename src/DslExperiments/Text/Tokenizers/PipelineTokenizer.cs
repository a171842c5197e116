using System.Text;
using System.Text.RegularExpressions;
using DslExperiments.Hosting;

namespace DslExperiments.Text.Tokenizers;

/// <summary>Where a part of a text lies.</summary>
internal readonly record struct TextPart(string Text, int Start, int Length)
{
    public ReadOnlySpan<char> Span => Text.AsSpan(Start, Length);

    /// <summary>The part between two places of it.</summary>
    public TextPart Slice(int start, int length) => new(Text, Start + start, length);
}

/// <summary>What a tokenizer consists of.</summary>
internal sealed record TokenizerParts
{
    /// <summary>The entry of each id; null where an id has none.</summary>
    public required string?[] Pieces { get; init; }

    /// <summary>Encodes what is left of a text after all other parts.</summary>
    public required SegmentModel Model { get; init; }

    /// <summary>Joins the entries of ids, special ones left out.</summary>
    public required Func<IReadOnlyList<int>, string> Decode { get; init; }

    public required string ContentHash { get; init; }

    /// <summary>Entries that are looked for in the text before everything else.</summary>
    public IReadOnlyDictionary<string, int>? Literals { get; init; }

    public Func<string, string>? Normalize { get; init; }

    /// <summary>Splits the normalised text.</summary>
    public Func<List<TextPart>, List<TextPart>>? Split { get; init; }

    /// <summary>Ids that leave nothing when they are decoded.</summary>
    public IReadOnlySet<int> SpecialIds { get; init; } = new HashSet<int>();

    public int? BosId { get; init; }

    public int? EosId { get; init; }

    public int? PadId { get; init; }

    public int? UnknownId { get; init; }
}

/// <summary>A tokenizer put together from parts: literals, normalising, splitting, the model, decoding.</summary>
internal sealed class PipelineTokenizer(TokenizerParts parts) : TextTokenizer
{
    private readonly LiteralSplit? _literals = parts.Literals is { Count: > 0 } literals ? new(literals) : null;

    public override int VocabularySize => parts.Pieces.Length;

    public override int? BosId => parts.BosId;

    public override int? EosId => parts.EosId;

    public override int? PadId => parts.PadId;

    public override int? UnknownId => parts.UnknownId;

    public override string ContentHash => parts.ContentHash;

    public override int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>(text.Length / 4);
        try
        {
            EncodeParts(WellFormed(text), ids);
        }
        catch (RegexMatchTimeoutException error)
        {
            throw new ExperimentUsageException(
                $"The tokenizer's expression '{error.Pattern}' takes more than {error.MatchTimeout.TotalSeconds:F0} seconds for a text.", error);
        }

        return [.. ids];
    }

    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return parts.Decode([.. ids.Where(id => (uint)id < (uint)parts.Pieces.Length && parts.Pieces[id] is not null && !parts.SpecialIds.Contains(id))]);
    }

    public override string Piece(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, VocabularySize);
        return parts.Pieces[id] ?? "";
    }

    /// <summary>Half characters become U+FFFD, as in every encoding to UTF-8.</summary>
    private static string WellFormed(string text)
    {
        foreach (var character in text)
        {
            if (char.IsSurrogate(character))
            {
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            }
        }

        return text;
    }

    private void EncodeParts(string text, List<int> ids)
    {
        foreach (var (start, length, id) in _literals?.Of(text) ?? [(0, text.Length, -1)])
        {
            if (id >= 0)
            {
                ids.Add(id);
            }
            else
            {
                EncodePlain(length == text.Length ? text : text.Substring(start, length), ids);
            }
        }
    }

    private void EncodePlain(string text, List<int> ids)
    {
        text = parts.Normalize is null ? text : parts.Normalize(text);
        if (text.Length == 0)
        {
            return;
        }

        if (parts.Split is null)
        {
            parts.Model.Encode(text, ids);
            return;
        }

        foreach (var part in parts.Split([new(text, 0, text.Length)]))
        {
            if (part.Length > 0)
            {
                parts.Model.Encode(part.Span, ids);
            }
        }
    }
}

/// <summary>Finds literals in a text: the leftmost, and of those the longest.</summary>
internal sealed class LiteralSplit
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;
    private readonly Dictionary<char, int[]> _lengths;

    public LiteralSplit(IReadOnlyDictionary<string, int> literals)
    {
        var own = literals.Where(l => l.Key.Length > 0).ToDictionary(StringComparer.Ordinal);
        _ids = own.GetAlternateLookup<ReadOnlySpan<char>>();
        _lengths = own.Keys.GroupBy(l => l[0]).ToDictionary(g => g.Key, g => g.Select(l => l.Length).Distinct().OrderDescending().ToArray());
    }

    /// <summary>The parts of a text in order, with the id of a literal, or -1.</summary>
    public List<(int Start, int Length, int Id)> Of(string text)
    {
        var parts = new List<(int Start, int Length, int Id)>();
        var start = 0;
        for (var i = 0; i < text.Length;)
        {
            var (length, id) = At(text, i);
            if (length == 0)
            {
                i++;
                continue;
            }

            Add(start, i - start, -1);
            Add(i, length, id);
            start = i += length;
        }

        Add(start, text.Length - start, -1);
        return parts;

        void Add(int at, int length, int id)
        {
            if (length > 0)
            {
                parts.Add((at, length, id));
            }
        }
    }

    private (int Length, int Id) At(string text, int start)
    {
        foreach (var length in _lengths.GetValueOrDefault(text[start]) ?? [])
        {
            if (start + length <= text.Length && _ids.TryGetValue(text.AsSpan(start, length), out var id))
            {
                return (length, id);
            }
        }

        return (0, -1);
    }
}
