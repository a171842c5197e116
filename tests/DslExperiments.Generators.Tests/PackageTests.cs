using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using DslExperiments.Generators.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DslExperiments.Generators.Tests;

/// <summary>
/// The package as others get it: packed, restored from a folder, built in a project of its own, beside an analyzer that
/// carries another YamlDotNet.
/// </summary>
public sealed partial class PackageTests : IDisposable
{
    private const string Version = "0.1.0-test";

    private readonly string folder = Directory.CreateTempSubdirectory("dslx-package-").FullName;

    [Fact]
    public void A_project_that_restores_the_package_builds_and_shows_errors_at_their_place()
    {
        Run(Path.Combine(Metadata("RepositoryRoot"), "generators", "DslExperiments.Generators"), "pack", "-c", "Release", "-o", Path.Combine(folder, "feed"),
            "--artifacts-path", Path.Combine(folder, "artifacts"), "-p:Version=" + Version, "-p:UseSharedCompilation=false");
        WriteConsumer();

        string good = Run(Path.Combine(folder, "consumer"), "build", "-p:UseSharedCompilation=false");
        Assert.Contains("0 Warning(s)", good, StringComparison.Ordinal);

        string spec = Path.Combine(folder, "consumer", "specs", "theory", "limit.yaml");
        File.WriteAllText(spec, File.ReadAllText(spec).Replace("length:", "lenght:", StringComparison.Ordinal));
        string bad = Run(Path.Combine(folder, "consumer"), expectSuccess: false, "build", "--no-restore", "-p:UseSharedCompilation=false");

        Assert.Matches(Misspelt(), bad.Replace('\\', '/'));
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(folder, recursive: true);

    [GeneratedRegex(@"/consumer/specs/theory/limit\.yaml\(5,13\): error DSLX0101: .*lenght.*length")]
    private static partial Regex Misspelt();

    private void WriteConsumer()
    {
        string runtime = AppContext.BaseDirectory;
        Write("nuget.config", $"""
            <configuration>
              <packageSources>
                <add key="packed" value="{Path.Combine(folder, "feed")}" />
              </packageSources>
            </configuration>
            """);
        Write("Consumer.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <GenerateDocumentationFile>true</GenerateDocumentationFile>
                <AnalysisLevel>latest-recommended</AnalysisLevel>
                <NuGetAudit>false</NuGetAudit>
                <RestorePackagesPath>{Path.Combine(folder, "packages")}</RestorePackagesPath>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="DslExperiments.Generators" Version="{Version}" />
                <Reference Include="{Path.Combine(runtime, "DslExperiments.dll")}" />
                <Reference Include="{Path.Combine(runtime, "TorchSharp.dll")}" />
                <Analyzer Include="other/Other.dll" />
                <Analyzer Include="other/YamlDotNet.dll" />
              </ItemGroup>
            </Project>
            """);
        Write("Program.cs", """
            using Consumer.Theory;

            // Both generators ran, each with its own YamlDotNet; another version would not compile.
            const uint proof = Other.Yaml == "13.0.0.0" ? 0 : -1;
            Console.WriteLine(proof + Limit.Arms.Length + Consumer.ExperimentRegistry.All.Length);
            """);
        Write("specs/theory/limit.yaml", SpecTexts.Minimal);
        WriteOtherAnalyzer(Path.Combine(folder, "consumer", "other"));
    }

    private void Write(string name, string text)
    {
        string path = Path.Combine(folder, "consumer", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>A generator that writes down which YamlDotNet it was given.</summary>
    private static void WriteOtherAnalyzer(string directory)
    {
        Directory.CreateDirectory(directory);
        string yaml = Metadata("OtherYamlDotNet");
        File.Copy(yaml, Path.Combine(directory, "YamlDotNet.dll"));
        const string source = """
            using Microsoft.CodeAnalysis;

            [Generator]
            public sealed class OtherGenerator : IIncrementalGenerator
            {
                public void Initialize(IncrementalGeneratorInitializationContext context) => context.RegisterPostInitializationOutput(output =>
                {
                    var yaml = new YamlDotNet.Serialization.DeserializerBuilder().GetType().Assembly.GetName().Version;
                    output.AddSource("Other.g.cs", "internal static class Other { public const string Yaml = \"" + yaml + "\"; }");
                });
            }
            """;
        string platform = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var compilation = CSharpCompilation.Create(
            "Other",
            [CSharpSyntaxTree.ParseText(source)],
            [
                .. new[] { "netstandard.dll", "System.Runtime.dll", "System.Private.CoreLib.dll", "System.Collections.Immutable.dll" }.Select(name => MetadataReference.CreateFromFile(Path.Combine(platform, name))),
                MetadataReference.CreateFromFile(typeof(IIncrementalGenerator).Assembly.Location),
                MetadataReference.CreateFromFile(yaml),
            ],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        var emitted = compilation.Emit(Path.Combine(directory, "Other.dll"));
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics));
    }

    private static string Metadata(string key) => typeof(PackageTests).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;

    private static string Run(string directory, params string[] arguments) => Run(directory, expectSuccess: true, arguments);

    private static string Run(string directory, bool expectSuccess, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };

        // The test host's own MSBuild settings must not leak into the build.
        foreach (string name in start.Environment.Keys.Where(key => key.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd() + error.Result;
        process.WaitForExit();
        Assert.True(process.ExitCode == 0 == expectSuccess, $"dotnet {string.Join(' ', arguments)} exited with {process.ExitCode}:\n{output}");
        return output;
    }
}
