using DslExperiments.Backbones;
using DslExperiments.Text;
using DslExperiments.Text.Tokenizers;

namespace DslExperiments.Tasks;

/// <summary>An input and an output text. An output is right when it is the wanted one, spaces around it left out.</summary>
public sealed class TextToText : GenerationTask
{
    /// <summary>Reads and tokenises the files.</summary>
    /// <exception cref="Hosting.ExperimentUsageException">The files are not as they should be.</exception>
    public TextToText(TextToTextOptions options, Transformer backbone, IReadOnlyList<int> seeds, SpecFiles files, TextTokenizer tokenizer)
        : base(options, options.MaxOutput, backbone, seeds, files, new AnswerEncoder(
            options, new TextForm(backbone.Options, tokenizer), options.Template, options.Output, options.MaxOutput, ("input", options.Input)))
    {
    }

    /// <inheritdoc/>
    public override bool IsAnswer(string given, string wanted) => given.Trim() == wanted;
}
