using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace DslExperiments.Results;

/// <summary>What a cohort is, as text: guards against reading the state of other arms.</summary>
internal static class CohortIdentity
{
    /// <summary>SHA-256 over the run's key, the step count and the arms in stacking order.</summary>
    public static string Of(string runKey, int steps, ImmutableArray<string> labels) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{runKey}\n{SpecText.Of(steps)}\n{string.Join('\n', labels)}")));
}
