namespace DslExperiments.Tasks;

/// <summary>
/// Options that tasks on text files share. Paths are relative to the spec; the format follows from the ending: .tsv, .csv,
/// .jsonl, or .txt with a text per line. Columns are names, or numbers from 1 on without a header.
/// </summary>
public abstract record TextTaskOptions : TaskOptions
{
    /// <inheritdoc/>
    public sealed override int Sequences { get; init; }

    /// <summary>True: every step reads the next rows of an epoch's order.</summary>
    public sealed override bool Streams => true;

    /// <summary>The file to train on.</summary>
    public string Train { get; init; } = "";

    /// <summary>The file to evaluate on.</summary>
    public string Eval { get; init; } = "";

    /// <summary>A file of another domain that is evaluated only (<c>transfer.…</c> metrics); empty for none.</summary>
    public string Transfer { get; init; } = "";

    /// <summary>True when the first line of .tsv and .csv names the columns.</summary>
    public bool Header { get; init; } = true;

    /// <summary>A column that parts the evaluation into groups (gap metrics); empty for none.</summary>
    public string Group { get; init; } = "";

    /// <summary>Most rows, or windows of joined texts, to train on, drawn by <see cref="SampleSeed"/>; 0 for all.</summary>
    public int Limit { get; init; }

    /// <summary>Most rows, or windows of joined texts, to evaluate on, drawn by <see cref="SampleSeed"/>; 0 for all.</summary>
    public int EvalLimit { get; init; }

    /// <summary>Draws the rows of the limits: the same for every arm and seed.</summary>
    public int SampleSeed { get; init; }

    /// <summary>Most tokens of an input, T; the end of a longer one is left out, but not what its template has after the last column.</summary>
    public int MaxLength { get; init; } = 128;
}

/// <summary><c>family: text_classification</c>: a text, and one of a few labels to be given for it.</summary>
public sealed record TextClassificationOptions : TextTaskOptions
{
    /// <summary>The column of the text.</summary>
    public string Text { get; init; } = "text";

    /// <summary>The column of the label.</summary>
    public string Label { get; init; } = "label";

    /// <summary>What is read of a row; <c>{column}</c> stands for its columns, <c>{text}</c> also for the text's.</summary>
    public string Template { get; init; } = "{text}";

    /// <summary>The labels in the files; the order is that of classes.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Per label the text whose first token is the answer; none for the labels themselves.</summary>
    public IReadOnlyList<string> Verbalizers { get; init; } = [];

    /// <summary>How an answer is given.</summary>
    public AnswerForm Answer { get; init; } = AnswerForm.Verbalizer;

    /// <inheritdoc/>
    public bool Equals(TextClassificationOptions? other) =>
        base.Equals(other) && Text == other.Text && Label == other.Label && Template == other.Template
        && Labels.SequenceEqual(other.Labels) && Verbalizers.SequenceEqual(other.Verbalizers) && Answer == other.Answer;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Text, Label, Template, Labels.Count, Answer);
}

/// <summary>How a classification's answer is given.</summary>
public enum AnswerForm
{
    /// <summary>The most likely of the labels' first tokens after the text; the loss is their cross-entropy.</summary>
    Verbalizer,

    /// <summary>The largest output of a trained linear layer on the last token (P-Tuning v2), part of every arm's adapter.</summary>
    Head,
}

/// <summary><c>family: text_to_text</c>: an input and an output text; evaluation decodes greedily.</summary>
public sealed record TextToTextOptions : TextTaskOptions
{
    /// <summary>The column of the input.</summary>
    public string Input { get; init; } = "input";

    /// <summary>The column of the output; in .jsonl a list holds several right ones, of which the first is trained.</summary>
    public string Output { get; init; } = "output";

    /// <summary>What is read of a row; <c>{column}</c> stands for its columns, <c>{input}</c> also for the input's.</summary>
    public string Template { get; init; } = "{input}";

    /// <summary>Most tokens of an output.</summary>
    public int MaxOutput { get; init; } = 32;
}

/// <summary><c>family: question_answering</c>: a question on a passage, answered by a span of it (exact match and F1 as SQuAD's).</summary>
public sealed record QuestionAnsweringOptions : TextTaskOptions
{
    /// <summary>The column of the question.</summary>
    public string Question { get; init; } = "question";

    /// <summary>The column of the passage.</summary>
    public string Passage { get; init; } = "context";

    /// <summary>The column of the answer; in .jsonl a list holds several right ones, of which the first is trained.</summary>
    public string Output { get; init; } = "answer";

    /// <summary>What is read of a row.</summary>
    public string Template { get; init; } = "question: {question} context: {context} answer:";

    /// <summary>Most tokens of an answer.</summary>
    public int MaxOutput { get; init; } = 32;
}

/// <summary><c>family: multiple_choice</c>: a text and several continuations, of which one is right; the likeliest is chosen.</summary>
public sealed record MultipleChoiceOptions : TextTaskOptions
{
    /// <summary>The columns of the choices.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The column that holds the right choice: its number from 1 on, its column's name, or its text.</summary>
    public string Label { get; init; } = "label";

    /// <summary>What is read of a row before the choice.</summary>
    public string Template { get; init; } = "{text}";

    /// <summary>True for the mean log-likelihood per token of a choice in place of the sum.</summary>
    public bool Normalize { get; init; } = true;

    /// <inheritdoc/>
    public bool Equals(MultipleChoiceOptions? other) =>
        base.Equals(other) && Choices.SequenceEqual(other.Choices) && Label == other.Label && Template == other.Template
        && Normalize == other.Normalize;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(base.GetHashCode(), Choices.Count, Label, Template, Normalize);
}

/// <summary><c>family: language_modelling</c>: running text, every token given after those before it.</summary>
public sealed record LanguageModellingOptions : TextTaskOptions
{
    /// <summary>The column of the text; .txt files are read as a whole.</summary>
    public string Text { get; init; } = "text";

    /// <summary>What is read of a row; <c>{column}</c> stands for its columns, <c>{text}</c> also for the text's.</summary>
    public string Template { get; init; } = "{text}";

    /// <summary>Tokens per window, T.</summary>
    public int Length { get; init; } = 64;

    /// <summary>True: windows of T tokens of all texts joined; false: a window per text.</summary>
    public bool Joined { get; init; } = true;
}
