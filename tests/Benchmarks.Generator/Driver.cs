using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;

namespace DslExperiments.Benchmarks;

/// <summary>The generator inside a compiler that does nothing else.</summary>
internal sealed class Driver
{
    private readonly CSharpCompilation compilation = CSharpCompilation.Create(
        "Benchmark", references: [MetadataReference.CreateFromFile(typeof(object).Assembly.Location)]);

    private readonly List<SpecText> files;
    private GeneratorDriver driver;

    public Driver(IEnumerable<(string FullName, string Text)> specs)
    {
        files = [.. specs.Select(spec => new SpecText(spec.FullName, spec.Text))];
        driver = CSharpGeneratorDriver.Create([new Generators.ExperimentGenerator().AsSourceGenerator()], files, CSharpParseOptions.Default, new Options());
    }

    public GeneratorDriverRunResult Run() => (driver = driver.RunGenerators(compilation)).GetRunResult();

    public void Edit(int index, Func<string, string> edit)
    {
        SpecText changed = new(files[index].FullName, edit(files[index].Text));
        driver = driver.ReplaceAdditionalText(files[index], changed);
        files[index] = changed;
    }

    private sealed class SpecText(string fullName, string text) : AdditionalText
    {
        public string FullName => fullName;

        public string Text => text;

        public override string Path => "/benchmark/specs/" + fullName + ".yaml";

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }

    private sealed class Options : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } =
            new Table(new() { ["build_property.RootNamespace"] = "Benchmark", ["build_property.ProjectDir"] = "/benchmark/" });

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => new Table([]);

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) =>
            new Table(new() { ["build_metadata.AdditionalFiles.DslExperimentSpec"] = ((SpecText)textFile).FullName });
    }

    private sealed class Table(Dictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) =>
            values.TryGetValue(key, out value);
    }
}
