namespace DslExperiments.Generators;

/// <summary>Names of the pipeline's steps, as tests of the caching see them.</summary>
internal static class StepNames
{
    /// <summary>What the project file says.</summary>
    public const string Project = nameof(Project);

    /// <summary>A marked file: path, name, text.</summary>
    public const string File = nameof(File);

    /// <summary>A file as a tree with positions.</summary>
    public const string Document = nameof(Document);

    /// <summary>All documents by name.</summary>
    public const string Index = nameof(Index);

    /// <summary>A document and those that it extends.</summary>
    public const string Closure = nameof(Closure);

    /// <summary>Model and findings of one spec; has positions.</summary>
    public const string Compiled = nameof(Compiled);

    /// <summary>The model alone, free of positions, and what it is called in C#.</summary>
    public const string Experiment = nameof(Experiment);

    /// <summary>C# names that two specs share.</summary>
    public const string Clashes = nameof(Clashes);

    /// <summary>The C# text of one experiment.</summary>
    public const string Source = nameof(Source);

    /// <summary>The C# text of the list of all experiments.</summary>
    public const string Registry = nameof(Registry);

    /// <summary>Findings of one spec.</summary>
    public const string Diagnostics = nameof(Diagnostics);

    /// <summary>The custom tasks that specs name, as the compilation knows them.</summary>
    public const string TaskTypes = nameof(TaskTypes);

    /// <summary>Findings about the custom task of one spec.</summary>
    public const string TaskTypeDiagnostics = nameof(TaskTypeDiagnostics);
}
