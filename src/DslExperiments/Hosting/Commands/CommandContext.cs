namespace DslExperiments.Hosting.Commands;

/// <summary>What commands share.</summary>
internal sealed class CommandContext(ExperimentCatalog experiments, ProgramConsole console)
{
    /// <summary>The experiments of the program.</summary>
    public ExperimentCatalog Experiments { get; } = experiments;

    /// <summary>Where to write.</summary>
    public ProgramConsole Console { get; } = console;

    /// <summary>True to show stacks.</summary>
    public bool Debug { get; set; }

    /// <summary>The folder of the run under way, for messages about it.</summary>
    public string? Folder { get; set; }
}
