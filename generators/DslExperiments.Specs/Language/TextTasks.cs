namespace DslExperiments.Specs;

/// <summary>Families on text files: <c>task: { family: text_classification }</c> and its kin.</summary>
internal static class TextTasks
{
    private const string Namespace = "global::DslExperiments.Tasks.";
    private static readonly FieldType Path = new TextType(Limits.MaxText);
    private static readonly FieldType Column = new TextType(200);
    private static readonly ListType Texts = new(new TextType(200), "texts");

    private static readonly ChoiceType Answer = new(
        Namespace + "AnswerForm",
        new Word("verbalizer", "Verbalizer", "the likeliest of the labels' first tokens after the text"),
        new Word("head", "Head", "the largest output of a trained linear layer on the last token, part of every arm"));

    public static readonly Variant Classification = new("text_classification", "A text, and one of a few labels to be given for it.", new Section(
        Namespace + "TextClassificationOptions",
        Files(
            ColumnField("text", "Text", "text", "the text"),
            ColumnField("label", "Label", "label", "the label"),
            Template("{text}"),
            new Field("labels", "Labels", Texts, null, "The labels in the files; their order is that of classes.") { IsSweepable = false },
            new Field("verbalizers", "Verbalizers", Texts, Texts.Empty, "Per label the text whose first token is the answer; none for the labels themselves.") { IsSweepable = false },
            new Field("answer", "Answer", Answer, Answer.Of("verbalizer"), "How an answer is given."))));

    public static readonly Variant TextToText = new("text_to_text", "An input and an output text; evaluation decodes greedily.", new Section(
        Namespace + "TextToTextOptions",
        Files(
            ColumnField("input", "Input", "input", "the input"),
            ColumnField("output", "Output", "output", "the output; a list in .jsonl holds several right ones"),
            Template("{input}"),
            MaxOutput)));

    public static readonly Variant QuestionAnswering = new("question_answering", "A question on a passage, answered by a span of it.", new Section(
        Namespace + "QuestionAnsweringOptions",
        Files(
            ColumnField("question", "Question", "question", "the question"),
            ColumnField("passage", "Passage", "context", "the passage"),
            ColumnField("output", "Output", "answer", "the answer; a list in .jsonl holds several right ones"),
            Template("question: {question} context: {context} answer:"),
            MaxOutput)));

    public static readonly Variant MultipleChoice = new("multiple_choice", "A text and several continuations, of which one is right; the likeliest is chosen.", new Section(
        Namespace + "MultipleChoiceOptions",
        Files(
            new Field("choices", "Choices", Texts, null, "The columns of the choices.") { IsSweepable = false },
            ColumnField("label", "Label", "label", "the right choice: its number from 1 on, its column's name, or its text"),
            Template("{text}"),
            new Field("normalize", "Normalize", new BoolType(), new SpecValue.Bool(true), "True for the mean log-likelihood per token of a choice, false for the sum."))));

    public static readonly Variant LanguageModelling = new("language_modelling", "Running text, every token given after those before it.", new Section(
        Namespace + "LanguageModellingOptions",
        Files(
            ColumnField("text", "Text", "text", "the text; .txt files have none"),
            Template("{text}"),
            new Field("length", "Length", new IntType(2, Limits.MaxSize), new SpecValue.Int(64), "Tokens per window."),
            new Field("joined", "Joined", new BoolType(), new SpecValue.Bool(true), "True for windows of all texts joined, false for a window per text."))));

    /// <summary>All of them.</summary>
    public static readonly Variant[] All = { Classification, TextToText, QuestionAnswering, MultipleChoice, LanguageModelling };

    private static Field MaxOutput => new("max_output", "MaxOutput", new IntType(1, Limits.MaxSize), new SpecValue.Int(32), "Most tokens of an output.");

    /// <summary>True for a family on text files.</summary>
    public static bool Has(Variant family) => Array.IndexOf(All, family) >= 0;

    private static Field Template(string text) =>
        new("template", "Template", new TextType(Limits.MaxText), new SpecValue.Text(text), "What is read of a row; {column} stands for its columns.");

    private static Field ColumnField(string key, string member, string name, string what) =>
        new(key, member, Column, new SpecValue.Text(name), $"The column of {what}.") { IsSweepable = false };

    private static Field[] Files(params Field[] own) => new[]
    {
        new Field("train", "Train", Path, null, "The file to train on, relative to the spec: .tsv, .csv, .jsonl, or .txt with a text per line."),
        new Field("eval", "Eval", Path, null, "The file to evaluate on."),
        new Field("transfer", "Transfer", Path, new SpecValue.Text(""), "A file of another domain that is evaluated only, for transfer metrics."),
        new Field("header", "Header", new BoolType(), new SpecValue.Bool(true), "True when the first line of .tsv and .csv names the columns; without it they are 1, 2, …") { IsSweepable = false },
    }.Concat(own).Concat(new[]
    {
        new Field("group", "Group", Column, new SpecValue.Text(""), "A column that parts the evaluation into groups, for gap metrics.") { IsSweepable = false },
        new Field("limit", "Limit", new IntType(0, int.MaxValue), new SpecValue.Int(0), "Most rows to train on; 0 for all."),
        new Field("eval_limit", "EvalLimit", new IntType(0, int.MaxValue), new SpecValue.Int(0), "Most rows to evaluate on; 0 for all."),
        new Field("sample_seed", "SampleSeed", new IntType(0, int.MaxValue), new SpecValue.Int(0), "Draws the rows of the limits, the same for every arm."),
        new Field("max_length", "MaxLength", new IntType(1, Limits.MaxSize), new SpecValue.Int(128), "Most tokens of an input; the end of a longer one is left out."),
    }).ToArray();
}
