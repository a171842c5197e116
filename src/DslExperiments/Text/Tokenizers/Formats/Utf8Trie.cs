namespace DslExperiments.Text.Tokenizers;

/// <summary>Finds the keys that a text in UTF-8 begins with: nodes with one hash table for all edges.</summary>
internal sealed class Utf8Trie
{
    private readonly List<int> _values = [-1];
    private ulong[] _keys = new ulong[64];
    private int[] _targets = new int[64];
    private int _edges;

    /// <summary>The bytes of the character that begins with a byte.</summary>
    public static int CharacterLength(byte first) => first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    /// <summary>Adds a key with a value of at least zero.</summary>
    public void Add(ReadOnlySpan<byte> key, int value)
    {
        var node = 0;
        foreach (var next in key)
        {
            var child = Step(node, next);
            if (child < 0)
            {
                child = _values.Count;
                _values.Add(-1);
                Insert(Edge(node, next), child);
            }

            node = child;
        }

        _values[node] = value;
    }

    /// <summary>The node after a byte, or -1. The root is 0.</summary>
    public int Step(int node, byte next)
    {
        var edge = Edge(node, next);
        var mask = _keys.Length - 1;
        for (var slot = Slot(edge, mask); ; slot = (slot + 1) & mask)
        {
            var key = _keys[slot];
            if (key == edge)
            {
                return _targets[slot];
            }

            if (key == 0)
            {
                return -1;
            }
        }
    }

    /// <summary>The value of the key that ends at a node, or -1.</summary>
    public int Value(int node) => _values[node];

    /// <summary>The length of the longest key that the text begins with, or 0, and its value.</summary>
    public int Longest(ReadOnlySpan<byte> text, out int value)
    {
        var (node, length) = (0, 0);
        value = -1;
        for (var i = 0; i < text.Length && (node = Step(node, text[i])) >= 0; i++)
        {
            if (_values[node] >= 0)
            {
                (length, value) = (i + 1, _values[node]);
            }
        }

        return length;
    }

    // One is added so that no edge is zero, which marks an empty slot.
    private static ulong Edge(int node, byte next) => (((ulong)node << 8) | next) + 1;

    private static int Slot(ulong edge, int mask) => (int)((edge * 0x9E3779B97F4A7C15) >> 32) & mask;

    private void Insert(ulong edge, int target)
    {
        if (++_edges * 2 > _keys.Length)
        {
            var (keys, targets) = (_keys, _targets);
            (_keys, _targets) = (new ulong[2 * keys.Length], new int[2 * keys.Length]);
            for (var i = 0; i < keys.Length; i++)
            {
                if (keys[i] != 0)
                {
                    Place(keys[i], targets[i]);
                }
            }
        }

        Place(edge, target);
    }

    private void Place(ulong edge, int target)
    {
        var mask = _keys.Length - 1;
        var slot = Slot(edge, mask);
        while (_keys[slot] != 0)
        {
            slot = (slot + 1) & mask;
        }

        (_keys[slot], _targets[slot]) = (edge, target);
    }
}
