using DslExperiments.Backbones;
using DslExperiments.Checkpoints;
using DslExperiments.Text.Tokenizers;

namespace DslExperiments.Hosting;

/// <summary>What continues texts: a frozen backbone and what makes its tokens.</summary>
/// <param name="Options">The backbone's shape.</param>
/// <param name="Weights">Its weights; null where a seed draws them.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Tokenizer">Makes tokens.</param>
internal sealed record TextModel(TransformerOptions Options, BackboneWeights? Weights, int Seed, TextTokenizer Tokenizer)
{
    /// <summary>A checkpoint's.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="tokenizer">The tokenizer's folder or file; null for the checkpoint's.</param>
    /// <exception cref="ExperimentUsageException">It cannot be used, or the tokenizer is of another model.</exception>
    public static TextModel OfCheckpoint(string folder, string? tokenizer)
    {
        var checkpoint = Checkpoint.Open(folder);
        return new TextModel(checkpoint.Options, checkpoint.Weights, 0, TokenizerFiles.Open(tokenizer ?? folder)).Fitting(folder);
    }

    /// <summary>The network; belongs to the caller's dispose scope.</summary>
    public Transformer Load(string device) => Options.DecoderDepth > 0
        ? new EncoderDecoder(Options, [Seed], Devices.Open(device), Weights)
        : new Transformer(Options, [Seed], Devices.Open(device), Weights);

    /// <summary>The same, once it is known that every token has an embedding.</summary>
    /// <exception cref="ExperimentUsageException">The tokenizer makes more tokens.</exception>
    public TextModel Fitting(string folder) => Tokenizer.VocabularySize <= Options.Vocabulary
        ? this
        : throw new ExperimentUsageException(
            $"The tokenizer has {SpecText.Of(Tokenizer.VocabularySize)} tokens, but the backbone of '{folder}' has embeddings for {SpecText.Of(Options.Vocabulary)}; give its own with --tokenizer.");
}
