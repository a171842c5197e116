namespace DslExperiments.Specs;

/// <summary>What is learned: <c>task: { family: … }</c>.</summary>
internal static class Tasks
{
    private const string Namespace = "global::DslExperiments.Tasks.";

    public static readonly CallType Targets = new(
        Namespace + "TargetSource",
        new CallFunction("random", Namespace + "RandomTargets", "N(0, 1) entries, independent of the backbone"),
        new CallFunction("teacher", Namespace + "TeacherTargets", "the frozen backbone's outputs under a hidden N(0, 1) prompt", new Parameter("length", new IntType(1, Limits.MaxSize))));

    public static readonly Variant SharedTokenPair = new("shared_token_pair", "Sequences that end in the same token, with one target each on that token.", new Section(
        Namespace + "SharedTokenPairOptions",
        new Field("sequences", "Sequences", new IntType(2, Limits.MaxSize), new SpecValue.Int(2), "Number of sequences."),
        new Field("length", "Length", new IntType(2, Limits.MaxSize), new SpecValue.Int(2), "Tokens per sequence, the shared last one included."),
        new Field("inputs", "Inputs", Initializers.Type, Initializers.Of("normal", 1), "Distribution of the tokens' entries."),
        new Field("targets", "Targets", Targets, Targets.Of("random"), "Where targets come from.")));

    public static readonly Variant TeacherPrompt = new("teacher_prompt", "Sequences with their own last tokens, whose targets the frozen backbone produces under a hidden prompt.", new Section(
        Namespace + "TeacherPromptOptions",
        new Field("sequences", "Sequences", new IntType(1, Limits.MaxSize), new SpecValue.Int(4), "Number of sequences."),
        new Field("length", "Length", new IntType(1, Limits.MaxSize), new SpecValue.Int(2), "Tokens per sequence."),
        new Field("teacher_length", "TeacherLength", new IntType(1, Limits.MaxSize), new SpecValue.Int(4), "Virtual tokens of the hidden prompt."),
        new Field("inputs", "Inputs", Initializers.Type, Initializers.Of("normal", 1), "Distribution of the tokens' entries.")));

    public static readonly Variant Custom = new("custom", "A C# class of the project makes the data.", new Section(
        Namespace + "CustomTaskOptions",
        new Field("type", "", new TypeNameType(), null, "Full name of a class derived from DslExperiments.Tasks.CustomTask.") { IsSweepable = false },
        new Field("sequences", "Sequences", new IntType(1, Limits.MaxSize), new SpecValue.Int(4), "Number of sequences."),
        new Field("length", "Length", new IntType(1, Limits.MaxSize), new SpecValue.Int(2), "Tokens per sequence.")));

    /// <summary>All families.</summary>
    public static readonly Variant[] All = { SharedTokenPair, TeacherPrompt, Custom };
}
