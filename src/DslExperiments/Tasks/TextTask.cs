using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Text;
using DslExperiments.Text.Data;
using DslExperiments.Text.Tokenizers;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>The files of a task on texts.</summary>
public enum TextSplit
{
    /// <summary>What is trained on.</summary>
    Train,

    /// <summary>What is evaluated on.</summary>
    Eval,

    /// <summary>What of another domain is evaluated on.</summary>
    Transfer,
}

/// <summary>Rows of text files. All seeds have the same rows and see them in orders of their own.</summary>
public abstract class TextTask : TokenTask
{
    /// <summary>Numbers of an activation that an evaluation has in memory at a time, for all arms.</summary>
    private const long MostNumbers = 1 << 24;

    private readonly Dictionary<TextSplit, TokenizedText> rows = [];
    private readonly Dictionary<int, (long Epoch, long[] Order)> orders = [];
    private string bound = "";
    private int longest;

    private protected TextTask(TextTaskOptions options, Transformer backbone, IReadOnlyList<int> seeds, SpecFiles files, TextEncoder encoder)
        : base(backbone, placeholders: 0)
    {
        TaskSeeds.Check(backbone, seeds);
        Form = encoder.Form;
        Files = files;
        Load(TextSplit.Train, options.Train, options.Limit);
        Load(TextSplit.Eval, options.Eval, options.EvalLimit);
        if (options.Transfer.Length > 0)
        {
            Load(TextSplit.Transfer, options.Transfer, options.EvalLimit);
        }

        void Load(TextSplit split, string name, int limit)
        {
            var word = SpecText.Of(split);
            if (name.Length == 0)
            {
                throw new ExperimentUsageException($"task.{word}: name a file.");
            }

            var path = files.Find($"task.{word}", name);
            var bytes = TextTable.BytesOf(path);
            bool grouped = split != TextSplit.Train && options.Group.Length > 0;
            var all = TokenizedCache.Get(
                path, bytes, encoder.Recipe(grouped), files.Runs is { } runs ? Path.Combine(runs, "tokenized") : null,
                () => encoder.Encode(TextTable.Parse(path, bytes, options.Header, encoder.Whole), grouped));
            CheckTokens(path, all);
            rows[split] = encoder.LimitsRows ? all.Take(RowSample.Of(all.Rows.Count, limit, options.SampleSeed, word)) : all;
        }
    }

    /// <summary>How texts become tokens.</summary>
    public TextForm Form { get; }

    /// <inheritdoc/>
    public override TextTokenizer Tokenizer => Form.Tokenizer;

    /// <inheritdoc/>
    public override SpecFiles Files { get; }

    /// <summary>True when there are rows of another domain.</summary>
    public bool HasTransfer => rows.ContainsKey(TextSplit.Transfer);

    /// <summary>All of the evaluation's rows as one batch, the same for every seed.</summary>
    public override TokenData Test => Together([.. Enumerable.Range(0, SequencesIn(TextSplit.Eval)).Select(row => SequenceOf(TextSplit.Eval, row))]);

    /// <summary>The rows of a file.</summary>
    public IReadOnlyList<TokenizedRow> Rows(TextSplit split) => rows[split].Rows;

    /// <inheritdoc/>
    /// <remarks>
    /// An epoch is a permutation that follows from seed and epoch alone; rows that do not fill a batch are left out of it.
    /// A batch of at least all rows, or of size 0, is all rows.
    /// </remarks>
    public override TokenData Train(Batch batch) =>
        Collate([.. Backbone.Groups.Seeds.Select(seed => SequencesOf(batch, seed).ToArray())]);

    /// <inheritdoc/>
    /// <remarks>Inputs, each with its answer, without what begins or ends a text.</remarks>
    public override IReadOnlyList<int> Examples(int seed, int count)
    {
        int[] drawn = RowSample.Of(Rows(TextSplit.Train).Count, count, seed, "examples");
        return [.. drawn.SelectMany(row => ExampleOf(Rows(TextSplit.Train)[row])).Where(token => token != Tokenizer.BosId && token != Tokenizer.EosId)];
    }

