namespace DslExperiments.Experiments.Tests;

/// <summary>A folder for the runs of one test.</summary>
internal sealed class RunFiles : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("dslx").FullName;

    public string this[string name] => Path.Combine(_root, name);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>Asserts that two runs left the same files, bit for bit; only the manifests tell when and where.</summary>
    public void AssertEqual(string expected, string actual)
    {
        Assert.Equal(FilesOf(expected), FilesOf(actual));
        Assert.Contains("results.json", FilesOf(expected));
        Assert.Contains("metrics.jsonl", FilesOf(expected));
        foreach (var file in FilesOf(expected).Where(static file => file != "manifest.json"))
        {
            Assert.True(
                File.ReadAllBytes(Path.Combine(this[expected], file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(this[actual], file))),
                $"{file} differs");
        }
    }

    private string[] FilesOf(string name) => [.. Directory.EnumerateFiles(this[name], "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(this[name], file))
        .Order(StringComparer.Ordinal)];
}
