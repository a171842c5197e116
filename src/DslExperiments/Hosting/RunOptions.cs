using System.Collections.Immutable;

namespace DslExperiments.Hosting;

/// <summary>
/// How to run an experiment from C#: <c>SingleLayerLimit.RunAsync(o => o.Profile("ci").Workers(1))</c>. Without
/// <see cref="Out"/> a run leaves nothing on disk.
/// </summary>
public sealed class RunOptions
{
    internal RunRequest Request { get; private set; } = new();

    /// <summary>The profile; the full study unless set.</summary>
    public RunOptions Profile(string name) => With(Request with { Profile = name });

    /// <summary><c>cpu</c> (the default) or <c>cuda</c>.</summary>
    public RunOptions Device(string name) => With(Request with { Device = name });

    /// <summary>Sets a key of the spec, by the spec's own rules: <c>Set("training.steps", "100")</c>.</summary>
    public RunOptions Set(string key, string value) => With(Request with { Overrides = Request.Overrides.Add(new(key, value)) });

    /// <summary>Runs only arms that match; called again, also those: <c>Arm("prompt[length>=8]")</c>.</summary>
    public RunOptions Arm(string filter) => With(Request with { Arms = Request.Arms.Add(filter) });

    /// <summary>The run folder. An unfinished run of the same kind there is resumed, a finished one is read.</summary>
    public RunOptions Out(string folder) => With(Request with { Folder = folder });

    /// <summary>The folder of pretrained backbones; beside the run folder unless set.</summary>
    public RunOptions Pretrained(string folder) => With(Request with { Pretrained = folder });

    /// <summary>How many cohorts train at once, one thread each; one per core unless set.</summary>
    public RunOptions Workers(int count) => With(Request with { Workers = count });

    /// <summary>
    /// The most memory that the cohorts take together, in bytes: cohorts become as small as it needs, and no more of them run at
    /// once than fit. Without it, what the machine has left decides how many run at once.
    /// </summary>
    public RunOptions Memory(long bytes) => With(Request with { Memory = bytes });

    /// <summary>Starts anew where an unfinished or finished run would be taken up.</summary>
    public RunOptions Fresh(bool fresh = true) => With(Request with { Fresh = fresh });

    /// <summary>Time between two checkpoints of a cohort.</summary>
    public RunOptions CheckpointEvery(TimeSpan interval) => With(Request with { CheckpointEvery = interval });

    /// <summary>Shows no progress. Without it, progress is shown when standard error is a terminal.</summary>
    public RunOptions Quiet(bool quiet = true) => With(Request with { Quiet = quiet });

    private RunOptions With(RunRequest request)
    {
        Request = request;
        return this;
    }
}

/// <summary>What was asked for.</summary>
internal sealed record RunRequest
{
    public string Profile { get; init; } = "full";

    public string Device { get; init; } = "cpu";

    public ImmutableArray<KeyValuePair<string, string>> Overrides { get; init; } = [];

    public ImmutableArray<string> Arms { get; init; } = [];

    /// <summary>The run folder itself.</summary>
    public string? Folder { get; init; }

    /// <summary>The folder that gets a run folder for each run; the command line's default.</summary>
    public string? Root { get; init; }

    /// <summary>The folder of pretrained backbones; null for its usual place.</summary>
    public string? Pretrained { get; init; }

    /// <summary>0 for one per core.</summary>
    public int Workers { get; init; }

    /// <summary>What was asked for, else one per core, on a GPU one.</summary>
    public int WantedWorkers => Workers > 0 ? Workers : Device == Devices.Cpu ? Environment.ProcessorCount : 1;

    /// <summary>Bytes for all cohorts together; 0 for what the machine has left, which decides nothing about the plan.</summary>
    public long Memory { get; init; }

    public bool Fresh { get; init; }

    public bool Quiet { get; init; }

    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(30);
}
