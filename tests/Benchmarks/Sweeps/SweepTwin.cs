using System.Text.Json.Nodes;
using DslExperiments.Backbones;
using DslExperiments.Benchmarks.Timing;
using DslExperiments.Benchmarks.Twins;

namespace DslExperiments.Benchmarks.Sweeps;

/// <summary>The arms of a cell in PyTorch: same weights, starts and data.</summary>
internal sealed class SweepTwin(IReadOnlyList<TwinProcess> processes)
{
    /// <summary>The script.</summary>
    public const string Script = "transformer.py";

    /// <summary>Hands a cell over.</summary>
    public void Load(Cell cell)
    {
        string message = Message(cell).ToJsonString();
        foreach (var process in processes)
        {
            process.Ask(message);
        }
    }

    /// <summary>Losses before each step, [arm][step], of the first process.</summary>
    /// <param name="arms">The arms.</param>
    /// <param name="steps">Updates.</param>
    /// <param name="stacked">Arms at a time; 0 for one by one, unstacked.</param>
    /// <param name="vmap">True to stack by functorch.vmap instead of by hand.</param>
    public double[][] Losses(IReadOnlyList<int> arms, int steps, int stacked, bool vmap = false) =>
        TwinProcess.LossesOf(processes[0].Ask(Message(arms, steps, warmUp: 0, stacked, vmap)));

    /// <summary>Time per step of one arm, the arms dealt out to the processes, which run side by side.</summary>
    /// <param name="arms">The arms.</param>
    /// <param name="steps">Steps that are timed.</param>
    /// <param name="stacked">Arms at a time; 0 for one by one, unstacked.</param>
    /// <param name="vmap">True to stack by functorch.vmap instead of by hand.</param>
    public Sample Train(IReadOnlyList<int> arms, int steps, int stacked, bool vmap = false)
    {
        var shares = processes.Select((_, index) => arms.Where((_, arm) => arm % processes.Count == index).ToArray()).ToArray();
        var answers = new Sample[processes.Count];
        Parallel.For(0, processes.Count, new ParallelOptions { MaxDegreeOfParallelism = processes.Count }, index =>
            answers[index] = TwinProcess.TimeOf(processes[index].Ask(Message(shares[index], steps + TimedSession.WarmUp, TimedSession.WarmUp, stacked, vmap))));
        return new Sample(answers.Max(answer => answer.Wall), answers.Sum(answer => answer.Cpu)) / (steps * arms.Count);
    }

    /// <summary>Everything that a cell is made of.</summary>
    private static JsonObject Message(Cell cell)
    {
        var designs = cell.Designs(steps: 1);
        int[] seeds = [.. designs.Select(design => design.Arm.Seed).Distinct()];
        var arms = new JsonObject[designs.Length];
        SortedDictionary<int, JsonObject> weights = [], data = [];
        SweepRuntime.Look(cell, (cohort, backbone, task, adapter) =>
        {
            for (int lane = 0; lane < cohort.Count; lane++)
            {
                var design = cohort.Designs[lane];
                int seed = design.Arm.Seed, group = backbone.Groups.GroupOf(lane);
                arms[cohort.Plan.Arms[lane]] = new JsonObject
                {
                    ["seed"] = Array.IndexOf(seeds, seed),
                    ["rate"] = design.Training.LearningRate,
                    ["start"] = TwinTensor.Of(adapter.Export(lane)),
                };
                if (!data.ContainsKey(seed))
                {
                    data[seed] = new JsonObject { ["inputs"] = TwinTensor.Of(task.Inputs[group]), ["targets"] = TwinTensor.Of(task.Targets[group]) };
                }

                int owner = backbone.SharesWeights ? 0 : seed;
                if (!weights.ContainsKey(owner))
                {
                    weights[owner] = WeightsOf(backbone, backbone.SharesWeights ? 0 : group);
                }
            }
        });
        return new JsonObject
        {
            ["do"] = "load",
            ["shape"] = ShapeOf(cell),
            ["weights"] = new JsonArray([.. weights.Values]),
            ["arms"] = new JsonArray([.. arms]),
            ["data"] = new JsonArray([.. data.Values]),
        };
    }

    private static JsonObject Message(IEnumerable<int> arms, int steps, int warmUp, int stacked, bool vmap) => new()
    {
        ["do"] = "train",
        ["arms"] = new JsonArray([.. arms.Select(arm => JsonValue.Create(arm))]),
        ["steps"] = steps,
        ["warm_up"] = warmUp,
        ["stacked"] = stacked,
        ["vmap"] = vmap,
    };

    private static JsonObject ShapeOf(Cell cell) => new()
    {
        ["depth"] = cell.Depth,
        ["width"] = cell.Width,
        ["heads"] = cell.Backbone.Heads,
        ["causal"] = cell.Causal,
        ["reads"] = cell.Reads,
        ["lean"] = cell.Lean,
    };

    private static JsonObject WeightsOf(Transformer backbone, int group)
    {
        var all = new JsonObject();
        for (int layer = 0; layer < backbone.Layers.Count; layer++)
        {
            foreach (var projection in backbone.Layers[layer].Projections)
            {
                all[WeightNames.Matrix(layer, projection)] = TwinTensor.Of(backbone.Layers[layer][projection].Matrix[group]);
            }
        }

        return all;
    }
}
