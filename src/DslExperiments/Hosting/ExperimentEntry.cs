namespace DslExperiments.Hosting;

/// <summary>
/// A line of the generated registry. It names an experiment without loading its class, so that listing a thousand of
/// them costs no more than reading their names.
/// </summary>
/// <param name="Name">The spec's file name: <c>single-layer-limit</c>.</param>
/// <param name="Folder">Its folder below the specs' root, with <c>/</c>; empty at the root.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Create">Makes the experiment; a static lambda.</param>
public sealed record ExperimentEntry(string Name, string Folder, string Summary, Func<Experiment> Create)
{
    /// <summary><c>theory/single-layer-limit</c>: the name that is never ambiguous.</summary>
    public string FullName => Folder.Length == 0 ? Name : $"{Folder}/{Name}";
}
