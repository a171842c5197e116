using System.Collections.Immutable;
using DslExperiments.Specs;

namespace DslExperiments.Hosting;

/// <summary>
/// <c>--set key=value</c>: the spec is compiled again with the key set, by the same rules and messages as the file, and
/// its values are put into the settings that were generated from it.
/// </summary>
internal static class SpecOverrides
{
    /// <summary>The settings of a profile with some keys of the spec set anew.</summary>
    /// <exception cref="ExperimentUsageException">The spec does not compile so, or is no longer the one of the generated types.</exception>
    public static (ExperimentSettings<TArm> Settings, ImmutableArray<string> Warnings) Apply<TArm>(
        ExperimentInfo info, ExperimentSettings<TArm> generated, ImmutableArray<KeyValuePair<string, string>> overrides)
        where TArm : ExperimentArm
    {
        var document = SpecCompiler.Parse(info.SpecPath, info.FullName, info.SpecText);
        var before = Compile(info, document, [], generated.Profile).Spec!;
        var result = Compile(info, document, [.. overrides.Select(static pair => new SpecOverride(pair.Key, pair.Value))], generated.Profile);
        RequireSameTypes(before, result.Spec!);

        var profile = result.Spec!.Profiles.FirstOrDefault(candidate => candidate.Name == generated.Profile)
            ?? throw new ExperimentUsageException($"The overridden spec has no profile '{generated.Profile}'.");
        return (
            SettingsBinder.Bind(generated, before, result.Spec, profile),
            [.. result.Diagnostics
                .Where(static diagnostic => diagnostic.Severity == SpecSeverity.Warning)
                .Select(static diagnostic => $"warning {diagnostic.Id}: {diagnostic.Message}")]);
    }

    private static SpecResult Compile(ExperimentInfo info, SpecDocument document, IReadOnlyList<SpecOverride> overrides, string profile)
    {
        var result = SpecCompiler.Compile(document, [], overrides, profile);
        if (result.Spec is not null)
        {
            return result;
        }

        var errors = result.Diagnostics
            .Where(static diagnostic => diagnostic.Severity == SpecSeverity.Error)
            .Select(static diagnostic => $"{diagnostic.Id}: {diagnostic.Message}")
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        throw new ExperimentUsageException(errors.Length == 1
            ? errors[0]
            : $"{info.Name} does not compile with these keys:\n  {string.Join("\n  ", errors)}");
    }

    /// <summary>Arms, metrics and expectations are C# by now; a key that changes them belongs into the spec.</summary>
    private static void RequireSameTypes(ExperimentSpec before, ExperimentSpec after)
    {
        foreach (var method in after.Methods)
        {
            var known = before.Methods.FirstOrDefault(candidate => candidate.Name == method.Name)
                ?? throw Fixed($"adds the method '{method.Name}'");
            if (method.Axes.FirstOrDefault(axis => known.Axes.All(other => other.Name != axis.Name)) is { } axis)
            {
                throw Fixed($"sweeps '{axis.Key}', which {(known.Axes.Count == 0 ? "has no axis" : "is not an axis")} of the compiled arms");
            }
        }

        if (before.Methods.FirstOrDefault(method => after.Methods.All(other => other.Name != method.Name)) is { } removed)
        {
            throw Fixed($"removes the method '{removed.Name}'; --arm selects methods");
        }

        if (!before.Metrics.Equals(after.Metrics))
        {
            throw Fixed("changes what is measured");
        }

        if (!before.Expectations.Equals(after.Expectations))
        {
            throw Fixed("changes what is expected");
        }

        static ExperimentUsageException Fixed(string what) => new($"--set {what}; that changes generated code. Change the spec and build.");
    }
}
