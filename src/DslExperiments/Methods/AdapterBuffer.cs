using DslExperiments.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// The numbers that the arms of a cohort train, in one flat buffer, [A·n], a block [A, …] per tensor, so that an update of
/// the whole cohort is a handful of operations however many tensors there are. The tensors of the graph are views into it,
/// and so are the gradients. Methods that are trained together share one buffer.
/// </summary>
/// <remarks>
/// The graph of a backbone in 16 bits sees a copy in 16 bits, whose gradients are gathered after every pass and which is
/// made anew after every update; what is updated and kept has 32 bits.
/// </remarks>
public sealed class AdapterBuffer
{
    private readonly Dictionary<string, AdapterTensor> byName = [];
    private readonly List<(Tensor Rows, Tensor Largest)> caps = [];
    private readonly (Tensor Values, Tensor Gradients)? copy;

    /// <summary>Lays out and fills the buffer.</summary>
    /// <param name="backbone">The backbone that is adapted; its device is the buffer's.</param>
    /// <param name="arms">Arms, A; a multiple of the backbone's seed groups.</param>
    /// <param name="tensors">The tensors; shorter ones are padded with zeros at the end of each axis.</param>
    /// <param name="trainable">False for one that only computes, such as a teacher.</param>
    public AdapterBuffer(Transformer backbone, int arms, IReadOnlyList<AdapterTensorPlan> tensors, bool trainable = true)
    {
        Arms = arms;
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var drawn = tensors.Select(tensor => Enumerable.Range(0, arms).Select(tensor.Draw).ToArray()).ToArray();
        long[][] padded = [.. drawn.Select(Padded)];
        long[] sizes = [.. padded.Select(shape => shape.Aggregate(1L, (product, axis) => product * axis))];

        Values = zeros([arms * sizes.Sum()], backbone.Options.Dtype.OfTrained().ToScalarType(), backbone.Device).MoveToOuterDisposeScope();
        Gradients = zeros_like(Values).MoveToOuterDisposeScope();
        if (Values.dtype != backbone.Dtype)
        {
            copy = (Values.to(backbone.Dtype).MoveToOuterDisposeScope(), Gradients.to(backbone.Dtype).MoveToOuterDisposeScope());
        }

        var (seen, pulled) = copy ?? (Values, Gradients);
        var list = new List<AdapterTensor>();
        long offset = 0;
        for (int index = 0; index < drawn.Length; index++)
        {
            var (values, gradients) = (Block(Values), Block(Gradients));
            for (int arm = 0; arm < arms; arm++)
            {
                var corner = values.select(0, arm);
                long[] real = drawn[index][arm].shape;
                for (int axis = 0; axis < real.Length; axis++)
                {
                    corner = corner.narrow(axis, 0, real[axis]);
                }

                corner.copy_(drawn[index][arm]);
            }

            var leaf = Seen(Block(seen), tensors[index].View).detach().requires_grad_(trainable);
            if (trainable)
            {
                // Backward then adds in place, straight into the flat buffer.
                leaf.grad = Seen(Block(pulled), tensors[index].View).detach().MoveToOuterDisposeScope();
            }

            var tensor = new AdapterTensor(
                tensors[index].Name, leaf.MoveToOuterDisposeScope(), values.MoveToOuterDisposeScope(),
                gradients.MoveToOuterDisposeScope(), padded[index], [.. drawn[index].Select(t => t.shape)], offset);
            list.Add(tensor);
            byName.Add(tensor.Name, tensor);
            offset += arms * sizes[index];

            Tensor Block(Tensor flat) => flat.narrow(0, offset, arms * sizes[index]).view([arms, .. padded[index]]);
        }

        Tensors = list;
        Initial = Values.clone().MoveToOuterDisposeScope();
        Publish();
    }

    /// <summary>Arms, A.</summary>
    public int Arms { get; }

    /// <summary>All trained numbers, [A·n], padding included.</summary>
    public Tensor Values { get; }

    /// <summary>Their gradients, [A·n].</summary>
    public Tensor Gradients { get; }

