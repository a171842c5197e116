using System.Collections.Concurrent;
using DslExperiments.Backbones;
using DslExperiments.Checkpoints;
using DslExperiments.Cohorts;
using DslExperiments.Tasks;
using DslExperiments.Text;
using DslExperiments.Text.Data;
using DslExperiments.Text.Tokenizers;
using TorchSharp;

namespace DslExperiments.Hosting;

/// <summary>What cohorts of a run read from files: checkpoints, tokenizers, texts.</summary>
/// <param name="files">The files that the spec names.</param>
internal sealed class CohortSources(SpecFiles files)
{
    private readonly ConcurrentDictionary<(TokenizerSource Source, string Weights), Lazy<TextTokenizer?>> _tokenizers = new();

    /// <summary>The files that the spec names.</summary>
    public SpecFiles Files { get; } = files;

    /// <summary>A planned cohort with all that it reads.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="session">The run around it.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="pretrained">What its pretraining left, or null.</param>
    /// <exception cref="ExperimentUsageException">A file is missing or damaged, or does not fit the backbone.</exception>
    public Cohort Cohort(CohortPlan plan, ICohortSession session, torch.Device device, BackboneWeights? pretrained)
    {
        var backbone = plan.Designs[0].Backbone;
        return new Cohort(plan, session, device)
        {
            Pretrained = pretrained ?? CheckpointOf(backbone),
            Files = Files,
            Tokenizer = TokenizerOf(backbone)!,
        };
    }

    /// <summary>
    /// Reads the texts of arms whose backbone is yet to be pretrained, so that what is wrong with a file costs no
    /// pretraining. What was read is kept for the cohorts.
    /// </summary>
    /// <exception cref="ExperimentUsageException">A file is not as it should be.</exception>
    public void ReadTexts(IEnumerable<ArmDesign> designs)
    {
        foreach (var (backbone, task) in designs
            .Where(static design => design is { Pretrain: not null, Task: TextTaskOptions })
            .Select(static design => (design.Backbone, Task: (TextTaskOptions)design.Task))
            .Distinct())
        {
            using var scope = torch.NewDisposeScope();
            int[] seeds = [Math.Max(0, backbone.Seed)];
            var network = backbone.DecoderDepth > 0 ? new EncoderDecoder(backbone, seeds, torch.CPU) : new Transformer(backbone, seeds, torch.CPU);
            TextTasks.Create(task, network, seeds, Files, TokenizerOf(backbone)!);
        }
    }

    /// <summary>What makes a backbone's tokens of texts; null when its tokens are numbers.</summary>
    /// <exception cref="ExperimentUsageException">It makes more tokens than the embedding has rows.</exception>
    public TextTokenizer? TokenizerOf(TransformerOptions backbone)
    {
        var tokenizer = _tokenizers.GetOrAdd((backbone.Tokenizer, backbone.Weights), key => new(() => Open(key.Source, key.Weights))).Value;
        return tokenizer is null || tokenizer.VocabularySize <= backbone.Vocabulary
            ? tokenizer
            : throw new ExperimentUsageException(
                $"backbone.vocabulary is {SpecText.Of(backbone.Vocabulary)}, but the tokenizer makes {SpecText.Of(tokenizer.VocabularySize)} tokens; the embedding needs a row for each.");
    }

    /// <summary>The weights of the checkpoint that a backbone names; null when a seed draws them.</summary>
    public BackboneWeights? CheckpointOf(TransformerOptions backbone)
    {
        if (backbone.Weights.Length == 0)
        {
            return null;
        }

        var checkpoint = Checkpoint.Open(Files.Find("backbone.weights", backbone.Weights));
        checkpoint.AssertFits(backbone);
        return checkpoint.Weights;
    }

    private TextTokenizer? Open(TokenizerSource source, string weights) => source switch
    {
        ByteTokens => TokenizerFiles.Bytes(),
        WordTokens words => WordTokenizer.Train(Utf8Lines.Of(Files.Find("backbone.tokenizer", words.Corpus)), words.Size),
        TokenizerFile file => TokenizerFiles.Open(Files.Find("backbone.tokenizer", file.Path)),
        _ when weights.Length > 0 => TokenizerFiles.Open(Files.Find("backbone.weights", weights)),
        _ => null,
    };
}
