using DslExperiments.Generators.Emit;
using DslExperiments.Specs;

namespace DslExperiments.Generators;

/// <summary>All that the C# of one experiment depends on; free of positions, so that moving a line emits nothing anew.</summary>
/// <param name="Spec">The model.</param>
/// <param name="Namespace">The class's namespace.</param>
/// <param name="ClassName">The class.</param>
/// <param name="SpecPath">The spec's path relative to the project, with <c>/</c>.</param>
internal sealed record ExperimentSource(ExperimentSpec Spec, string Namespace, string ClassName, string SpecPath)
{
    /// <summary>The class from the root, without <c>global::</c>.</summary>
    public string Class => Namespace + "." + ClassName;
}

/// <summary>An experiment and its file, for messages about it.</summary>
internal sealed record NamedSource(ExperimentSource Source, string Path)
{
    public ExperimentIdentity Identity => new(Source.Spec.FullName, Source.Namespace, Source.ClassName, Path);

    /// <summary>The experiment of a compiled spec; null when it has errors.</summary>
    public static NamedSource? From(CompiledSpec compiled, ProjectFacts project) => compiled.Spec is not ExperimentSpec spec
        ? null
        : new NamedSource(
            new ExperimentSource(
                spec,
                ExperimentNames.NamespaceOf(project.Namespace, spec.Folder),
                ExperimentNames.ClassOf(spec.Name),
                project.Relative(compiled.Path) ?? spec.FullName + ".yaml"),
            compiled.Path);
}

/// <summary>What the list of all experiments says of one.</summary>
internal sealed record RegistryEntry(string Name, string Folder, string Summary, string Class)
{
    public static RegistryEntry From(ExperimentSource source) =>
        new(source.Spec.Name, source.Spec.Folder, source.Spec.Summary, source.Class);
}

/// <summary>The C# name of an experiment and the file that it comes from.</summary>
internal sealed record ExperimentIdentity(string FullName, string Namespace, string ClassName, string Path)
{
    public string Class => Namespace + "." + ClassName;
}

/// <summary>Experiments that cannot be emitted because their C# names are taken; nearly always none.</summary>
internal sealed record NameClashes(Findings Findings, EquatableArray<string> Paths)
{
    /// <summary>Of those that share a name, the first in the order of names stays, so that the outcome does not depend on the file system.</summary>
    public static NameClashes Find(IEnumerable<ExperimentIdentity> identities)
    {
        ExperimentIdentity[] sorted = identities
            .OrderBy(identity => identity.FullName, StringComparer.Ordinal)
            .ThenBy(identity => identity.Path, StringComparer.Ordinal)
            .ToArray();
        HashSet<string> namespaces = new(sorted.SelectMany(identity => Prefixes(identity.Namespace)), StringComparer.Ordinal);
        Dictionary<string, ExperimentIdentity> taken = new(StringComparer.Ordinal);
        List<Finding> findings = new();
        List<string> paths = new();
        foreach (ExperimentIdentity identity in sorted)
        {
            string? problem = taken.TryGetValue(identity.Class, out ExperimentIdentity? first)
                ? $"'{identity.FullName}' becomes the C# class {identity.Class}, and so does '{first.FullName}'; rename one of the files"
                : namespaces.Contains(identity.Class)
                    ? $"'{identity.FullName}' becomes the C# class {identity.Class}, which is also the namespace of the specs in a folder of that name; rename one of them"
                    : null;
            if (problem is null)
            {
                taken.Add(identity.Class, identity);
            }
            else
            {
                findings.Add(Finding.AtStart("DSLX0503", identity.Path, problem));
                paths.Add(identity.Path);
            }
        }

        return new NameClashes(new Findings(findings.ToEquatableArray()), paths.ToEquatableArray());
    }

    private static IEnumerable<string> Prefixes(string name)
    {
        for (int dot = name.Length; dot > 0; dot = name.LastIndexOf('.', dot - 1))
        {
            yield return name.Substring(0, dot);
        }
    }
}
