namespace VerifyTests;

/// <summary>Says whether the tests run on a build server.</summary>
internal static class BuildServer
{
    private static readonly string[] s_variables =
        ["CI", "GITHUB_ACTIONS", "TF_BUILD", "JENKINS_URL", "GITLAB_CI", "TEAMCITY_VERSION", "TRAVIS", "BUDDY", "GO_SERVER_URL"];

    public static bool Detected { get; } =
        s_variables.Any(name => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name)));
}
