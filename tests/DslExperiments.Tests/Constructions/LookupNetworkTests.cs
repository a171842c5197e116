using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Constructions;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Constructions;

/// <summary>Tables written into virtual tokens (Petrov, Torr, Bibi 2024, constructions a to d): exact, or refused.</summary>
public class LookupNetworkTests
{
    private static readonly int[] Seeds = [.. Enumerable.Range(0, 10)];

    public static TheoryData<int, int, int, Precision> Networks => new()
    {
        { 94, 0, 20, Precision.Float64 },
        { 94, 0, 20, Precision.Float32 },
        { 2, 0, 1, Precision.Float32 },
        { 256, 0, 7, Precision.Float32 },
        { 94, 1, 1, Precision.Float64 },
        { 94, 1, 1, Precision.Float32 },
        { 256, 1, 1, Precision.Float32 },
        { 94, 1, 10, Precision.Float64 },
        { 5, 1, 40, Precision.Float32 },
        { 2, 1, 30, Precision.Float64 },
        { 2, 2, 1, Precision.Float64 },
        { 3, 2, 1, Precision.Float64 },
        { 10, 2, 1, Precision.Float64 },
        { 11, 2, 1, Precision.Float64 },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_entry_of_random_tables_is_right(int symbols, int inputs, int answers, Precision dtype)
    {
        using var scope = NewDisposeScope();
        var (_, task, prompt) = Make(new(symbols, inputs, answers), new RandomTable(), Seeds, dtype);
        Assert.Equal([Seeds.Length, (long)Math.Pow(symbols, inputs), answers], task.Test.Targets.shape);
        Assert.True(task.IsRight(prompt, task.Test).all().item<bool>());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(11)]
    public void Digits_at_the_edges_are_right(int symbols)
    {
        // Tails of nothing but 0 or V - 1 come closest to the steps.
        using var scope = NewDisposeScope();
        var network = new LookupNetwork(symbols, 2, 1);
        var (backbone, task, _) = Make(network, new RandomTable(), [0]);
        var random = new Random(1);
        for (int repeat = 0; repeat < 24; repeat++)
        {
            int[] table = [.. Enumerable.Range(0, symbols * symbols).Select(entry => (repeat % 4) switch
            {
                0 => random.Next(2) * (symbols - 1),
                1 => entry % 2 == repeat / 4 % 2 ? 0 : symbols - 1,
                2 => entry % symbols < repeat % symbols ? symbols - 1 : 0,
                _ => random.Next(symbols - 2, symbols),
            })];
            Assert.Equal(table, Decode(backbone, task, new FixedPrompt(backbone, [new LookupWeights(network).Prompt(table)])));
        }
    }

    [Theory]
    [InlineData(94, 0, 20)]
    [InlineData(94, 1, 10)]
    [InlineData(10, 2, 1)]
    public void Decoding_symbol_by_symbol_gives_the_whole_answers(int symbols, int inputs, int answers)
    {
        using var scope = NewDisposeScope();
        var (backbone, task, prompt) = Make(new(symbols, inputs, answers), new RandomTable(), [7]);
        Assert.Equal(task.TableOf(7), Decode(backbone, task, prompt));
    }

    [Fact]
    public void The_sentence_is_written_out()
    {
        using var scope = NewDisposeScope();
        var (backbone, task, prompt) = Make(new(94, 0, 20), new SentenceTable(), [0]);
        Assert.Equal("I love transformers!", string.Concat(Decode(backbone, task, prompt).Select(symbol => (char)(symbol + ' '))));
        Assert.Throws<ExperimentUsageException>(() => Make(new(94, 0, 19), new SentenceTable(), [0]));
        Assert.Throws<ExperimentUsageException>(() => Make(new(86, 0, 20), new SentenceTable(), [0]));
        Assert.Throws<ExperimentUsageException>(() => Make(new(94, 1, 20), new SentenceTable(), [0]));
    }

    [Theory]
    [InlineData(3, 27)]
    [InlineData(4, 256)]
    public void Seeds_go_through_all_functions_and_each_is_computed(int grid, int functions)
    {
        using var scope = NewDisposeScope();
        var (_, task, prompt) = Make(new(grid, 1, 1), new EnumeratedTable(), [.. Enumerable.Range(0, functions)]);
        Assert.True(task.IsRight(prompt, task.Test).all().item<bool>());
        string[] tables = [.. Enumerable.Range(0, functions).Select(seed => string.Join(',', task.TableOf(seed)))];
        Assert.Equal(functions, tables.Distinct().Count());
        Assert.Equal(tables.Order(StringComparer.Ordinal), tables);
        Assert.Equal(task.TableOf(5), task.TableOf(functions + 5));
        Assert.Equal(task.TableOf(functions - 1), task.TableOf(-1));
    }

    [Fact]
    public void Enumerated_tables_may_be_more_than_there_are_seeds()
    {
        using var scope = NewDisposeScope();
        var (_, task, _) = Make(new(94, 1, 10), new EnumeratedTable(), [int.MaxValue]);
        long number = task.TableOf(int.MaxValue).Aggregate(0L, (sum, digit) => (sum * 94) + digit);
        Assert.Equal(int.MaxValue, number);
    }

    [Fact]
    public void Exchanged_memories_give_exchanged_symbols_and_exchanged_tokens_change_nothing()
    {
        using var scope = NewDisposeScope();
        var network = new LookupNetwork(20, 1, 6);
        var (backbone, task, _) = Make(network, new RandomTable(), [3]);
        int[] table = task.TableOf(3);
        var rows = new LookupWeights(network).Prompt(table);
        var exchanged = rows.index_select(0, tensor(new long[] { 0, 4, 2, 3, 1, 5 }));
        Assert.Equal(table, Decode(backbone, task, new FixedPrompt(backbone, [exchanged])));

        // Slots stay, memories change places.
        var mixed = cat([exchanged.narrow(1, 0, 20), rows.narrow(1, 20, rows.shape[1] - 20)], 1);
        int[] wrong = Decode(backbone, task, new FixedPrompt(backbone, [mixed]));
        int[] place = [0, 4, 2, 3, 1, 5];
        Assert.Equal(Enumerable.Range(0, table.Length).Select(entry => table[(entry / 6 * 6) + place[entry % 6]]), wrong);
        Assert.False(task.IsRight(new FixedPrompt(backbone, [mixed]), task.Test).all().item<bool>());
    }

    [Fact]
    public void A_table_is_in_the_prompt_alone()
    {
        using var scope = NewDisposeScope();
        var (backbone, task, prompt) = Make(new(94, 1, 1), new RandomTable(), [0, 1]);
        var other = new FixedPrompt(backbone, [task.WrittenPrompt(1), task.WrittenPrompt(0)]);
        Assert.True(task.IsRight(prompt, task.Test).all().item<bool>());
        Assert.InRange(task.IsRight(other, task.Test).to(float64).mean().item<double>(), 0, 0.1);
        Assert.InRange(task.IsRight(new Unadapted(backbone), task.Test).to(float64).mean().item<double>(), 0, 0.1);
    }

    [Theory]
    [InlineData(12, 2, 1)]
    [InlineData(4, 2, 2)]
    [InlineData(1, 1, 1)]
    [InlineData(4, 3, 1)]
    [InlineData(4, 1, 0)]
    public void What_cannot_be_exact_is_refused(int symbols, int inputs, int answers) =>
        Assert.Throws<ArgumentException>(() => new LookupLayout(new(symbols, inputs, answers)));

    [Fact]
    public void Another_shape_is_refused()
    {
        var shape = ConstructedWeights.Shape(new() { Construct = new LookupNetwork(4, 2, 1) });
        Assert.Equal(Precision.Float64, shape.Dtype);
        foreach (var wrong in (TransformerOptions[])[
            shape with { Dtype = Precision.Float32 }, shape with { Width = shape.Width + 2 }, shape with { Depth = 1 },
            shape with { Norm = Norm.Pre }, shape with { Causal = false }, shape with { Mlp = shape.Mlp with { Activation = Activation.Gelu } }])
        {
            Assert.Throws<ArgumentException>(() => new Transformer(wrong, [0], CPU));
        }
    }

    [Fact]
    public void A_table_needs_its_network()
    {
        using var scope = NewDisposeScope();
        var shape = ConstructedWeights.Shape(new() { Construct = new LookupNetwork(4, 1, 1) });
        var drawn = new Transformer(shape with { Construct = new NoConstruction() }, [0], CPU);
        Assert.Throws<ArgumentException>(() => new LookupTable(new(), drawn, [0]));
    }

    [Fact]
    public void Digits_stay_clear_of_the_steps()
    {
        // B w_i - d_i lies between a and 1 - a whatever the digits.
        var random = new Random(2);
        for (int repeat = 0; repeat < 2000; repeat++)
        {
            int symbols = 2 + (repeat % (LookupLayout.MostSymbolsOfPairs - 1));
            int[] digits = [.. Enumerable.Range(0, symbols).Select(_ => repeat % 3 == 0 ? random.Next(2) * (symbols - 1) : random.Next(symbols))];
            double a = LookupDigits.Margin(symbols), number = LookupDigits.Encode(digits);
            foreach (int digit in digits)
            {
                double tail = (number * LookupDigits.Base(symbols)) - digit;
                Assert.InRange(tail, 0.75 * a, 1 - (0.75 * a));
                number = tail - a;
            }
        }
    }

    internal static (Transformer Backbone, LookupTable Task, FixedPrompt Prompt) Make(
        LookupNetwork network, TableContent table, IReadOnlyList<int> seeds, Precision dtype = Precision.Float64)
    {
        var backbone = new Transformer(ConstructedWeights.Shape(new() { Construct = network, Dtype = dtype }), seeds, CPU);
        var task = new LookupTable(new() { Table = table }, backbone, seeds);
        return (backbone, task, new FixedPrompt(backbone, [.. seeds.Select(task.WrittenPrompt)]));
    }

    /// <summary>Greedy decoding of one seed's questions, each symbol put behind those before it: all answers in order.</summary>
    private static int[] Decode(Transformer backbone, LookupTable task, Adapter prompt)
    {
        using var frozen = no_grad();
        int first = task.Test.Reads[0], answers = task.Test.Reads.Count;
        var ids = task.Test.Ids.narrow(2, 0, first + 1);
        for (int i = 0; i < answers; i++)
        {
            var logits = backbone.Logits(backbone.Embed(ids, 0, [first + i]), prompt, Batch.All);
            ids = cat([ids, logits.argmax(-1)], 2);
        }

        return [.. ids.narrow(2, first + 1, answers).contiguous().data<long>().ToArray().Select(symbol => (int)symbol)];
    }
}
