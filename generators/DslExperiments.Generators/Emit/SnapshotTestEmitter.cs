using DslExperiments.Specs;

namespace DslExperiments.Generators.Emit;

/// <summary>One snapshot test per experiment, for test projects that ask for them.</summary>
internal static class SnapshotTestEmitter
{
    /// <summary>The C# text.</summary>
    /// <param name="source">The experiment; its class is in the project under test.</param>
    /// <param name="testNamespace">The test project's root namespace.</param>
    public static string Emit(ExperimentSource source, string testNamespace)
    {
        SourceWriter writer = new();
        ExperimentSpec spec = source.Spec;
        ExperimentNames names = new(spec, source.ClassName);
        string profile = spec.Profiles.Any(known => known.Name == "ci") ? "ci" : spec.Profiles[0].Name;
        string metrics = string.Concat(spec.Metrics.Select((metric, i) =>
            $" + {Literal.Of(" " + metric.Name + "=")} + Rounded(row.Metrics.{names.Metrics[i]})"));
        Emitter.EmitHeader(writer, "Compiled from " + spec.FullName + ".yaml by DslExperiments. Edit the spec, not this file.");
        writer.Open($"""
            namespace {ExperimentNames.NamespaceOf(testNamespace, spec.Folder)};

            /// <summary>Compares a run of <see cref="global::{source.Class}"/> with the results that lie in the test project.</summary>
            {Runtime.GeneratedCode}
            public sealed partial class {source.ClassName}Snapshot
            """);
        writer.Lines($"""/// <summary>Runs profile <c>{Text.Xml(profile)}</c>: every expectation holds, and every arm ends as it did.</summary>""");
        writer.Lines("[global::Xunit.Fact]");
        writer.Open("public async global::System.Threading.Tasks.Task Results_are_as_they_were()");
        writer.Lines($$"""
            var results = await global::{{source.Class}}.RunAsync(static options => options.Profile({{Literal.Of(profile)}}).Quiet());
            global::Xunit.Assert.All(results.Expectations, static outcome => global::Xunit.Assert.True(outcome.Held, outcome.Text + ": " + outcome.Detail));

            string summary = string.Join("\n", global::System.Linq.Enumerable.Select(results.Arms, static row =>
                row.Arm.Label + ": " + row.Status{{metrics}}));
            var settings = new global::VerifyTests.VerifySettings();
            settings.UseDirectory(global::System.IO.Path.Combine(ProjectDirectory(), {{string.Join(", ", new[] { "Snapshots" }.Concat(spec.Folder.Split('/')).Where(part => part.Length > 0).Select(Literal.Of))}}));
            settings.UseFileName({{Literal.Of(spec.Name)}});
            Configure(settings);
            await global::VerifyXunit.Verifier.Verify(summary, "txt", settings);
            """);
        writer.Close();
        writer.Lines("""

            /// <summary>For the other part of the class: where the snapshot lies, what is scrubbed.</summary>
            /// <param name="settings">The settings of the snapshot.</param>
            static partial void Configure(global::VerifyTests.VerifySettings settings);

            // Two digits hold across kinds of processors; below a millionth a loss is rounding.
            private static string Rounded(double value) => global::System.Math.Abs(value) < 1e-6
                ? "0"
                : value.ToString("G2", global::System.Globalization.CultureInfo.InvariantCulture);

            private static string ProjectDirectory()
            {
                foreach (var attribute in typeof(SNAPSHOT).Assembly.GetCustomAttributes(typeof(global::System.Reflection.AssemblyMetadataAttribute), inherit: false))
                {
                    if (attribute is global::System.Reflection.AssemblyMetadataAttribute { Key: "DslExperiments.ProjectDirectory", Value: { } directory })
                    {
                        return directory;
                    }
                }

                throw new global::System.InvalidOperationException("The project must set DslExperimentsSnapshotTests, which records its folder.");
            }
            """.Replace("SNAPSHOT", source.ClassName + "Snapshot"));
        writer.Close();
        return writer.ToString();
    }
}
