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
        [Runtime.Tasks + "TextClassificationOptions"] = Runtime.Tasks + "TextClassification",
        [Runtime.Tasks + "TextToTextOptions"] = Runtime.Tasks + "TextToText",
        [Runtime.Tasks + "QuestionAnsweringOptions"] = Runtime.Tasks + "QuestionAnswering",
        [Runtime.Tasks + "MultipleChoiceOptions"] = Runtime.Tasks + "MultipleChoice",
        [Runtime.Tasks + "LanguageModellingOptions"] = Runtime.Tasks + "LanguageModelling",
        [Runtime.MethodsNamespace + "PromptOptions"] = Runtime.MethodsNamespace + "SoftPrompt",
        [Runtime.MethodsNamespace + "PrefixOptions"] = Runtime.MethodsNamespace + "Prefix",
        [Runtime.MethodsNamespace + "FrozenOptions"] = Runtime.MethodsNamespace + "Frozen",
        [Runtime.MethodsNamespace + "LoraOptions"] = Runtime.MethodsNamespace + "Lora",
        [Runtime.MethodsNamespace + "FullOptions"] = Runtime.MethodsNamespace + "FullTuning",
        [Runtime.MethodsNamespace + "IaptOptions"] = Runtime.MethodsNamespace + "Iapt",
        [Runtime.MethodsNamespace + "HardPromptOptions"] = Runtime.MethodsNamespace + "HardPrompt",
        [Runtime.MethodsNamespace + "PromptLoraOptions"] = Runtime.MethodsNamespace + "PromptLora",
        [Runtime.MethodsNamespace + "PrefixLoraOptions"] = Runtime.MethodsNamespace + "PrefixLora",
        [Runtime.Backbones + "TransformerOptions"] = Runtime.Backbones + "Transformer",
        [Runtime.Backbones + "LlamaOptions"] = Runtime.Backbones + "Transformer",
        [Runtime.Backbones + "Gpt2Options"] = Runtime.Backbones + "Transformer",
        [Runtime.Backbones + "T5Options"] = Runtime.Backbones + "EncoderDecoder",
    };

    private static readonly HashSet<string> TextTasks = new(StringComparer.Ordinal)
    {
        Runtime.Tasks + "TextClassificationOptions",
        Runtime.Tasks + "TextToTextOptions",
        Runtime.Tasks + "QuestionAnsweringOptions",
        Runtime.Tasks + "MultipleChoiceOptions",
        Runtime.Tasks + "LanguageModellingOptions",
    };

    private static readonly HashSet<string> TaskReaders = new(StringComparer.Ordinal)
    {
        Runtime.MethodsNamespace + "PromptOptions",
        Runtime.MethodsNamespace + "IaptOptions",
        Runtime.MethodsNamespace + "HardPromptOptions",
        Runtime.MethodsNamespace + "PromptLoraOptions",
        Runtime.MethodsNamespace + "PrefixLoraOptions",
    };

    /// <summary>The class that makes a family's data.</summary>
    /// <param name="options">The family's options record.</param>
    public static string Task(string options) => Find(options);

    /// <summary>The class that adapts the backbone.</summary>
    /// <param name="options">The method's options record.</param>
    public static string Adapter(string options) => Find(options);

    /// <summary>The class of a backbone.</summary>
    /// <param name="options">The options record of its kind.</param>
    public static string Backbone(string options) => Find(options);

    /// <summary>True for a family on text files.</summary>
    /// <param name="options">The family's options record.</param>
    public static bool ReadsTexts(string options) => TextTasks.Contains(options);

    /// <summary>True when the adapter may depend on the task: its data, or the classes that a head tells apart.</summary>
    /// <param name="options">The method's options record.</param>
    /// <param name="task">The family's options record.</param>
    public static bool ReadsTask(string options, string task) =>
        TaskReaders.Contains(options) || task == Runtime.Tasks + "TextClassificationOptions";

    private static string Find(string options) => Types.TryGetValue(options, out string? type)
        ? type
        : throw new NotSupportedException("No class is registered for " + options + " in " + nameof(HarnessTypes) + ".");
}
