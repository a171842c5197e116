using System.Text.Json;

namespace Build.Tests;

/// <summary>
/// One property chooses the real packages or our source-compatible subsets. The feed of a build machine may lack the real
/// ones, so the choice is tested by evaluating the projects, not by restoring them.
/// </summary>
public class PackageChoiceTests
{
    private const string Runtime = "src/DslExperiments/DslExperiments.csproj";
    private const string RuntimeTests = "tests/DslExperiments.Tests/DslExperiments.Tests.csproj";
    private static readonly string[] TorchPackages = ["TorchSharp-cuda-windows", "TorchSharp-cuda-linux", "TorchSharp-cpu"];

    [Theory]
    [InlineData("windows", null, "TorchSharp-cuda-windows")]
    [InlineData("windows", "TorchSharp-cpu", "TorchSharp-cpu")]
    [InlineData("linux", null, "TorchSharp-cuda-linux")]
    [InlineData("linux", "TorchSharp-cuda-windows", "TorchSharp-cuda-windows")]
    [InlineData("linux", "TorchSharp-cpu", "TorchSharp-cpu")]
    [InlineData("other", null, "TorchSharp-cpu")]
    public void Nuget_takes_the_torch_package_of_the_system(string system, string? torchPackage, string expected)
    {
        string[] chosen = torchPackage is null ? [] : [$"-p:TorchPackage={torchPackage}"];
        var items = Evaluate(Runtime, ["-p:Packages=nuget", $"-p:HostSystem={system}", .. chosen]);

        Assert.Equal([expected], items.Packages.Intersect(TorchPackages));
        Assert.DoesNotContain(items.Projects, p => p.Contains("Compat", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("linux")]
    [InlineData("other")]
    public void Elsewhere_than_on_Windows_the_default_is_local(string system)
    {
        var items = Evaluate(Runtime, $"-p:HostSystem={system}");

        Assert.Empty(items.Packages.Intersect(TorchPackages));
        Assert.Contains(items.Projects, p => p.EndsWith("TorchSharp.csproj", StringComparison.Ordinal));
    }

    [Fact]
    public void On_Windows_the_default_is_nuget() =>
        Assert.Contains("TorchSharp-cuda-windows", Evaluate(Runtime, "-p:HostSystem=windows").Packages);

    [Fact]
    public void Snapshots_follow_the_same_property()
    {
        var nuget = Evaluate(RuntimeTests, "-p:Packages=nuget");
        Assert.Contains("Verify.Xunit", nuget.Packages);
        Assert.DoesNotContain(nuget.Projects, p => p.Contains("Verify.Xunit", StringComparison.Ordinal));

        var local = Evaluate(RuntimeTests, "-p:Packages=local");
        Assert.DoesNotContain("Verify.Xunit", local.Packages);
        Assert.Contains(local.Projects, p => p.EndsWith("Verify.Xunit.csproj", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_package_of_the_card_has_a_pinned_version()
    {
        using var document = JsonDocument.Parse(Repository.Run("dotnet", "msbuild", Runtime, "-getItem:PackageVersion"));
        var versions = document.RootElement.GetProperty("Items").GetProperty("PackageVersion").EnumerateArray()
            .ToDictionary(i => i.GetProperty("Identity").GetString()!, i => i.GetProperty("Version").GetString()!);

        foreach (string package in (string[])["Microsoft.CodeAnalysis.CSharp", "TorchSharp-cuda-windows", "YamlDotNet", "Verify.Xunit", "Microsoft.ML.Tokenizers"])
        {
            Assert.Matches(@"^\d+\.\d+\.\d+$", versions[package]);
        }
    }

    private static (IReadOnlyList<string> Packages, IReadOnlyList<string> Projects) Evaluate(string project, params string[] properties)
    {
        using var document = JsonDocument.Parse(
            Repository.Run("dotnet", ["msbuild", project, "-getItem:PackageReference", "-getItem:ProjectReference", .. properties]));
        var items = document.RootElement.GetProperty("Items");
        return (Identities("PackageReference"), Identities("ProjectReference"));

        List<string> Identities(string kind) =>
            [.. items.GetProperty(kind).EnumerateArray().Select(i => i.GetProperty("Identity").GetString()!.Replace('\\', '/'))];
    }
}
