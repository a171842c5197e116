using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace DslExperiments.Generators.Tests.Support;

/// <summary>A project in memory, with the generator at work on it.</summary>
internal sealed class TestProject
{
    /// <summary>Where the project pretends to lie.</summary>
    public const string Root = "/repository/";

    // The oldest C# that the emitted code is promised to be.
    private static readonly CSharpParseOptions ParseOptions =
        new(LanguageVersion.CSharp12, DocumentationMode.Diagnose);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(File.Exists)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    private readonly Options options;
    private ImmutableArray<SpecAdditionalText> files;
    private GeneratorDriver driver;
    private CSharpCompilation compilation;

    public TestProject(IEnumerable<Spec> specs, string source = "", params (string Name, string Value)[] properties)
    {
        options = new Options(properties);
        files = [.. specs.Select(spec => new SpecAdditionalText(spec))];
        compilation = CSharpCompilation.Create(
            "Project",
            source.Length == 0 ? [] : [Parse(source, "Source.cs")],
            References,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable,
                warningLevel: 9999));
        driver = CSharpGeneratorDriver.Create(
            [new ExperimentGenerator().AsSourceGenerator()],
            files,
            ParseOptions,
            options,
            new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
    }

    /// <summary>One spec.</summary>
    public static TestProject Of(string fullName, string text, string source = "") => new([new Spec(fullName, text)], source);

    /// <summary>The same project, never run.</summary>
    public TestProject Copy() => new(files.Select(file => file.Spec), properties: options.Properties) { compilation = compilation };

    /// <summary>Runs the generator, then once more on an equal compilation, where nothing may be done again.</summary>
    public GeneratorRun Run()
    {
        driver = driver.RunGeneratorsAndUpdateCompilation(compilation, out var first, out _);
        GeneratorRun run = new(driver.GetRunResult().Results.Single(), (CSharpCompilation)first);

        driver = driver.RunGenerators(compilation.Clone());
        GeneratorRun second = new(driver.GetRunResult().Results.Single(), (CSharpCompilation)first);
        second.AssertNothingRan();
        ObjectGraph.AssertFreeOfRoslyn(run);
        return run;
    }

    /// <summary>Runs the generator once, for the reasons of its steps after an edit.</summary>
    public GeneratorRun RunOnce()
    {
        driver = driver.RunGeneratorsAndUpdateCompilation(compilation, out var output, out _);
        return new GeneratorRun(driver.GetRunResult().Results.Single(), (CSharpCompilation)output);
    }

    /// <summary>Gives a spec another text.</summary>
    public void Edit(string fullName, Func<string, string> edit)
    {
        SpecAdditionalText old = files.Single(file => file.Spec.FullName == fullName);
        SpecAdditionalText changed = new(old.Spec with { Text = edit(old.Spec.Text!) });
        files = files.Replace(old, changed);
        driver = driver.ReplaceAdditionalText(old, changed);
    }

    /// <summary>Adds a spec.</summary>
    public void Add(string fullName, string text)
    {
        SpecAdditionalText added = new(new Spec(fullName, text));
        files = files.Add(added);
        driver = driver.AddAdditionalTexts([added]);
    }

    /// <summary>Takes a spec away.</summary>
    public void Remove(string fullName)
    {
        SpecAdditionalText removed = files.Single(file => file.Spec.FullName == fullName);
        files = files.Remove(removed);
        driver = driver.RemoveAdditionalTexts([removed]);
    }

    /// <summary>Adds a C# file or replaces the one of that name.</summary>
    public void EditSource(string path, string source)
    {
        SyntaxTree tree = Parse(source, path);
        SyntaxTree? old = compilation.SyntaxTrees.FirstOrDefault(known => known.FilePath == path);
        compilation = old is null ? compilation.AddSyntaxTrees(tree) : compilation.ReplaceSyntaxTree(old, tree);
    }

    private static SyntaxTree Parse(string source, string path) => CSharpSyntaxTree.ParseText(source, ParseOptions, path, Encoding.UTF8);

    private sealed class SpecAdditionalText(Spec spec) : AdditionalText
    {
        public Spec Spec { get; } = spec;

        public override string Path => Spec.Path;

        public override SourceText? GetText(CancellationToken cancellationToken = default) =>
            Spec.Text is null ? null : SourceText.From(Spec.Text, Encoding.UTF8);
    }

    private sealed class Options((string Name, string Value)[] properties) : AnalyzerConfigOptionsProvider
    {
        public (string Name, string Value)[] Properties => properties;

        public override AnalyzerConfigOptions GlobalOptions { get; } = new Table(
            new (string, string)[] { ("RootNamespace", "Test.Experiments"), ("ProjectDir", Root + "src/App/") }
                .Concat(properties)
                .GroupBy(property => property.Item1)
                .Select(group => ("build_property." + group.Key, group.Last().Item2)));

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Table([]);

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) =>
            new Table([("build_metadata.AdditionalFiles.DslExperimentSpec", ((SpecAdditionalText)textFile).Spec.FullName)]);
    }

    private sealed class Table(IEnumerable<(string Key, string Value)> values) : AnalyzerConfigOptions
    {
        private readonly Dictionary<string, string> values = values.ToDictionary(pair => pair.Key, pair => pair.Value, KeyComparer);

        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) =>
            values.TryGetValue(key, out value);
    }
}
