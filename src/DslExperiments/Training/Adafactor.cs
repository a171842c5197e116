using DslExperiments.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace DslExperiments.Training;

/// <summary>
/// Adafactor (Shazeer and Stern 2018) as Lester et al. 2021 use it: β2 at update t is <c>1 - t^-0.8</c>, no first moment,
/// no scaling by the parameter's size, updates clipped to root mean square 1, decoupled weight decay times the rate.
/// </summary>
/// <remarks>
/// The second moment of an arm's matrix is kept as row and column sums (algorithm 4 of the paper, ε1 = 1e-30) for matrices
/// of every size; vectors keep it whole. Padding takes no part in sums or means, so that an arm in a cohort does what it
/// does alone.
/// </remarks>
public sealed class Adafactor : Optimizer
{
    private const double DecayExponent = 0.8;
    private const double SquareOffset = 1e-30;
    private const double ClipThreshold = 1;

    private readonly PerArm decay;
    private readonly List<Block> blocks = [];

    /// <summary>Starts with zero moments.</summary>
    public Adafactor(IReadOnlyList<TrainingOptions> trainings, Adapter adapter)
        : base(trainings, adapter)
    {
        decay = Setting(t => t.WeightDecay);
        var state = new Dictionary<string, Tensor>();
        var real = adapter.IsPadded ? adapter.RealMask() : null;
        foreach (var tensor in adapter.Tensors)
        {
            var block = new Block(adapter, tensor, real);
            blocks.Add(block);
            foreach (var (name, moment) in block.Moments)
            {
                state.Add($"{tensor.Name}.{name}", moment);
            }
        }

        State = state;
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    protected override void Update(int step)
    {
        Shrink(decay, step);
        double beta2 = 1 - Math.Pow(step + 1, -DecayExponent);
        foreach (var block in blocks)
        {
            block.Scale(beta2);
        }

        // Every block has overwritten its gradient with its update.
        Descend(Adapter.Gradients, step);
    }

    /// <summary>One stacked tensor, [A, r, c] or [A, n].</summary>
    private sealed class Block
    {
        private readonly Tensor gradients;
        private readonly Tensor? offset;
        private readonly Tensor? padding;
        private readonly Tensor inverseCount;
        private readonly bool factored;
        private readonly long[] axes;

        public Block(Adapter adapter, AdapterTensor tensor, Tensor? real)
        {
            gradients = tensor.Gradients;
            factored = tensor.Shape.Count == 2;
            axes = [.. Enumerable.Range(1, tensor.Shape.Count).Select(axis => (long)axis)];
            double[] counts = [.. Enumerable.Range(0, adapter.Arms).Select(arm => 1.0 / tensor.CountOf(arm))];
            inverseCount = torch.tensor(counts, float64).to(gradients.dtype, gradients.device)
                .view([adapter.Arms, .. tensor.Shape.Select(_ => 1L)]);
            if (real is not null)
            {
                var mask = tensor.In(real);
                offset = mask * SquareOffset;
                padding = 1 - mask;
            }

            long[] shape = [adapter.Arms, .. tensor.Shape];
            Moments = factored
                ? [("rows", zeros([shape[0], shape[1], 1], gradients.dtype, gradients.device)),
                   ("columns", zeros([shape[0], 1, shape[2]], gradients.dtype, gradients.device))]
                : [("square", zeros(shape, gradients.dtype, gradients.device))];
        }

        public IReadOnlyList<(string Name, Tensor Moment)> Moments { get; }

        /// <summary>Replaces the gradient by the clipped update <c>g / sqrt(v)</c>.</summary>
        public void Scale(double beta2)
        {
            var square = gradients.square();
            square = offset is null ? square.add_(SquareOffset) : square.add_(offset);
            Tensor estimate;
            if (factored)
            {
                var rows = Moments[0].Moment.mul_(beta2).add_(square.sum(2, keepdim: true), 1 - beta2);
                var columns = Moments[1].Moment.mul_(beta2).add_(square.sum(1, keepdim: true), 1 - beta2);

                // In this order, since the product of two sums near ε1 is beneath the smallest 32-bit number.
                estimate = rows / rows.sum(1, keepdim: true) * columns;
            }
            else
            {
                estimate = Moments[0].Moment.mul_(beta2).add_(square, 1 - beta2).clone();
            }

            if (padding is not null)
            {
                estimate.add_(padding);
            }

            var update = gradients.mul_(estimate.rsqrt_());
            var meanSquare = update.square().sum(axes, keepdim: true).mul_(inverseCount);
            update.div_(meanSquare.sqrt_().div_(ClipThreshold).clamp_(min: 1));
        }
    }
}
