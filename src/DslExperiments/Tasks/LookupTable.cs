using System.Numerics;
using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Constructions;
using DslExperiments.Hosting;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>
/// A table from strings of symbols to strings of symbols, in the shape of its backbone's <see cref="LookupNetwork"/>. Every
/// entry is a sequence: the question, or one token 0 when there is none, then the answer without its last symbol, which is
/// never read (Petrov, Torr, Bibi 2024).
/// </summary>
public sealed class LookupTable : TokenTask
{
    private const string Sentence = "I love transformers!";
    private readonly TableContent content;
    private readonly LookupNetwork network;

    /// <summary>Makes the table of every seed.</summary>
    /// <exception cref="ArgumentException">The backbone is no <see cref="LookupNetwork"/>, or cannot hold the table.</exception>
    public LookupTable(LookupTableOptions options, Transformer backbone, IReadOnlyList<int> seeds)
        : base(backbone, placeholders: 0)
    {
        TaskSeeds.Check(backbone, seeds);
        network = backbone.Options.Construct as LookupNetwork
            ?? throw new ArgumentException("A lookup table needs a backbone of construct: lookup.", nameof(backbone));
        content = options.Table;

        int questions = (int)Math.Pow(network.Symbols, network.Inputs), first = Math.Max(network.Inputs, 1) - 1;
        int[] reads = [.. Enumerable.Range(first, network.Answers)];
        var tables = backbone.Groups.Seeds.Distinct().ToDictionary(seed => seed, TableOf);
        var ids = backbone.Groups.Seeds.SelectMany(seed => Enumerable.Range(0, questions).SelectMany(q => (long[])[.. Question(q), .. Answer(seed, q).SkipLast(1)]));
        var answers = backbone.Groups.Seeds.SelectMany(seed => Enumerable.Range(0, questions).SelectMany(q => Answer(seed, q)));
        var tokens = tensor(ids.ToArray(), [backbone.Groups.Count, questions, first + network.Answers], int64, backbone.Device);
        Test = new TokenData(tokens, reads, tensor(answers.ToArray(), [backbone.Groups.Count, questions, network.Answers], int64, backbone.Device))
        {
            Content = backbone.Embed(tokens, 0, reads),
        };

        IEnumerable<long> Answer(int seed, int question) => tables[seed].Skip(question * network.Answers).Take(network.Answers).Select(symbol => (long)symbol);

        long[] Question(int number) => network.Inputs switch
        {
            0 => [0],
            1 => [number],
            _ => [number / network.Symbols, number % network.Symbols],
        };
    }

    /// <inheritdoc/>
    public override TokenData Test { get; }

    /// <inheritdoc/>
    public override TokenData Train(Batch batch) => batch.IsAll
        ? Test
        : new TokenData(batch.Select(Test.Ids), Test.Reads, batch.Select(Test.Targets));

    /// <inheritdoc/>
    public override Tensor WrittenPrompt(int seed) => new LookupWeights(network).Prompt(TableOf(seed));

    /// <summary>The table of a seed: the answers of all questions in lexicographic order, V^inputs · answers symbols.</summary>
    public int[] TableOf(int seed)
    {
        int size = (int)Math.Pow(network.Symbols, network.Inputs) * network.Answers;
        return content switch
        {
            RandomTable => Random(seed, size),
            EnumeratedTable => Enumerated(seed, size),
            SentenceTable when network.Inputs == 0 && network.Answers == Sentence.Length && network.Symbols > Sentence.Max(Symbol) =>
                [.. Sentence.Select(Symbol)],
            SentenceTable => throw new ExperimentUsageException(
                $"task.table sentence needs backbone.construct lookup(symbols, 0, {Sentence.Length}) of at least {Sentence.Max(Symbol) + 1} symbols, not {network}."),
            _ => throw new NotSupportedException($"No table is defined for {content}."),
        };
    }

    /// <summary>Printable ASCII, the space first.</summary>
    private static int Symbol(char letter) => letter - ' ';

    private int[] Random(int seed, int size)
    {
        var random = new RandomNumbers(Seeds.Derive(seed, "data/table"));
        var table = new int[size];
        foreach (ref int symbol in table.AsSpan())
        {
            symbol = random.Below(network.Symbols);
        }

        return table;
    }

    /// <summary>The digits of the seed to base V, the last one least; seeds beyond the last table begin again.</summary>
    private int[] Enumerated(int seed, int size)
    {
        var table = new int[size];
        BigInteger rest = seed;
        for (int place = size - 1; place >= 0; place--)
        {
            table[place] = (int)(((rest % network.Symbols) + network.Symbols) % network.Symbols);
            rest = (rest - table[place]) / network.Symbols;
        }

        return table;
    }
}
