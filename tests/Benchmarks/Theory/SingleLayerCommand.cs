using System.CommandLine;
using System.Text.Json.Nodes;
using DslExperiments.Backbones;
using DslExperiments.Benchmarks.Timing;
using DslExperiments.Benchmarks.Twins;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Training;
using TorchSharp;

namespace DslExperiments.Benchmarks.Theory;

/// <summary>
/// <c>single-layer-limit</c>: arms of that spec against the same study in eager PyTorch, one thread each: some of them alone,
/// and the whole sweep in its cohorts.
/// </summary>
internal static class SingleLayerCommand
{
    private const string Script = "single_layer_limit.py";

    /// <summary>Steps whose losses are compared.</summary>
    private const int ComparedSteps = 20;

    /// <summary>Largest relative difference of losses, in double precision.</summary>
    private const double Tolerance = 1e-9;

    public static Command Create(Shared shared)
    {
        var command = new Command("single-layer-limit", "That study against the same in eager PyTorch; one thread.");
        command.SetAction(parsed =>
        {
            using var process = new TwinProcess(parsed.GetValue(shared.Python)!, Script, threads: 1);
            if (process.Missing() is { } reason)
            {
                Console.Error.WriteLine(reason);
                return Shared.NothingToCompare;
            }

            Measure(new Report("single-layer-limit"), process, parsed.GetValue(shared.Seconds), parsed.GetValue(shared.Repetitions));
            return 0;
        });
        return command;
    }

    private static void Measure(Report report, TwinProcess process, double seconds, int repetitions)
    {
        var sweep = TheorySweep.All("full", "single-layer-limit").Single();
        var designs = sweep.Designs.Where(design => design.Arm.Seed == 0).ToArray();
        var contestants = new List<Func<Sample>>();
        foreach (var design in designs)
        {
            AssertSame(process, design);
            var alone = sweep.Only(each => each == design);
            int ours = Rounds.StepsFor(seconds / 4, steps => alone.Train(steps, workers: 1).Wall / design.Training.Steps);
            int theirs = Rounds.StepsFor(seconds / 4, steps => TimeOf(process, design, steps).Wall);
            contestants.Add(() => alone.Train(ours, workers: 1) / design.Training.Steps);
            contestants.Add(() => TimeOf(process, design, theirs));
        }

        int together = Rounds.StepsFor(seconds, steps => sweep.Train(steps, workers: 1).Wall / designs[0].Training.Steps);
        contestants.Add(() => sweep.Train(together, workers: 1) / designs[0].Training.Steps / sweep.Arms);
        var medians = Rounds.Run(repetitions, contestants).Select(Sample.Median).ToArray();
        var sum = default(Sample);
        for (int arm = 0; arm < designs.Length; arm++)
        {
            var row = Report.Row($"{designs[arm].Arm.Label}, alone", medians[2 * arm]);
            row["eager"] = medians[(2 * arm) + 1].Against(medians[2 * arm]);
            row["our_share_of_its_time"] = Math.Round(medians[2 * arm].Cpu / medians[(2 * arm) + 1].Cpu, 3);
            report.Add(row);
            sum += medians[(2 * arm) + 1];
        }

        var all = Report.Row($"{sweep.Arms} arms in {sweep.Cohorts} cohorts, per arm", medians[^1]);
        all["eager"] = (sum / designs.Length).Against(medians[^1]);
        report.Add(all);
        report.Print();
    }

    private static Sample TimeOf(TwinProcess process, ArmDesign design, int steps)
    {
        var message = Message(design, steps + TimedSession.WarmUp);
        message["warm_up"] = TimedSession.WarmUp;
        return TwinProcess.TimeOf(process.Ask(message)) / steps;
    }

    /// <exception cref="InvalidOperationException">The losses differ.</exception>
    private static void AssertSame(TwinProcess process, ArmDesign design)
    {
        var message = Message(design, ComparedSteps);
        message["warm_up"] = 0;
        double[] theirs = TwinProcess.LossesOf(process.Ask(message))[0];
        var compared = design with { Training = design.Training with { Steps = ComparedSteps, MeasureEvery = 1 } };
        var cohort = Detached(compared);
        Prepare(cohort, (backbone, task, adapter) =>
        {
            foreach (var step in cohort.Steps(adapter, Optimizer.Create(cohort.Trainings, adapter)))
            {
                using var scope = torch.NewDisposeScope();
                step.Descend(task.Loss(backbone, adapter, step.Batch));
            }
        });
        double difference = theirs.Zip(cohort.Curve, (their, step) => Math.Abs(step.Losses[0] - their) / their).Max();
        if (!(difference <= Tolerance))
        {
            throw new InvalidOperationException($"{design.Arm.Label}: the losses of {ComparedSteps} steps differ by up to {difference:g3} of themselves; what would be timed is not the same.");
        }
    }

    /// <summary>Weights, start and data of an arm.</summary>
    private static JsonObject Message(ArmDesign design, int steps)
    {
        var message = new JsonObject { ["rate"] = design.Training.LearningRate, ["steps"] = steps };
        Prepare(Detached(design), (backbone, task, adapter) =>
        {
            var layer = backbone.Layers[0];
            message["weights"] = TwinTensor.Of(new Dictionary<string, torch.Tensor>
            {
                ["wq"] = layer[Projection.Q].Matrix[0],
                ["wk"] = layer[Projection.K].Matrix[0],
                ["wv"] = layer[Projection.V].Matrix[0],
                ["w1"] = layer[Projection.MlpIn].Matrix[0],
                ["b1"] = layer[Projection.MlpIn].Bias![0],
                ["w2"] = layer[Projection.MlpOut].Matrix[0],
                ["b2"] = layer[Projection.MlpOut].Bias![0],
            });
            message["start"] = TwinTensor.Of(adapter.Export(0).Select(tensor => KeyValuePair.Create(
                tensor.Key.Replace("layers.0.mlp_in.lora_A", "a1").Replace("layers.0.mlp_in.lora_B", "b1")
                    .Replace("layers.0.mlp_out.lora_A", "a2").Replace("layers.0.mlp_out.lora_B", "b2"),
                tensor.Value)));
            message["inputs"] = TwinTensor.Of(task.Content.Tokens[0]);
            message["targets"] = TwinTensor.Of(task.Targets[0].squeeze(1));
        });
        return message;
    }

    private static Cohort Detached(ArmDesign design) => new(new CohortPlan(0, [0], [design]), new DetachedSession(), torch.CPU);

    /// <summary>What the generated harness does before the first step.</summary>
    private static void Prepare(Cohort cohort, Action<Transformer, SharedTokenPair, Adapter> then)
    {
        using var scope = torch.NewDisposeScope();
        var backbone = new Transformer(cohort.Backbone, cohort.Seeds, cohort.Device);
        var task = new SharedTokenPair((SharedTokenPairOptions)cohort.Task, backbone, cohort.Seeds);
        then(backbone, task, cohort.Designs[0].Method is PromptOptions
            ? new SoftPrompt(cohort.Options<PromptOptions>(), backbone, cohort.AdapterSeeds, task)
            : new Lora(cohort.Options<LoraOptions>(), backbone, cohort.AdapterSeeds, task));
    }
}
