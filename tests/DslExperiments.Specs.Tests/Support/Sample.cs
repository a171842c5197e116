using System.Text;
using System.Text.RegularExpressions;

namespace DslExperiments.Specs.Tests.Support;

/// <summary>Specs made from the catalog's example by giving some of its keys anew.</summary>
public static partial class Sample
{
    public const string Path = "specs/sample.yaml";

    /// <summary>Specs that <c>extends:</c> can reach from samples.</summary>
    public static IReadOnlyList<SpecDocument> Others { get; } =
    [
        Document("base", DiagnosticCatalog.ExampleSpec),
        Document("one/twin", DiagnosticCatalog.ExampleSpec),
        Document("two/twin", DiagnosticCatalog.ExampleSpec),
        Document("broken", Complete("training: { stps: 1 }")),
        Document("loop", Complete("extends: sample")),
    ];

    /// <summary>The example spec with the keys of <paramref name="keys"/> in place of its own; <c># no KEY:</c> leaves one out.</summary>
    public static string Complete(string keys)
    {
        keys = keys.ReplaceLineEndings("\n");
        HashSet<string> given = [.. TopLevelKey().Matches(keys).Select(match => match.Groups["key"].Value)];
        StringBuilder text = new();
        bool keep = true;
        foreach (string line in DiagnosticCatalog.ExampleSpec.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            if (line[0] != ' ')
            {
                keep = !given.Contains(line[..line.IndexOf(':', StringComparison.Ordinal)]);
            }

            if (keep)
            {
                text.Append(line).Append('\n');
            }
        }

        return text + keys + (keys.EndsWith('\n') || keys.EndsWith('»') ? "" : "\n");
    }

    public static SpecDocument Document(string fullName, string text) => SpecCompiler.Parse($"specs/{fullName}.yaml", fullName, text);

    /// <summary>Compiles a whole text as the spec <c>sample</c>.</summary>
    public static SpecResult Compile(string text, params (string Key, string Value)[] overrides) =>
        SpecCompiler.Compile(SpecCompiler.Parse(Path, "sample", text), Others, [.. overrides.Select(pair => new SpecOverride(pair.Key, pair.Value))]);

    /// <summary>Compiles the example with other keys.</summary>
    public static SpecResult With(string keys, params (string Key, string Value)[] overrides) => Compile(Complete(keys), overrides);

    /// <summary>Compiles the example with other keys and demands a model without errors.</summary>
    public static ExperimentSpec Valid(string keys, params (string Key, string Value)[] overrides)
    {
        SpecResult result = With(keys, overrides);
        Assert.True(result.Spec is not null, string.Join("\n", result.Diagnostics));
        return result.Spec;
    }

    [GeneratedRegex(@"^(?:# no )?[«]?(?<key>[a-z]+)[»]?[ ]*:", RegexOptions.Multiline)]
    private static partial Regex TopLevelKey();
}
