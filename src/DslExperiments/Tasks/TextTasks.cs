using DslExperiments.Backbones;
using DslExperiments.Text;
using DslExperiments.Text.Tokenizers;

namespace DslExperiments.Tasks;

/// <summary>The families on text files by their options, for whoever does not know them at compile time.</summary>
internal static class TextTasks
{
    /// <summary>Reads and tokenises a task's files.</summary>
    /// <exception cref="Hosting.ExperimentUsageException">Files, labels or columns are not as they should be.</exception>
    public static TextTask Create(TextTaskOptions options, Transformer backbone, IReadOnlyList<int> seeds, SpecFiles files, TextTokenizer tokenizer) => options switch
    {
        TextClassificationOptions task => new TextClassification(task, backbone, seeds, files, tokenizer),
        TextToTextOptions task => new TextToText(task, backbone, seeds, files, tokenizer),
        QuestionAnsweringOptions task => new QuestionAnswering(task, backbone, seeds, files, tokenizer),
        MultipleChoiceOptions task => new MultipleChoice(task, backbone, seeds, files, tokenizer),
        LanguageModellingOptions task => new LanguageModelling(task, backbone, seeds, files, tokenizer),
        _ => throw new NotSupportedException($"No class is known for {options.GetType().Name}."),
    };
}
