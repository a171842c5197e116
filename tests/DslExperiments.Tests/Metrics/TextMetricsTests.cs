using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Metrics;
using DslExperiments.Tasks;
using DslExperiments.Tests.Cohorts;
using DslExperiments.Tests.Hosting;
using DslExperiments.Tests.Text;
using DslExperiments.Text;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Metrics;

/// <summary>Metrics of arms that were trained on texts.</summary>
public sealed class TextMetricsTests : IDisposable
{
    private static readonly TransformerOptions Shape = new()
    {
        Width = 8, Heads = 2, Causal = true, Vocabulary = 259, Positions = Positions.Rotary, Mlp = new() { Hidden = 8 }, Dtype = Precision.Float64,
        Init = new BackboneInit { Embedding = new Normal(1) },
    };

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Metrics_of_a_classification_are_those_of_every_row_alone()
    {
        File.WriteAllText(folder["train.tsv"], "text\tlabel\tkind\nfine\tp\tx\nawful\tn\ty\ngood\tp\ty\nbad\tn\tx\nso so\tn\tx\nok\tp\tx\n");
        File.WriteAllText(folder["other.tsv"], "text\tlabel\tkind\nsweet\tp\tx\nsour\tn\ty\nsalty\tn\ty\n");
        var options = new TextClassificationOptions { Train = "train.tsv", Eval = "train.tsv", Transfer = "other.tsv", Labels = ["n", "p"], Group = "kind" };
        using var scope = NewDisposeScope();
        var outcome = Train(
            options, [1, 2, 3], (backbone, seeds) => new TextClassification(options, backbone, seeds, new SpecFiles(folder.Location), new TestBytes()),
            [
                new Accuracy(), new MacroF1(), new MajorityAccuracy(), new EnsembleAccuracy(), new EvalLoss(), new TrainLoss(), new TransferAccuracy(),
                new TransferLoss(), new TransferMacroF1(), new AccuracyGap(), new ParityGap(), new OddsGap(), new Energy(), new Co2(), new ExactMatch(), new Perplexity(),
            ],
            out var trained);
        var task = (TextClassification)trained.Task;
        int[] right = [1, 0, 1, 0, 0, 1];
        var votes = new int[6];
        for (int arm = 0; arm < 3; arm++)
        {
            var scores = task.Rows(TextSplit.Eval).Select(row =>
            {
                long[] ids = [.. row.Input.Select(id => (long)id)];
                var content = trained.Backbone.Embed(tensor(ids, [1, 1, ids.Length], int64).expand(3, 1, ids.Length), 0, [ids.Length - 1]);
                return trained.Backbone.Logits(content, trained.Adapter, Batch.All)[arm, 0, 0][tensor(new long[] { 'n', 'p' }, int64)].log_softmax(0).data<double>().ToArray();
            }).ToArray();
            int[] given = [.. scores.Select(score => score[1] > score[0] ? 1 : 0)];
            for (int row = 0; row < 6; row++)
            {
                votes[row] += given[row];
            }

            var values = outcome.Arms[arm].Metrics;
            Assert.Equal(given.Zip(right).Count(pair => pair.First == pair.Second) / 6.0, values[0], 1e-12);
            Assert.Equal(0.5, values[2]);
            Assert.Equal(-scores.Select((score, row) => score[right[row]]).Average(), values[4], 1e-9);
            Assert.Equal(values[4], values[5], 1e-9);
            Assert.InRange(values[6], 0, 1);
            Assert.True(double.IsFinite(values[7]));
            Assert.All(values.Take(12), value => Assert.False(double.IsNaN(value)));
            Assert.True(values[12] > 0);
            Assert.Equal(values[12] / 1000 * 400, values[13], 1e-12);
            Assert.True(double.IsNaN(values[14]));
            Assert.Equal(Math.Exp(values[4]), values[15], 1e-9);
        }

        double ensemble = votes.Zip(right).Count(pair => (pair.First >= 2 ? 1 : 0) == pair.Second) / 6.0;
        Assert.All(outcome.Arms, arm => Assert.Equal(ensemble, arm.Metrics[3], 1e-12));
    }

