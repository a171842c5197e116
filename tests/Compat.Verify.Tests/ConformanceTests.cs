using System.Reflection;
using System.Runtime.CompilerServices;

namespace CompatTests;

/// <summary>The subset has nothing that the package has not.</summary>
public class ConformanceTests
{
    private static readonly (string Type, string[] Members)[] s_subset = [.. Listing.Of(typeof(Verifier).Assembly)];

    [Fact]
    public void The_subset_is_as_listed()
    {
        using StreamReader reader = new(typeof(ConformanceTests).Assembly.GetManifestResourceStream("Listing.txt")!);
        string listed = reader.ReadToEnd().ReplaceLineEndings("\n");
        string actual = string.Concat(s_subset.Select(type => $"{type.Type}\n{string.Concat(type.Members.Select(member => $"    {member}\n"))}"));
        Assert.Equal(listed, actual);
    }

    /// <summary>Runs where the package's own listings lie beside the repository.</summary>
    [Fact]
    public void The_package_has_all_that_is_listed()
    {
        string directory = Path.Combine(AttributeReader.GetSolutionDirectory(), "..", "shared", "api");
        string[] files = ["Verify.Xunit-31.12.5.txt", "Verify-31.12.5.txt"];
        if (!files.All(file => File.Exists(Path.Combine(directory, file))))
        {
            return;
        }

        Dictionary<string, string[]> package = files
            .SelectMany(file => Listing.Parse(File.ReadAllText(Path.Combine(directory, file))))
            .ToDictionary();
        IEnumerable<string> additions = s_subset.SelectMany(type => package.TryGetValue(type.Type, out string[]? members)
            ? type.Members.Except(members).Select(member => $"{type.Type}: {member}")
            : [type.Type]);
        Assert.Empty(additions);
    }

    [Fact]
    public void Every_source_file_is_the_callers()
    {
        IEnumerable<ParameterInfo> parameters = typeof(Verifier).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .SelectMany(method => method.GetParameters())
            .Where(parameter => parameter.Name == "sourceFile");
        Assert.All(parameters, parameter => Assert.True(parameter.IsDefined(typeof(CallerFilePathAttribute))));
    }
}
