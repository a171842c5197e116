using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Tasks;

public class IntegerSequencesTests
{
    private static readonly TransformerOptions Shape = new()
    {
        Width = 8, Heads = 2, Causal = true, Vocabulary = 12, Context = 40, Positions = Positions.Learned, Mlp = new() { Hidden = 8 },
    };

    [Theory]
    [InlineData(SequenceFunction.Ascending, new[] { 1, 1, 3, 5, 7 })]
    [InlineData(SequenceFunction.Descending, new[] { 7, 5, 3, 1, 1 })]
    [InlineData(SequenceFunction.Add1, new[] { 6, 2, 8, 2, 4 })]
    [InlineData(SequenceFunction.Add2, new[] { 7, 3, 9, 3, 5 })]
    [InlineData(SequenceFunction.AscendingAdd1, new[] { 2, 2, 4, 6, 8 })]
    [InlineData(SequenceFunction.DoubleHist, new[] { 1, 2, 1, 2, 1 })]
    public void Answers_are_those_of_the_paper(SequenceFunction function, int[] answer) =>
        Assert.Equal(answer, IntegerSequences.Answer(function, [5, 1, 7, 1, 3]));

    [Fact]
    public void A_sequence_is_placeholders_input_and_answer_without_its_last_token()
    {
        using var scope = NewDisposeScope();
        var task = Make(new() { Function = SequenceFunction.Descending, Placeholders = 3, Length = 5, TestSequences = 50 });
        Assert.Equal([7, 8, 9, 10, 11], task.Test.Reads);
        foreach (var (ids, answer) in Rows(task.Test))
        {
            Assert.Equal(12, ids.Length);
            Assert.Equal([0, 0, 0], ids[..3]);
            Assert.Equal(ids[3..8].OrderDescending(), answer);
            Assert.Equal(answer[..4], ids[8..]);
        }
    }

    [Fact]
    public void Training_never_sees_what_evaluation_sees_whatever_the_seed()
    {
        using var scope = NewDisposeScope();
        var options = new IntegerSequencesOptions { Length = 3, Values = 5, TestSequences = 400 };
        var seen = new HashSet<string>();
        foreach (int seed in (int[])[0, 1])
        {
            var task = Make(options, seed);
            foreach (int step in Enumerable.Range(0, 20))
            {
                seen.UnionWith(Inputs(task.Train(Batch.Fresh(step, 40)), options));
            }
        }

        Assert.Empty(Inputs(Make(options, 7).Test, options).Intersect(seen));
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(0.6)]
    public void The_hash_holds_out_its_share(double share)
    {
        int held = 0, all = 0;
        for (int a = 0; a < 40; a++)
        {
            for (int b = 0; b < 40; b++)
            {
                held += IntegerSequences.IsHeldOut([a, b], share) ? 1 : 0;
                all++;
            }
        }

        // Four standard deviations of a binomial count.
        Assert.InRange((double)held / all, share - (4 * Math.Sqrt(share * (1 - share) / all)), share + (4 * Math.Sqrt(share * (1 - share) / all)));
    }

    [Fact]
    public void Half_of_the_inputs_have_few_distinct_values()
    {
        using var scope = NewDisposeScope();
        var options = new IntegerSequencesOptions { Length = 10, Values = 8, MaxDistinct = 2, TestSequences = 1000 };
        double few = Rows(Make(options).Test).Average(row => row.Ids[1..11].Distinct().Count() <= 2 ? 1.0 : 0);
        Assert.InRange(few, 0.44, 0.56);
    }

    [Fact]
    public void A_step_depends_on_seed_and_step_alone()
    {
        using var scope = NewDisposeScope();
        var options = new IntegerSequencesOptions { Function = SequenceFunction.Mixture, TestSequences = 10 };
        var (one, other) = (Make(options, 3), Make(options, 3));
        one.Train(Batch.Fresh(0, 16));
        Assert.Equal(Rows(one.Train(Batch.Fresh(5, 16))).Select(row => row.Ids), Rows(other.Train(Batch.Fresh(5, 16))).Select(row => row.Ids));
        Assert.NotEqual(Rows(one.Train(Batch.Fresh(6, 16))).Select(row => row.Ids), Rows(other.Train(Batch.Fresh(5, 16))).Select(row => row.Ids));
        Assert.NotEqual(Rows(Make(options, 4).Train(Batch.Fresh(5, 16))).Select(row => row.Ids), Rows(other.Train(Batch.Fresh(5, 16))).Select(row => row.Ids));
    }

    [Fact]
    public void All_functions_are_evaluated_on_the_same_inputs()
    {
        using var scope = NewDisposeScope();
        var task = Make(new() { Function = SequenceFunction.Mixture, TestSequences = 60 });
        var inputs = Rows(task.Test).Select(row => row.Ids[1..11]);
        Assert.Equal(inputs, Rows(task.TestOf(SequenceFunction.Add2)).Select(row => row.Ids[1..11]));
        Assert.All(Rows(task.TestOf(SequenceFunction.Add2)), row => Assert.Equal(row.Ids[1..11].Select(x => x + 2), row.Answer));
    }

    [Fact]
    public void Too_few_inputs_for_a_held_out_share_are_explained()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ExperimentUsageException>(() => Make(new() { Length = 1, Values = 2, HeldOut = 1e-9 }));
        Assert.Contains("none is held out", error.Message);
    }

    private static IntegerSequences Make(IntegerSequencesOptions options, int seed = 0) =>
        new(options, new Transformer(Shape, [seed], CPU), [seed]);

    private static IEnumerable<(long[] Ids, long[] Answer)> Rows(TokenData data) => Enumerable.Range(0, data.Sequences).Select(row =>
        (data.Ids[0, row].contiguous().data<long>().ToArray(), data.Targets[0, row].contiguous().data<long>().ToArray())).ToArray();

    private static IEnumerable<string> Inputs(TokenData data, IntegerSequencesOptions options) =>
        Rows(data).Select(row => string.Join(',', row.Ids[options.Placeholders..(options.Placeholders + options.Length)]));
}
