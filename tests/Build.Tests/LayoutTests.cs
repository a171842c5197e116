using System.Text.RegularExpressions;

namespace Build.Tests;

/// <summary>The shape of the repository that people find their way by.</summary>
public partial class LayoutTests
{
    [Fact]
    public void The_top_level_holds_what_the_readme_shows_and_nothing_else()
    {
        var unexpected = TrackedFiles().Select(f => f.Split('/')[0]).Distinct().Where(name => !TopLevel().IsMatch(name));

        Assert.Empty(unexpected);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "DslExperiments.sln")).Replace('\\', '/');
        var projects = TrackedFiles().Where(f => f.EndsWith(".csproj", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(projects);
        Assert.All(projects, project => Assert.Contains($"\"{project}\"", solution, StringComparison.Ordinal));
    }

    private static IEnumerable<string> TrackedFiles() =>
        Repository.Run("git", "ls-files").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"^(src|generators|specs|tests|DslExperiments\.sln|README\.md|\..*|Directory\..*|global\.json)$")]
    private static partial Regex TopLevel();
}
