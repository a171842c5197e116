using DslExperiments.Methods;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Cohorts;

/// <summary>
/// What determines the rest of one lane's training: its own numbers in the adapter and the optimiser, by name and without
/// what other lanes make of their shape, so that it fits into a cohort of other lanes.
/// </summary>
/// <param name="Tensors">The numbers; on the device where they were trained, or on the CPU.</param>
internal sealed record LaneState(IReadOnlyDictionary<string, Tensor> Tensors) : IDisposable
{
    /// <summary>Copies a lane's numbers.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="adapter">What is trained.</param>
    /// <param name="optimizer">Trains it.</param>
    /// <param name="best">What the lanes had at their best, [A·n], or null.</param>
    /// <param name="gradients">True to copy the gradients, too.</param>
    public static LaneState Take(int lane, Adapter adapter, Optimizer optimizer, Tensor? best = null, bool gradients = false)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return new LaneState(Parts(lane, adapter, optimizer, best, gradients).ToDictionary(
            static part => part.Name, static part => part.Numbers.clone().DetachFromDisposeScope()));
    }

    /// <summary>The same numbers once more.</summary>
    public LaneState Copy() => new(Tensors.ToDictionary(static part => part.Key, static part => part.Value.clone().DetachFromDisposeScope()));

    /// <summary>Writes them into a lane.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="adapter">What is trained.</param>
    /// <param name="optimizer">Trains it.</param>
    /// <param name="best">Where the cohort keeps what lanes had at their best, [A·n], or null.</param>
    /// <exception cref="InvalidOperationException">The lane is of another kind.</exception>
    public void Put(int lane, Adapter adapter, Optimizer optimizer, Tensor? best = null)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (name, numbers) in Parts(lane, adapter, optimizer, best, gradients: false))
        {
            if (!Tensors.TryGetValue(name, out var saved))
            {
                throw new InvalidOperationException($"The saved state of a lane has no tensor {name}.");
            }

            // Moments of padded shapes: what is real stands in the corner.
            var (from, to) = (saved, numbers);
            for (int axis = 0; axis < to.shape.Length; axis++)
            {
                long size = Math.Min(from.shape[axis], to.shape[axis]);
                (from, to) = (from.narrow(axis, 0, size), to.narrow(axis, 0, size));
            }

            to.copy_(from);
        }

        adapter.Buffer.Publish();
    }

    /// <summary>True when all numbers are the same, to the last bit.</summary>
    public bool HasSameBits(LaneState other) => Tensors.Count == other.Tensors.Count && Tensors.All(part =>
        other.Tensors.TryGetValue(part.Key, out var same) && BytesOf(part.Value).Span.SequenceEqual(BytesOf(same).Span));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private static ReadOnlyMemory<byte> BytesOf(Tensor numbers) => Results.TensorBytes.ToSafe("", numbers).Bytes;

    /// <summary>A lane's views of all that training changes.</summary>
    private static IEnumerable<(string Name, Tensor Numbers)> Parts(int lane, Adapter adapter, Optimizer optimizer, Tensor? best, bool gradients)
    {
        List<KeyValuePair<string, Tensor>> all = [new("adapter", adapter.Values), .. optimizer.State];
        if (best is not null)
        {
            all.Add(new("best", best));
        }

        if (gradients)
        {
            all.Add(new("gradients", adapter.Gradients));
        }

        foreach (var (name, state) in all)
        {
            if (state.shape is [var numbers] && numbers == adapter.Values.shape[0])
            {
                foreach (var tensor in adapter.Tensors)
                {
                    yield return ($"{name}/{tensor.Name}", tensor.Unpadded(tensor.In(state), lane));
                }
            }
            else
            {
                yield return (name, state.select(0, lane));
            }
        }
    }
}
