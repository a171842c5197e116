using System.Diagnostics;

namespace DslExperiments.Benchmarks;

/// <summary>A project on disk, built by <c>dotnet build</c>: once from specs, once from the same C# as plain files.</summary>
internal sealed class Build : IDisposable
{
    private static readonly string Here = AppContext.BaseDirectory;
    private readonly string folder = Directory.CreateTempSubdirectory("dslx-benchmark-").FullName;

    public Build(IReadOnlyCollection<(string FullName, string Text)> specs, IEnumerable<(string Name, string Text)> sources)
    {
        string[] analyzers = ["DslExperiments.Generators.dll", "DslExperiments.Specs.dll", "YamlDotNet.dll"];
        WriteProject("specs", $"""
            <ItemGroup>
              <CompilerVisibleItemMetadata Include="AdditionalFiles" MetadataName="DslExperimentSpec" />
              <AdditionalFiles Include="specs/**/*.yaml" DslExperimentSpec="%(RecursiveDir)%(Filename)" />
              {string.Concat(analyzers.Select(name => $"<Analyzer Include=\"{Path.Combine(Here, name)}\" />"))}
            </ItemGroup>
            """);
        foreach (var (name, text) in specs)
        {
            Write($"specs/specs/{name}.yaml", text);
        }

        WriteProject("plain", "");
        foreach (var (name, text) in sources)
        {
            Write("plain/" + name, text);
        }
    }

    /// <summary>Seconds of each build from scratch, without restore; the two projects take turns, so that a busy machine slows both.</summary>
    public (double[] Plain, double[] Specs) Measure(int rounds)
    {
        foreach (string project in (string[])["plain", "specs"])
        {
            Run(project, "restore");
            BuildOnce(project);
        }

        var pairs = Enumerable.Range(0, rounds).Select(_ => (Plain: BuildOnce("plain"), Specs: BuildOnce("specs"))).ToList();
        return ([.. pairs.Select(pair => pair.Plain)], [.. pairs.Select(pair => pair.Specs)]);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private double BuildOnce(string project)
    {
        string output = Path.Combine(folder, project, "bin");
        if (Directory.Exists(output))
        {
            Directory.Delete(output, recursive: true);
            File.Delete(Path.Combine(folder, project, "obj", "Debug", "net10.0", project + ".dll"));
        }

        long start = Stopwatch.GetTimestamp();
        Run(project, "build", "--no-restore");
        return Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 2);
    }

    private void WriteProject(string name, string items) => Write($"{name}/{name}.csproj", $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <RootNamespace>Benchmark</RootNamespace>
            <Nullable>enable</Nullable>
            <NuGetAudit>false</NuGetAudit>
          </PropertyGroup>
          <ItemGroup>
            <Reference Include="{Path.Combine(Here, "DslExperiments.dll")}" />
            <Reference Include="{Path.Combine(Here, "TorchSharp.dll")}" />
          </ItemGroup>
          {items}
        </Project>
        """);

    private void Write(string name, string text)
    {
        string path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private void Run(string project, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", [.. arguments, "-v:q"]) { WorkingDirectory = Path.Combine(folder, project), RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(output);
        }
    }
}
