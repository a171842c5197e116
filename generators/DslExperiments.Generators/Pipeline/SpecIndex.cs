using DslExperiments.Specs;

namespace DslExperiments.Generators;

/// <summary>A file and its tree. The tree follows from the file, so files alone are compared.</summary>
/// <param name="File">The file.</param>
/// <param name="Document">The tree; null after a failure.</param>
/// <param name="Failure">The failure.</param>
internal sealed record ParsedSpec(SpecFile File, SpecDocument? Document, Finding? Failure)
{
    public static ParsedSpec Parse(SpecFile file, CancellationToken cancellationToken)
    {
        try
        {
            return new ParsedSpec(file, SpecCompiler.Parse(file.DisplayPath, file.FullName, file.Text ?? "", cancellationToken), null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new ParsedSpec(file, null, Finding.Of(exception, file.Path, "Reading '" + file.FullName + "'"));
        }
    }

    public bool Equals(ParsedSpec? other) => other is not null && File == other.File;

    public override int GetHashCode() => File.GetHashCode();
}

/// <summary>All specs by name; what <c>extends:</c> is looked up in.</summary>
internal sealed record SpecIndex(EquatableArray<ParsedSpec> All)
{
    private readonly ILookup<string, ParsedSpec> byName = All
        .SelectMany(spec => new[] { spec.File.Name, spec.File.FullName }.Distinct().Select(name => (name, spec)))
        .ToLookup(pair => pair.name, pair => pair.spec, StringComparer.Ordinal);

    public bool Equals(SpecIndex? other) => other is not null && All == other.All;

    public override int GetHashCode() => All.GetHashCode();

    /// <summary>
    /// A spec with all that it extends, directly or not. When a name leads nowhere, all specs are in it, because the
    /// message about it names the nearest one; such a spec has no output that the others could disturb.
    /// </summary>
    public SpecClosure Close(ParsedSpec spec, CancellationToken cancellationToken)
    {
        List<ParsedSpec> bases = new();
        Queue<string> names = new();
        Enqueue(spec);
        while (names.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string name = names.Dequeue();
            if (!byName.Contains(name))
            {
                return new SpecClosure(spec, All.Where(other => other != spec).ToEquatableArray());
            }

            foreach (ParsedSpec found in byName[name])
            {
                if (found != spec && !bases.Contains(found))
                {
                    bases.Add(found);
                    Enqueue(found);
                }
            }
        }

        return new SpecClosure(spec, bases.ToEquatableArray());

        void Enqueue(ParsedSpec from)
        {
            if (from.Document?.Extends is string name)
            {
                names.Enqueue(name);
            }
        }
    }
}

/// <summary>All that the meaning of one spec depends on.</summary>
/// <param name="Spec">The spec.</param>
/// <param name="Bases">What it extends.</param>
internal sealed record SpecClosure(ParsedSpec Spec, EquatableArray<ParsedSpec> Bases);
