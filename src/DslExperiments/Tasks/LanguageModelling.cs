using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Text;
using DslExperiments.Text.Data;
using DslExperiments.Text.Tokenizers;

namespace DslExperiments.Tasks;

/// <summary>
/// Running text, every token given after those before it. Joined, all texts are one stream, each ended by the token for
/// it: training reads windows at random places, drawn anew in every step, and evaluation reads the stream once, window
/// after window. A limit is on windows side by side, which training then reads in epochs. Otherwise every text is a sequence.
/// </summary>
public sealed class LanguageModelling : TextTask
{
    private readonly LanguageModellingOptions options;
    private readonly Dictionary<TextSplit, int[]> streams = [];
    private readonly Dictionary<TextSplit, int[]> windows = [];

    /// <summary>Reads and tokenises the files.</summary>
    /// <exception cref="ExperimentUsageException">The files are not as they should be.</exception>
    public LanguageModelling(
        LanguageModellingOptions options, Transformer backbone, IReadOnlyList<int> seeds, SpecFiles files, TextTokenizer tokenizer)
        : base(options, backbone, seeds, files, new Encoder(options, new TextForm(backbone.Options, tokenizer)))
    {
        this.options = options;
        CheckContext("task.length", options.Length);
        if (!backbone.Options.Causal || Form.HasDecoder)
        {
            throw new ExperimentUsageException("task: language modelling needs a causal backbone without a decoder; set backbone.causal: true.");
        }

        if (!options.Joined)
        {
            return;
        }

        foreach (var split in HasTransfer ? [TextSplit.Train, TextSplit.Eval, TextSplit.Transfer] : (TextSplit[])[TextSplit.Train, TextSplit.Eval])
        {
            streams[split] = [.. Rows(split).SelectMany(static row => row.Input)];
            int least = split == TextSplit.Train ? options.Length : 1;
            if (streams[split].Length < least + Behind)
            {
                throw new ExperimentUsageException(
                    $"task.{SpecText.Of(split)}: the file has {SpecText.Of(streams[split].Length)} tokens, fewer than a window of task.length {SpecText.Of(options.Length)} needs.");
            }

            int all = (streams[split].Length - Behind + options.Length - 1) / options.Length;
            windows[split] = RowSample.Of(all, split == TextSplit.Train ? options.Limit : options.EvalLimit, options.SampleSeed, SpecText.Of(split));
        }
    }

    /// <inheritdoc/>
    public override bool HasInstruction => false;

    /// <summary>Tokens of a window's front that cannot be given: the first one, unless a token for the beginning stands before it.</summary>
    private int Behind => Form.Tokenizer.BosId is null ? 1 : 0;

    /// <inheritdoc/>
    public override int SequencesIn(TextSplit split) => options.Joined ? windows[split].Length : Rows(split).Count;

    /// <inheritdoc/>
    public override TextSequence SequenceOf(TextSplit split, int index) => options.Joined
        ? Window(streams[split], windows[split][index] * options.Length)
        : Sequence(Rows(split)[index].Input);

    /// <inheritdoc/>
    private protected override IEnumerable<TextSequence> SequencesOf(Batch batch, int seed)
    {
        if (!options.Joined || batch.Step < 0 || options.Limit > 0)
        {
            return base.SequencesOf(batch, seed);
        }

        int[] stream = streams[TextSplit.Train];
        var random = new RandomNumbers(Seeds.Derive(seed, $"data/step/{batch.Step}"));
        var drawn = new TextSequence[batch.Size == 0 ? SequencesIn(TextSplit.Train) : batch.Size];
        for (int i = 0; i < drawn.Length; i++)
        {
            drawn[i] = Window(stream, random.Below(stream.Length - Behind - options.Length + 1));
        }

        return drawn;
    }

    private protected override IEnumerable<int> ExampleOf(TokenizedRow row) => row.Input;

    /// <summary>Gives the tokens from a place on, T of them or as many as there are.</summary>
    private TextSequence Window(int[] stream, int first) =>
        Sequence(stream.AsSpan(first, Math.Min(options.Length + Behind, stream.Length - first)));

    /// <summary>Gives every token after those before it.</summary>
    private TextSequence Sequence(ReadOnlySpan<int> tokens)
    {
        int[] front = Form.Tokenizer.BosId is { } bos ? [bos] : [];
        var reads = new int[tokens.Length - Behind];
        for (int i = 0; i < reads.Length; i++)
        {
            reads[i] = i;
        }

        return new TextSequence([.. front, .. tokens[..^1]], reads, [.. tokens[Behind..]]);
    }

    private sealed class Encoder(LanguageModellingOptions options, TextForm form) : TextEncoder(options, form)
    {
        public override bool Whole => options.Joined;

        public override bool LimitsRows => !options.Joined;

        protected override IEnumerable<string> Settings => [options.Text, options.Template, options.Joined ? "joined" : SpecText.Of(options.Length)];

        /// <summary>The text's tokens and the one that ends it, without the one that begins it.</summary>
        protected override Func<TextRow, TokenizedRow?> On(TextTable table)
        {
            var textOf = new TextTemplate("task.template", options.Template)
                .On(table, ("text", table.IsPlain ? TextTable.OnlyColumn : options.Text));
            return row =>
            {
                if (textOf(row) is not { } text)
                {
                    return null;
                }

                int[] end = Form.Tokenizer.EosId is { } eos ? [eos] : [];
                var tokens = Form.Tokenizer.Encode(text).Concat(end);
                int least = Form.Tokenizer.BosId is null ? 2 : 1;
                int[] kept = options.Joined ? [.. tokens] : [.. tokens.Take(options.Length)];
                if (!options.Joined && kept.Length < least)
                {
                    table.Errors.Add(row.Line, $"the text has {SpecText.Of(kept.Length)} tokens; at least {SpecText.Of(least)} are needed");
                }

                return new TokenizedRow(row.Line, kept, [], []);
            };
        }
    }
}
