using System.Collections.Concurrent;

namespace DslExperiments.Text.Tokenizers;

/// <summary>Encodes parts of a text, each by itself. Short parts are kept, since words come again.</summary>
internal abstract class SegmentModel
{
    private const int KeptParts = 1 << 16, KeptLength = 48;

    private readonly ConcurrentDictionary<string, int[]> _kept = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Appends the ids of a part.</summary>
    public virtual void Encode(ReadOnlySpan<char> part, List<int> ids)
    {
        if (part.Length > KeptLength)
        {
            Compute(part.ToString(), ids);
            return;
        }

        var kept = _kept.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!kept.TryGetValue(part, out var known))
        {
            var computed = new List<int>();
            Compute(part.ToString(), computed);
            known = [.. computed];
            if (Volatile.Read(ref _count) < KeptParts && kept.TryAdd(part, known))
            {
                Interlocked.Increment(ref _count);
            }
        }

        ids.AddRange(known);
    }

    /// <summary>Appends the ids of a part that is not known yet.</summary>
    protected abstract void Compute(string part, List<int> ids);
}

/// <summary>Where a text can be cut before U+2581 without changing its encoding, since no piece reaches across.</summary>
internal sealed class WordCuts
{
    private const char Space = '\u2581';

    private readonly HashSet<char>? _before;

    /// <summary>The cuts that a vocabulary allows; none unless the space is a piece by itself.</summary>
    public WordCuts(IEnumerable<string> pieces)
    {
        var (before, hasSpace) = (new HashSet<char>(), false);
        foreach (var piece in pieces)
        {
            hasSpace |= piece is "\u2581";
            for (var at = 1; at < piece.Length; at++)
            {
                if (piece[at] == Space)
                {
                    before.Add(piece[at - 1]);
                }
            }
        }

        _before = hasSpace ? before : null;
    }

    /// <summary>The length of the first part of a text that is not empty.</summary>
    public int First(ReadOnlySpan<char> text)
    {
        if (_before is null)
        {
            return text.Length;
        }

        for (var end = 1; end < text.Length; end++)
        {
            if (text[end] == Space && !_before.Contains(text[end - 1]))
            {
                return end;
            }
        }

        return text.Length;
    }
}
