namespace Microsoft.ML.Tokenizers;

/// <summary>
/// The merges of a byte pair encoding. They are applied from the lowest rank on, the leftmost first: in words by looking
/// for the lowest each time, in longer parts with a heap over a linked list, so that they take no quadratic time.
/// </summary>
internal sealed class MergeTable
{
    private const int Word = 40, None = int.MaxValue;

    private readonly Dictionary<ulong, (int Rank, int Id)> _merges = [];

    public void Add(int left, int right, int rank, int id) => _merges.Add(Pair(left, right), (rank, id));

    /// <summary>Merges symbols in place, each with its length in the text; gives back how many are left.</summary>
    public int Apply(Span<int> ids, Span<int> lengths)
    {
        if (ids.Length < 2 || _merges.Count == 0)
        {
            return ids.Length;
        }

        if (ids.Length <= Word)
        {
            return ApplyToWord(ids, lengths);
        }

        var next = new int[ids.Length];
        var previous = new int[ids.Length];
        var queue = new PriorityQueue<(int Left, int Right, ulong Pair, int Id), ulong>();
        for (var i = 0; i < ids.Length; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1 < ids.Length ? i + 1 : -1);
            if (i > 0)
            {
                Enqueue(queue, ids, i - 1, i);
            }
        }

        while (queue.TryDequeue(out var merge, out _))
        {
            // A symbol that was merged into its neighbour has length 0 and the id -1.
            var (left, right) = (merge.Left, merge.Right);
            if (ids[left] < 0 || ids[right] < 0 || next[left] != right || Pair(ids[left], ids[right]) != merge.Pair)
            {
                continue;
            }

            ids[left] = merge.Id;
            lengths[left] += lengths[right];
            ids[right] = -1;
            next[left] = next[right];
            if (next[left] >= 0)
            {
                previous[next[left]] = left;
                Enqueue(queue, ids, left, next[left]);
            }

            if (previous[left] >= 0)
            {
                Enqueue(queue, ids, previous[left], left);
            }
        }

        var count = 0;
        for (var i = 0; i >= 0; i = next[i])
        {
            (ids[count], lengths[count]) = (ids[i], lengths[i]);
            count++;
        }

        return count;
    }

    private int ApplyToWord(Span<int> ids, Span<int> lengths)
    {
        var count = ids.Length;
        Span<int> ranks = stackalloc int[Word];
        for (var i = 0; i + 1 < count; i++)
        {
            ranks[i] = Rank(ids[i], ids[i + 1]);
        }

        while (count > 1)
        {
            var at = 0;
            for (var i = 1; i + 1 < count; i++)
            {
                at = ranks[i] < ranks[at] ? i : at;
            }

            if (ranks[at] == None)
            {
                break;
            }

            ids[at] = _merges[Pair(ids[at], ids[at + 1])].Id;
            lengths[at] += lengths[at + 1];
            count--;
            for (var i = at + 1; i < count; i++)
            {
                (ids[i], lengths[i], ranks[i]) = (ids[i + 1], lengths[i + 1], ranks[i + 1]);
            }

            ranks[at] = at + 1 < count ? Rank(ids[at], ids[at + 1]) : None;
            if (at > 0)
            {
                ranks[at - 1] = Rank(ids[at - 1], ids[at]);
            }
        }

        return count;
    }

    private int Rank(int left, int right) => _merges.TryGetValue(Pair(left, right), out var merge) ? merge.Rank : None;

    private void Enqueue(PriorityQueue<(int Left, int Right, ulong Pair, int Id), ulong> queue, Span<int> ids, int left, int right)
    {
        var pair = Pair(ids[left], ids[right]);
        if (_merges.TryGetValue(pair, out var merge))
        {
            queue.Enqueue((left, right, pair, merge.Id), ((ulong)(uint)merge.Rank << 32) | (uint)left);
        }
    }

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;
}
