using DslExperiments.Cohorts;

namespace DslExperiments.Tests.Cohorts;

/// <summary>Keeps saved state in memory; asks for a pause or a save at chosen steps.</summary>
public sealed class MemorySession : ICohortSession
{
    private int step;

    public int PauseAt { get; init; } = int.MaxValue;

    public int SaveEvery { get; init; } = int.MaxValue;

    public CohortState? Saved { get; private set; }

    public List<int> MeasuredSteps { get; } = [];

    public List<string> Said { get; } = [];

    public int Saves { get; private set; }

    public bool PauseRequested => step >= PauseAt;

    public bool SaveDue => step % SaveEvery == 0 && step > 0;

    public static MemorySession Resuming(CohortState saved) => new() { Saved = saved };

    public CohortState? Restore() => Saved is null ? null : Copy(Saved);

    public void Save(CohortState state)
    {
        Saves++;
        Saved = Copy(state);
    }

    public void Progress(int step, int steps) => this.step = step;

    public void Measured(int step, ReadOnlySpan<double> losses) => MeasuredSteps.Add(step);

    public void Say(string message) => Said.Add(message);

    private static CohortState Copy(CohortState state) => state with
    {
        Tensors = state.Tensors.ToDictionary(tensor => tensor.Key, tensor => tensor.Value.detach().clone().DetachFromDisposeScope()),
        DivergedAt = [.. state.DivergedAt],
        Curve = [.. state.Curve],
    };
}