    /// <summary>The numbers before the first step, [A·n].</summary>
    public Tensor Initial { get; }

    /// <summary>The trained tensors.</summary>
    public IReadOnlyList<AdapterTensor> Tensors { get; }

    /// <summary>The training step that is under way; null while nothing is trained.</summary>
    internal int? Step { get; set; }

    /// <summary>Grows with every update of the numbers.</summary>
    internal int Version { get; private set; }

    /// <summary>A tensor by its name.</summary>
    public AdapterTensor this[string name] => byName[name];

    /// <summary>A tensor by its name, or null when nobody trains it.</summary>
    public AdapterTensor? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>1 for real numbers and 0 for padding, [A·n].</summary>
    public Tensor RealMask()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var mask = zeros_like(Values);
        foreach (var tensor in Tensors)
        {
            for (int arm = 0; arm < Arms; arm++)
            {
                tensor.Unpadded(tensor.In(mask), arm).fill_(1);
            }
        }

        return mask.MoveToOuterDisposeScope();
    }

    /// <summary>The arm of every number, [A·n]; spreads a tensor of one number per arm.</summary>
    public Tensor ArmIndex()
    {
        using var scope = NewDisposeScope();
        var index = zeros(Values.shape, int64, Values.device);
        foreach (var tensor in Tensors)
        {
            long[] column = [Arms, .. tensor.Shape.Select(_ => 1L)];
            tensor.In(index).add_(arange(Arms, int64, Values.device).view(column));
        }

        return index.MoveToOuterDisposeScope();
    }

    /// <summary>Caps the norm of every row of a tensor [A, P, D], from the start on.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="largest">Largest norm per arm, [A]; 0 for none.</param>
    public void CapNorms(AdapterTensor tensor, IReadOnlyList<double> largest)
    {
        if (largest.All(norm => norm == 0))
        {
            return;
        }

        double[] limits = [.. largest.Select(norm => norm == 0 ? double.PositiveInfinity : norm)];
        caps.Add((tensor.Values, torch.tensor(limits, float64).to(Values.dtype, Values.device).view(-1, 1, 1)));
        Constrain();
        using var frozen = no_grad();
        Initial.copy_(Values);
    }

    /// <summary>True when some row has a largest norm.</summary>
    public bool HasCaps => caps.Count > 0;

    /// <summary>Puts the numbers back where the caps allow them to be; called after every update.</summary>
    public void Constrain()
    {
        Cap();
        Publish();
    }

    private void Cap()
    {
        if (caps.Count == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var (rows, largest) in caps)
        {
            rows.mul_((largest / rows.square().sum(-1, keepdim: true).sqrt_()).clamp_(max: 1));
        }
    }

    /// <summary>Forgets the gradients, before a backward pass adds to them.</summary>
    internal void ForgetGradients() => (copy?.Gradients ?? Gradients).zero_();

    /// <summary>Brings what a backward pass added to where the optimiser reads it.</summary>
    internal void GatherGradients()
    {
        if (copy is { } seen)
        {
            using var frozen = no_grad();
            Gradients.copy_(seen.Gradients);
        }
    }

    /// <summary>Shows the graph the numbers as they are now; for whoever wrote to <see cref="Values"/>.</summary>
    internal void Publish()
    {
        Version++;
        if (copy is { } seen)
        {
            using var frozen = no_grad();
            seen.Values.copy_(Values);
        }
    }

    private static Tensor Seen(Tensor stored, LeafView view) => view switch
    {
        LeafView.Transposed => stored.transpose(1, 2),
        LeafView.Row => stored.unsqueeze(1),
        _ => stored,
    };

    private static long[] Padded(Tensor[] arms)
    {
        var shape = (long[])arms[0].shape.Clone();
        foreach (var arm in arms)
        {
            for (int axis = 0; axis < shape.Length; axis++)
            {
                shape[axis] = Math.Max(shape[axis], arm.shape[axis]);
            }
        }

        return shape;
    }
}
