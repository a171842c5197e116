using static TorchSharp.torch;

namespace DslExperiments.Backbones.Generation;

/// <summary>Keys and values of a layer that were computed before, [X, M, Dh] each, X sequences and heads; lives as long as the scope in which it was made.</summary>
internal sealed class KeyValueCache(long batches, long headSize, ScalarType dtype, Device device)
{
    private readonly Tensor anchor = empty(0);
    private Tensor? keys;
    private Tensor? values;

    /// <summary>Rows so far, M.</summary>
    public long Count { get; private set; }

    /// <summary>Adds rows [X, T, Dh] and gives all rows, as views.</summary>
    public (Tensor Keys, Tensor Values) Append(Tensor newKeys, Tensor newValues)
    {
        long added = newKeys.shape[1], all = Count + added;
        keys = WithRoom(keys, all);
        values = WithRoom(values, all);
        keys.narrow(1, Count, added).copy_(newKeys);
        values.narrow(1, Count, added).copy_(newValues);
        Count = all;
        return (keys.narrow(1, 0, all), values.narrow(1, 0, all));
    }

    private Tensor WithRoom(Tensor? rows, long wanted)
    {
        if (rows is not null && rows.shape[1] >= wanted)
        {
            return rows;
        }

        // Doubling copies every row about once.
        var larger = empty([batches, Math.Max(wanted + 16, 2 * Count), headSize], dtype, device);
        if (rows is not null)
        {
            larger.narrow(1, 0, Count).copy_(rows.narrow(1, 0, Count));
            rows.Dispose();
        }

        return larger.MoveToOtherDisposeScope(anchor);
    }
}