    [Fact]
    public void Metrics_of_generated_texts_take_the_nearest_right_one()
    {
        File.WriteAllText(folder["train.jsonl"], """
            {"question": "a?", "context": "b x y", "answer": ["x", "y"]}
            {"question": "c?", "context": "d z", "answer": "z"}
            """);
        var options = new QuestionAnsweringOptions { Train = "train.jsonl", Eval = "train.jsonl", Transfer = "train.jsonl", MaxOutput = 3 };
        using var scope = NewDisposeScope();
        var outcome = Train(
            options, [1, 2], (backbone, seeds) => new QuestionAnswering(options, backbone, seeds, new SpecFiles(folder.Location), new TestBytes()),
            [new ExactMatch(), new TokenF1(), new RougeL(), new TransferExactMatch(), new TransferTokenF1(), new EvalLoss(), new TransferLoss(), new Accuracy()],
            out var trained);
        var task = (QuestionAnswering)trained.Task;
        Assert.Equal(["x", "y"], task.Rows(TextSplit.Eval)[0].References);
        foreach (var arm in outcome.Arms)
        {
            Assert.Equal(arm.Metrics[0], arm.Metrics[3]);
            Assert.Equal(arm.Metrics[1], arm.Metrics[4]);
            Assert.Equal(arm.Metrics[5], arm.Metrics[6]);
            Assert.All(arm.Metrics.Take(5), value => Assert.InRange(value, 0, 1));
            Assert.True(double.IsNaN(arm.Metrics[7]));
        }

        // Scores of given texts, whatever the arm gives.
        Assert.Equal(0.5, Score((_, _, wanted) => wanted == "y" ? 1 : 0));
        Assert.Equal(1, Score((one, _, wanted) => one.IsAnswer("The " + wanted.ToUpperInvariant() + ".", wanted) ? 1 : 0));

        double Score(Func<GenerationTask, string, string, double> score) => trained.Texts.OfTexts(TextSplit.Eval, score)[0];
    }

    [Fact]
    public void Training_on_texts_lowers_their_loss()
    {
        File.WriteAllText(folder["train.txt"], string.Concat(Enumerable.Repeat("abc", 40)));
        var options = new LanguageModellingOptions { Train = "train.txt", Eval = "train.txt", Length = 8 };
        using var scope = NewDisposeScope();
        var outcome = Train(
            options, [1], (backbone, seeds) => new LanguageModelling(options, backbone, seeds, new SpecFiles(folder.Location), new TestBytes()),
            [new Perplexity(), new EvalLoss(), new TrainLoss()], out _, steps: 60);
        var values = outcome.Arms[0].Metrics;
        Assert.Equal(Math.Exp(values[1]), values[0], 1e-9);
        Assert.True(values[2] < outcome.Arms[0].Curve[0].Loss - 0.5);
    }

    private static CohortOutcome Train(
        TextTaskOptions options, int[] seeds, Func<Transformer, IReadOnlyList<int>, TextTask> make, IReadOnlyList<Metric> metrics,
        out TrainedCohort trained, int steps = 3)
    {
        var training = new TrainingOptions { Steps = steps, LearningRate = 0.1 };
        var cohort = new Cohort(
            Harness.PlanOf([.. seeds.Select(seed => Harness.Design(new PromptOptions { Length = 2 }, seed, Shape, options, training))]),
            new DetachedSession(), CPU);
        var backbone = new Transformer(cohort.Backbone, cohort.Seeds, CPU);
        var task = make(backbone, cohort.Seeds);
        var adapter = Harness.AdapterOf(cohort, backbone);
        var optimizer = Optimizer.Create(cohort.Trainings, adapter);
        foreach (var step in cohort.Steps(adapter, optimizer))
        {
            using var inner = NewDisposeScope();
            step.Descend(task.Loss(backbone, adapter, step.Batch));
        }

        trained = new TrainedCohort(cohort, backbone, task, adapter);
        cohort.Finish(trained, metrics);
        return cohort.Outcome!;
    }
}