    /// <summary>The mean cross-entropy of a token that is to be given, in nats; one per arm.</summary>
    public virtual double[] LossOn(TextSplit split, Adapter adapter)
    {
        var sums = new double[adapter.Arms];
        double tokens = 0;
        foreach (int[] chunk in Chunks(Enumerable.Range(0, SequencesIn(split)), row => SizeOf(SequenceOf(split, row)), adapter.Arms))
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            TextSequence[] sequences = [.. chunk.Select(row => SequenceOf(split, row))];
            double[] measured = SumOfReads(adapter, Together(sequences)).sum(1).cpu().data<double>().ToArray();
            for (int arm = 0; arm < sums.Length; arm++)
            {
                sums[arm] += measured[arm];
            }

            tokens += sequences.Sum(static sequence => sequence.Targets.Length);
        }

        return [.. sums.Select(sum => sum / tokens)];
    }

    /// <summary>Sequences of a file: its rows, unless a family cuts them.</summary>
    public virtual int SequencesIn(TextSplit split) => Rows(split).Count;

    /// <summary>A sequence of a file and what is to be given for it.</summary>
    public abstract TextSequence SequenceOf(TextSplit split, int index);

    /// <summary>A row's tokens with those of its answer.</summary>
    private protected virtual IEnumerable<int> ExampleOf(TokenizedRow row) => [.. row.Input, .. row.Answers[0]];

    /// <summary>The sequences that a seed trains on in a step.</summary>
    private protected virtual IEnumerable<TextSequence> SequencesOf(Batch batch, int seed)
    {
        int all = SequencesIn(TextSplit.Train), size = batch.Size == 0 ? all : Math.Min(batch.Size, all);
        if (batch.Step < 0 || size == all)
        {
            return Enumerable.Range(0, all).Select(row => SequenceOf(TextSplit.Train, row));
        }

        int perEpoch = all / size;
        long epoch = batch.Step / perEpoch;
        if (!orders.TryGetValue(seed, out var known) || known.Epoch != epoch)
        {
            long[] order = [.. Enumerable.Range(0, all).Select(static row => (long)row)];
            BatchOrder.Shuffle(order, seed, epoch);
            orders[seed] = known = (epoch, order);
        }

        return known.Order.Skip(batch.Step % perEpoch * size).Take(size).Select(row => SequenceOf(TextSplit.Train, (int)row));
    }

    /// <summary>The same sequences for every seed.</summary>
    private protected TokenData Together(IReadOnlyList<TextSequence> sequences) => Collate([sequences]);

    /// <summary>The cross-entropy of all of a sequence's tokens that are to be given, in nats: [A, B] in 64 bits.</summary>
    private protected Tensor SumOfReads(Adapter adapter, TokenData data)
    {
        var each = CrossEntropy(adapter, data).to(float64);
        return (data.Weights is { } weights ? each * Backbone.Groups.PerArm(weights, adapter.Arms) : each).sum(-1);
    }

    /// <summary>Tokens and reads of a sequence.</summary>
    private protected static (int Length, int Reads) SizeOf(TextSequence sequence) => (sequence.Ids.Length, sequence.Reads.Length);

    /// <summary>Deals items out, those of about the same length together, into chunks that fit into memory.</summary>
    private protected IEnumerable<int[]> Chunks(IEnumerable<int> items, Func<int, (int Length, int Reads)> sizeOf, int arms)
    {
        var chunk = new List<int>();
        long width = Math.Max(Backbone.Options.Width, Backbone.Options.Mlp.Hidden), largest = 0;
        foreach (var (item, size) in items.Select(item => (item, Size: sizeOf(item))).OrderBy(static item => item.Size))
        {
            long own = Math.Max(size.Length * width, (long)size.Reads * Backbone.Options.Vocabulary);
            largest = Math.Max(largest, own);
            if (chunk.Count > 0 && (chunk.Count + 1) * arms * largest > MostNumbers)
            {
                yield return [.. chunk];
                chunk.Clear();
                largest = own;
            }

            chunk.Add(item);
        }

        if (chunk.Count > 0)
        {
            yield return [.. chunk];
        }
    }

    /// <summary>Sequences of every group, or of all of them, filled up at their ends to the longest.</summary>
    private TokenData Collate(IReadOnlyList<IReadOnlyList<TextSequence>> groups)
    {
        TextSequence[] all = [.. groups.SelectMany(static group => group)];
        int length = all.Max(static sequence => sequence.Ids.Length), reads = all.Max(static sequence => sequence.Reads.Length);
        var targets = Stacked(static sequence => sequence.Targets, reads, 0);
        var ids = Stacked(static sequence => sequence.Ids, length, Form.Pad);
        if (!Form.HasDecoder && all.All(sequence => sequence.Ids.Length == length && sequence.Reads.AsSpan().SequenceEqual(all[0].Reads)))
        {
            return new TokenData(ids, all[0].Reads, targets);
        }

        bool padded = all.Any(sequence => sequence.Ids.Length < length);
        return new TokenData(ids, [.. Enumerable.Range(0, reads)], targets)
        {
            // A read that fills up is another look at the last one.
            ReadsPerSequence = Stacked(static sequence => sequence.Reads, reads, null),
            Weights = all.All(sequence => sequence.Reads.Length == reads) ? null : Stacked(static sequence => [.. sequence.Reads.Select(static _ => 1)], reads, 0).to(Backbone.Dtype),
            Lengths = padded && !Backbone.Options.Causal ? Stacked(static sequence => [sequence.Ids.Length], 1, 0).squeeze(2) : null,
            DecoderIds = Form.HasDecoder ? Stacked(static sequence => sequence.DecoderIds!, all.Max(static sequence => sequence.DecoderIds!.Length), Form.Pad) : null,
        };

        Tensor Stacked(Func<TextSequence, int[]> part, int width, int? filler)
        {
            var numbers = new long[all.Length * width];
            for (int row = 0; row < all.Length; row++)
            {
                int[] own = part(all[row]);
                var place = numbers.AsSpan(row * width, width);
                for (int i = 0; i < width; i++)
                {
                    place[i] = i < own.Length ? own[i] : filler ?? own[^1];
                }
            }

            var stacked = tensor(numbers, [groups.Count, all.Length / groups.Count, width], int64).Upload(Backbone.Device);
            return groups.Count == Backbone.Groups.Count ? stacked : stacked.expand(Backbone.Groups.Count, -1, -1);
        }
    }

    /// <summary>Checks that sequences fit into the context; with virtual tokens they are checked again.</summary>
    /// <param name="key">The key that bounds them.</param>
    /// <param name="length">Tokens of the longest one.</param>
    /// <exception cref="ExperimentUsageException">They do not.</exception>
    private protected void CheckContext(string key, int length)
    {
        (bound, longest) = (key, length);
        if (Backbone.Options.Context > 0 && longest > Backbone.Options.Context)
        {
            throw new ExperimentUsageException(
                $"{key}: the longest sequence has {SpecText.Of(longest)} tokens with its answer, but backbone.context is {SpecText.Of(Backbone.Options.Context)}, of which virtual tokens may take some; set a smaller {key}.");
        }
    }

    /// <inheritdoc/>
    private protected override void CheckRoom(Adapter adapter)
    {
        if (Backbone.Options.Context > 0 && Backbone.Options.VirtualPositions == VirtualPositions.Counted
            && (adapter.Prompt?.Lengths ?? adapter.PrefixLengths)?.Max() is { } taken && longest + taken > Backbone.Options.Context)
        {
            throw new ExperimentUsageException(
                $"{bound}: the longest sequence has {SpecText.Of(longest)} tokens with its answer and {SpecText.Of(taken)} virtual ones before it, but backbone.context is {SpecText.Of(Backbone.Options.Context)}; set a smaller {bound}, or fewer virtual tokens.");
        }
    }

    /// <summary>Tokens of the longest input of all files and of so many after it.</summary>
    private protected int Longest(Func<TokenizedRow, int> after) => rows.Values.SelectMany(static text => text.Rows).Max(row => row.Input.Length + after(row));

    private void CheckTokens(string path, TokenizedText text)
    {
        var name = RowErrors.NameOf(path);
        int largest = text.Rows.Max(static row => Math.Max(row.Input.DefaultIfEmpty().Max(), row.Answers.SelectMany(static answer => answer).DefaultIfEmpty().Max()));
        if (largest >= Backbone.Options.Vocabulary)
        {
            throw new ExperimentUsageException(
                $"backbone.vocabulary: the tokenizer makes token {SpecText.Of(largest)} of {name}, but the vocabulary has {SpecText.Of(Backbone.Options.Vocabulary)} tokens.");
        }
    }
}
