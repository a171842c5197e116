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

    public static readonly CallType TargetsOfQueries = Targets.With(new CallFunction(
        "matched",
        Namespace + "MatchedTargets",
        "the frozen backbone's outputs under a hidden prompt that has a virtual token for every query: the query and a free coordinate of its own, both times size",
        new Parameter("size", new NumberType(0, 1e6, aboveMin: true), new SpecValue.Number(2))));

    public static readonly Variant DistinctQueries = new("distinct_queries", "Sequences with their own last tokens inside a subspace, so that each needs a virtual token of its own (D4).", new Section(
        Namespace + "DistinctQueriesOptions",
        new Field("sequences", "Sequences", new IntType(1, Limits.MaxSize), new SpecValue.Int(3), "Number of sequences, n; below backbone.width."),
        new Field("length", "Length", new IntType(1, Limits.MaxSize), new SpecValue.Int(2), "Tokens per sequence."),
        new Field("inputs", "Inputs", Initializers.Type, Initializers.Of("normal", 1), "Distribution of the tokens' first width - n entries; the others are 0."),
        new Field("targets", "Targets", TargetsOfQueries, Targets.Of("random"), "Where targets come from.")));

    public static readonly ChoiceType Objective = new(
        Namespace + "CommonTargetObjective",
        new Word("target", "Target", "the distance of both outputs from one random target"),
        new Word("gap", "Gap", "the distance between the two outputs"));

    public static readonly Variant CommonTarget = new("common_target", "Two sequences that should become the same, which an invertible network forbids (D6).", new Section(
        Namespace + "CommonTargetOptions",
        new Field("sequences", "Sequences", new IntType(2, 2), new SpecValue.Int(2), "Two.") { IsSweepable = false },
        new Field("length", "Length", new IntType(1, Limits.MaxSize), new SpecValue.Int(2), "Tokens per sequence; all of them are read."),
        new Field("inputs", "Inputs", Initializers.Type, Initializers.Of("sphere", 1), "Distribution of the tokens' entries."),
        new Field("objective", "Objective", Objective, Objective.Of("target"), "What training makes small.")));

    public static readonly CallType Update = new(
        Namespace + "HeadUpdate",
        new CallFunction("value", Namespace + "ValueUpdate", "W_v (1 + gain), on a value_head", new Parameter("gain", new NumberType(-1e6, 1e6))),
        new CallFunction("query", Namespace + "QueryUpdate", "W_q = [strength 0] in place of 0, on a query_head", new Parameter("strength", new NumberType(-700, 700))));

    public static readonly Variant HeadUpdate = new("head_update", "The outputs of a constructed head after an update of its weights, to be compiled into a prefix.", new Section(
        Namespace + "HeadUpdateOptions",
        new Field("update", "Update", Update, Update.Of("value", new SpecValue.Number(-0.5)), "The update.")));

    public static readonly Variant SphereRegression = new("sphere_regression", "A smooth function of points on the unit sphere, one token per sequence.", new Section(
        Namespace + "SphereRegressionOptions",
        new Field("sequences", "Sequences", new IntType(1, Limits.MaxSize), new SpecValue.Int(256), "Training points."),
        new Field("test_sequences", "TestSequences", new IntType(1, Limits.MaxSize), new SpecValue.Int(1024), "Points for evaluation, drawn apart from the training points."),
        new Field("terms", "Terms", new IntType(1, Limits.MaxSize), new SpecValue.Int(4), "Ridge functions a tanh(w · x) in the sum that is learned."),
        new Field("steepness", "Steepness", new NumberType(0, 1e6, aboveMin: true), new SpecValue.Number(2), "Length of every w.")));

    public static readonly ChoiceType Function = new(
        Namespace + "SequenceFunction",
        new Word("ascending", "Ascending", "the integers in ascending order"),
        new Word("descending", "Descending", "the integers in descending order"),
        new Word("add1", "Add1", "every integer plus 1"),
        new Word("add2", "Add2", "every integer plus 2"),
        new Word("ascending_add1", "AscendingAdd1", "ascending order, every integer plus 1"),
        new Word("double_hist", "DoubleHist", "at every position, how often its value occurs"),
        new Word("mixture", "Mixture", "one of several functions, drawn for each sequence"));

    public static readonly WordListType Functions = new(Function, _ => Array.Empty<string>());

    public static readonly Variant IntegerSequences = new("integer_sequences", "Placeholders, integers, and the answer that a function makes of them; every step draws its own (Petrov et al. 2024).", new Section(
        Namespace + "IntegerSequencesOptions",
        new Field("function", "Function", Function, Function.Of("ascending"), "What the answer is."),
        new Field("mixture", "Mixture", Functions, Functions.Of("ascending", "descending", "add1", "add2"), "What function: mixture draws from, evenly, without telling which.") { IsSweepable = false },
        new Field("length", "Length", new IntType(1, 4096), new SpecValue.Int(10), "Integers of the input, and of the answer."),
        new Field("values", "Values", new IntType(2, Limits.MaxSize), new SpecValue.Int(8), "Integers 0 .. values - 1; answers reach two further."),
        new Field("max_distinct", "MaxDistinct", new IntType(1, Limits.MaxSize), new SpecValue.Int(5), "Half of the inputs are redrawn while they have more distinct values."),
        new Field("placeholders", "Placeholders", new IntType(0, 4096), new SpecValue.Int(1), "Tokens 0 before the input, which virtual tokens replace."),
        new Field("held_out", "HeldOut", new NumberType(0, 0.9), new SpecValue.Number(0.25), "Share of the inputs, by their hash, that only evaluation sees."),
        new Field("test_sequences", "TestSequences", new IntType(1, Limits.MaxSize), new SpecValue.Int(3200), "Sequences of the evaluation.")));

    public static readonly Variant Associations = new("associations", "Random strings of tokens, each with a random label: how much a prompt can store.", new Section(
        Namespace + "AssociationsOptions",
        new Field("sequences", "Sequences", new IntType(1, Limits.MaxSize), new SpecValue.Int(64), "Strings with a label."),
        new Field("length", "Length", new IntType(1, 4096), new SpecValue.Int(4), "Tokens per string."),
        new Field("labels", "Labels", new IntType(2, Limits.MaxSize), new SpecValue.Int(8), "Labels, the first tokens of the vocabulary; an answer is chosen among them.")));

    public static readonly CallType Table = new(
        Namespace + "TableContent",
        new CallFunction("random", Namespace + "RandomTable", "answers drawn evenly from the seed"),
        new CallFunction("enumerated", Namespace + "EnumeratedTable", "the seed is the table's number in lexicographic order"),
        new CallFunction("sentence", Namespace + "SentenceTable", "\"I love transformers!\" in printable ASCII, of a table without inputs"));

    public static readonly Variant LookupTable = new("lookup_table", "A table from strings of symbols to strings of symbols, for a backbone of construct: lookup.", new Section(
        Namespace + "LookupTableOptions",
        new Field("table", "Table", Table, Table.Of("random"), "What the table holds.")));

    public static readonly Variant Custom = new("custom", "A C# class of the project makes the data.", new Section(
        Namespace + "CustomTaskOptions",
        new Field("type", "", new TypeNameType(), null, "Full name of a class derived from DslExperiments.Tasks.CustomTask.") { IsSweepable = false },
        new Field("sequences", "Sequences", new IntType(1, Limits.MaxSize), new SpecValue.Int(4), "Number of sequences."),
        new Field("length", "Length", new IntType(1, Limits.MaxSize), new SpecValue.Int(2), "Tokens per sequence.")));

    /// <summary>All families.</summary>
    public static readonly Variant[] All =
    {
        SharedTokenPair,
        TeacherPrompt,
        DistinctQueries,
        CommonTarget,
        HeadUpdate,
        SphereRegression,
        IntegerSequences,
        Associations,
        LookupTable,
        TextTasks.Classification,
        TextTasks.TextToText,
        TextTasks.QuestionAnswering,
        TextTasks.MultipleChoice,
        TextTasks.LanguageModelling,
        Custom,
    };

    /// <summary>True for tokens of a vocabulary; the other families' sequences are vectors.</summary>
    public static bool IsOfTokens(Variant family) => family.Name is "integer_sequences" or "associations" or "lookup_table" || TextTasks.Has(family);

    /// <summary>True when every step draws its own sequences.</summary>
    public static bool Streams(Variant family) => family.Name == "integer_sequences" || TextTasks.Has(family);
}
