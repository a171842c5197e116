using DslExperiments.Methods;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Cohorts;

/// <summary>One pass of the training loop: a batch to compute the losses of, then one update of all arms.</summary>
/// <remarks>The last pass only measures: its <see cref="Descend"/> records the losses and updates nothing.</remarks>
public sealed class TrainingStep
{
    private readonly Adapter adapter;
    private readonly Optimizer optimizer;
    private readonly Tensor ones;
    private readonly Action<double[]>? measured;

    /// <param name="index">Updates done before this pass.</param>
    /// <param name="updates">False for one that only measures.</param>
    /// <param name="measured">Takes the losses, one per arm, before the update; null for a pass that is not measured.</param>
    /// <param name="batch">The sequences.</param>
    /// <param name="adapter">What is updated.</param>
    /// <param name="optimizer">Updates it.</param>
    /// <param name="ones">[A].</param>
    internal TrainingStep(int index, bool updates, Action<double[]>? measured, Batch batch, Adapter adapter, Optimizer optimizer, Tensor ones)
    {
        Index = index;
        Updates = updates;
        this.measured = measured;
        Batch = batch;
        this.adapter = adapter;
        this.optimizer = optimizer;
        this.ones = ones;
    }

    /// <summary>Updates done before this pass.</summary>
    public int Index { get; }

    /// <summary>False for the last pass, which only measures.</summary>
    public bool Updates { get; }

    /// <summary>True when the losses of this pass are read and reported.</summary>
    public bool Measures => measured is not null;

    /// <summary>The sequences of this pass.</summary>
    public Batch Batch { get; }

    /// <summary>The losses, one per arm, where this pass measured; otherwise null.</summary>
    public IReadOnlyList<double>? Losses { get; private set; }

    internal bool Done { get; private set; }

    /// <summary>Adds up the arms' losses, so that gradients do not mix, and updates every arm with its own settings.</summary>
    /// <param name="losses">One per arm, [A].</param>
    public void Descend(Tensor losses)
    {
        if (Done)
        {
            throw new InvalidOperationException($"Step {Index} already descended; call Descend once per pass.");
        }

        if (losses.shape is not [var arms] || arms != adapter.Arms)
        {
            throw new ArgumentException(
                $"Descend needs one loss per arm, [{adapter.Arms}], but got [{string.Join(", ", losses.shape)}].", nameof(losses));
        }

        Done = true;
        losses = losses.dtype == ones.dtype ? losses : losses.to(ones.dtype);
        if (measured is not null)
        {
            double[] read = Read(losses);
            Losses = read;
            measured(read);
        }

        if (Updates)
        {
            adapter.Buffer.ForgetGradients();
            losses.backward([ones]);
            adapter.Buffer.GatherGradients();
            optimizer.Step(Index, Batch, losses);
            adapter.Constrain();
        }
    }

    private static double[] Read(Tensor losses)
    {
        using var scope = NewDisposeScope();
        return losses.detach().to(float64).cpu().data<double>().ToArray();
    }
}
