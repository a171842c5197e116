namespace DslExperiments.Generators.Emit;

/// <summary>The list of all experiments behind <c>Main</c>.</summary>
internal static class RegistryEmitter
{
    /// <summary>The C# text.</summary>
    /// <param name="rootNamespace">The namespace of the list.</param>
    /// <param name="entries">The experiments, in the order in which commands show them.</param>
    public static string Emit(string rootNamespace, IEnumerable<RegistryEntry> entries)
    {
        SourceWriter writer = new();
        Emitter.EmitHeader(writer, "The experiments compiled from the specs of this project.");
        writer.Open($"""
            namespace {rootNamespace};

            /// <summary>The experiments of this project.</summary>
            {Runtime.GeneratedCode}
            public static class {RegistryNames.Class}
            """);
        writer.Lines("/// <summary>All experiments in the order of their names; none is loaded before it is created.</summary>");
        writer.Open($$"""public static {{Runtime.ImmutableArray}}<{{Runtime.Hosting}}ExperimentEntry> All { get; } =""", "[");
        foreach (RegistryEntry entry in entries)
        {
            writer.Lines($"new({Literal.Of(entry.Name)}, {Literal.Of(entry.Folder)}, {Literal.Of(entry.Summary)}, static () => new global::{entry.Class}()),");
        }

        writer.Close("];");
        writer.Close();
        return writer.ToString();
    }
}
