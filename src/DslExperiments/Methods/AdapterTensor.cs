using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// A tensor that every arm of a cohort trains, stacked: [A, …], each arm's own numbers in the corner of its slice and
/// zeros in the padding.
/// </summary>
public sealed class AdapterTensor
{
    private readonly long[][] realShapes;
    private readonly long offset;

    internal AdapterTensor(string name, Tensor leaf, Tensor values, Tensor gradients, long[] shape, long[][] realShapes, long offset)
    {
        Name = name;
        Leaf = leaf;
        Values = values;
        Gradients = gradients;
        Shape = shape;
        this.offset = offset;
        this.realShapes = realShapes;
    }

    /// <summary>The name in saved adapters.</summary>
    public string Name { get; }

    /// <summary>The leaf of the graph: the same numbers in the orientation in which products read them, see <see cref="LeafView"/>.</summary>
    public Tensor Leaf { get; }

    /// <summary>The stored numbers, a view into <see cref="Adapter.Values"/>: [A, …].</summary>
    public Tensor Values { get; }

    /// <summary>Their gradient, a view into <see cref="Adapter.Gradients"/>: [A, …].</summary>
    public Tensor Gradients { get; }

    /// <summary>The padded shape of one arm's slice.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Numbers of one arm's padded slice.</summary>
    public long Size => Shape.Aggregate(1L, (product, axis) => product * axis);

    /// <summary>The shape without padding.</summary>
    public IReadOnlyList<long> ShapeOf(int arm) => realShapes[arm];

    /// <summary>How many numbers one arm trains here.</summary>
    public long CountOf(int arm) => realShapes[arm].Aggregate(1L, (product, axis) => product * axis);

    /// <summary>The tensor's part of a buffer that is laid out as <see cref="Adapter.Values"/>, as a view [A, …].</summary>
    public Tensor In(Tensor flat) => flat.narrow(0, offset, realShapes.Length * Size).view([realShapes.Length, .. Shape]);

    /// <summary>An arm's numbers without padding, as a view.</summary>
    public Tensor Of(int arm) => Unpadded(Values, arm);

    /// <summary>The same of any tensor of this shape, [A, …].</summary>
    internal Tensor Unpadded(Tensor stacked, int arm)
    {
        var slice = stacked.select(0, arm);
        for (int axis = 0; axis < realShapes[arm].Length; axis++)
        {
            slice = slice.narrow(axis, 0, realShapes[arm][axis]);
        }

        return slice;
    }
}

/// <summary>How the leaf of the graph looks at the stored numbers; a view made once costs nothing per step.</summary>
public enum LeafView
{
    /// <summary>As stored.</summary>
    Stored,

    /// <summary>A stored matrix [A, out, in] seen as [A, in, out], for rows of tokens.</summary>
    Transposed,

    /// <summary>A stored vector [A, n] seen as [A, 1, n], which broadcasts over rows of tokens.</summary>
    Row,
}

/// <summary>A tensor that an adapter asks for.</summary>
/// <param name="Name">The name in saved adapters.</param>
/// <param name="Draw">An arm's first values in the arm's own shape, on the CPU in any precision.</param>
/// <param name="View">How the graph sees it.</param>
public sealed record AdapterTensorPlan(string Name, Func<int, Tensor> Draw, LeafView View = LeafView.Stored);
