namespace DslExperiments.Generators.Emit;

/// <summary>Which class of the runtime stands behind an options record; a new method or family adds a line.</summary>
internal static class HarnessTypes
{
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        [Runtime.Tasks + "SharedTokenPairOptions"] = Runtime.Tasks + "SharedTokenPair",
        [Runtime.Tasks + "TeacherPromptOptions"] = Runtime.Tasks + "TeacherPrompt",
        [Runtime.Tasks + "DistinctQueriesOptions"] = Runtime.Tasks + "DistinctQueries",
        [Runtime.Tasks + "CommonTargetOptions"] = Runtime.Tasks + "CommonTarget",
        [Runtime.Tasks + "HeadUpdateOptions"] = Runtime.Tasks + "HeadUpdateTask",
        [Runtime.Tasks + "SphereRegressionOptions"] = Runtime.Tasks + "SphereRegression",
        [Runtime.Tasks + "IntegerSequencesOptions"] = Runtime.Tasks + "IntegerSequences",
        [Runtime.Tasks + "AssociationsOptions"] = Runtime.Tasks + "Associations",
        [Runtime.Tasks + "LookupTableOptions"] = Runtime.Tasks + "LookupTable",
        [Runtime.MethodsNamespace + "PromptOptions"] = Runtime.MethodsNamespace + "SoftPrompt",
        [Runtime.MethodsNamespace + "PrefixOptions"] = Runtime.MethodsNamespace + "Prefix",
        [Runtime.MethodsNamespace + "FrozenOptions"] = Runtime.MethodsNamespace + "Frozen",
        [Runtime.MethodsNamespace + "LoraOptions"] = Runtime.MethodsNamespace + "Lora",
        [Runtime.MethodsNamespace + "FullOptions"] = Runtime.MethodsNamespace + "FullTuning",
    };

    /// <summary>The class that makes a family's data.</summary>
    /// <param name="options">The family's options record.</param>
    public static string Task(string options) => Find(options);

    /// <summary>The class that adapts the backbone.</summary>
    /// <param name="options">The method's options record.</param>
    public static string Adapter(string options) => Find(options);

    /// <summary>True when the adapter's start may depend on the task's data.</summary>
    /// <param name="options">The method's options record.</param>
    public static bool ReadsTask(string options) => options == Runtime.MethodsNamespace + "PromptOptions";

    private static string Find(string options) => Types.TryGetValue(options, out string? type)
        ? type
        : throw new NotSupportedException("No class is registered for " + options + " in " + nameof(HarnessTypes) + ".");
}
