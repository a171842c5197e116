using DslExperiments.Hosting;

namespace DslExperiments.Results;

/// <summary>The commit of the current folder and whether files differ from it.</summary>
/// <param name="Commit">The full hash.</param>
/// <param name="Dirty">True when tracked files were changed or new files are about.</param>
internal sealed record GitState(string Commit, bool Dirty)
{
    /// <summary>Asks git; null outside of a repository, without git, or when git takes too long.</summary>
    public static GitState? Read()
    {
        var commit = OtherProgram.OutputOf("git", "rev-parse", "--verify", "HEAD");
        return commit is { Length: > 0 } && OtherProgram.OutputOf("git", "status", "--porcelain") is { } changes
            ? new GitState(commit.Trim(), changes.Trim().Length > 0)
            : null;
    }
}
