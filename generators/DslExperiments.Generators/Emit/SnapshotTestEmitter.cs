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
        string profile = source.Spec.Profiles.Any(known => known.Name == "ci") ? "ci" : source.Spec.Profiles[0].Name;
        Emitter.EmitHeader(writer, "Compiled from " + source.Spec.FullName + ".yaml by DslExperiments. Edit the spec, not this file.");
        writer.Open($"""
            namespace {ExperimentNames.NamespaceOf(testNamespace, source.Spec.Folder)};

            /// <summary>Compares a run of <see cref="global::{source.Class}"/> with the results that lie beside the tests.</summary>
            {Runtime.GeneratedCode}
            public sealed partial class {source.ClassName}Snapshot
            """);
        writer.Lines($"/// <summary>Runs profile <c>{Text.Xml(profile)}</c>: every expectation holds and every number is as it was.</summary>");
        writer.Lines("[global::Xunit.Fact]");
        writer.Open("public async global::System.Threading.Tasks.Task Results_are_as_they_were()");
        writer.Lines($$"""
            var results = await global::{{source.Class}}.RunAsync(static options => options.Profile({{Literal.Of(profile)}}).Quiet());
            await global::VerifyXunit.Verifier.Verify(results.Summary(), extension: "txt", sourceFile: {{TestFile(source.Spec.FullName)}});
            global::Xunit.Assert.All(results.Expectations, static expectation => global::Xunit.Assert.True(expectation.Held, expectation.Text + ": " + expectation.Detail));
            """);
        writer.Close();
        writer.Close();
        return writer.ToString();
    }

    private static string TestFile(string fullName) => "global::DslExperiments.Hosting.SnapshotPlace.Of(typeof(object), " + Literal.Of(fullName) + ")";
}
