using System.Text.Json.Nodes;
using DslExperiments.Backbones;
using DslExperiments.Benchmarks.Timing;
using DslExperiments.Benchmarks.Twins;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Training;

namespace DslExperiments.Benchmarks.Theory;

/// <summary>An arm of the theory suite as sketches.py trains it: the same shapes, other numbers.</summary>
internal static class Sketch
{
    /// <summary>The script.</summary>
    public const string Script = "sketches.py";

    /// <summary>Everything that a step's time depends on, so that equal arms are timed once.</summary>
    public static string Of(ArmDesign design) => new JsonObject
    {
        ["backbone"] = Backbone(design.Backbone),
        ["method"] = Method(design.Method, design.Backbone),
        ["task"] = Task(design),
        ["training"] = new JsonObject
        {
            ["optimizer"] = design.Training.Optimizer == OptimizerKind.AdamW ? "adamw" : "adam",
            ["rate"] = 1e-3,
            ["weight_decay"] = design.Training.WeightDecay,
            ["clip"] = design.Training.Clip,
            ["scheduled"] = design.Training.Schedule is not ConstantSchedule,
        },
    }.ToJsonString();

    /// <summary>Time per step, of as many arms as there are processes, side by side.</summary>
    public static Sample Train(IReadOnlyList<TwinProcess> processes, string sketch, int steps)
    {
        var message = JsonNode.Parse(sketch)!.AsObject();
        message["steps"] = steps;
        message["warm_up"] = TimedSession.WarmUp;
        string text = message.ToJsonString();
        var answers = new Sample[processes.Count];
        Parallel.For(0, processes.Count, new ParallelOptions { MaxDegreeOfParallelism = processes.Count }, index =>
            answers[index] = TwinProcess.TimeOf(processes[index].Ask(text)));
        return new Sample(answers.Max(answer => answer.Wall), answers.Sum(answer => answer.Cpu)) / (steps * processes.Count);
    }

    private static JsonObject Backbone(TransformerOptions backbone) => new()
    {
        ["depth"] = backbone.Depth,
        ["width"] = backbone.Width,
        ["heads"] = backbone.Heads,
        ["scaled"] = backbone.Attention.Scale == AttentionScale.InverseSqrt,
        ["output"] = backbone.Attention.Output,
        ["hidden"] = backbone.Mlp.Hidden,
        ["activation"] = SpecText.Of(backbone.Mlp.Activation),
        ["bias"] = backbone.Mlp.Bias,
        ["norm"] = SpecText.Of(backbone.Norm),
        ["causal"] = backbone.Causal,
        ["positions"] = backbone.Positions == Positions.Learned,
        ["vocabulary"] = backbone.Vocabulary,
        ["dtype"] = SpecText.Of(backbone.Dtype),
    };

    private static JsonObject Method(MethodOptions method, TransformerOptions backbone) => method switch
    {
        PromptOptions prompt => new() { ["kind"] = "prompt", ["size"] = prompt.Length, ["norm_cap"] = prompt.NormCap },
        PrefixOptions prefix => new()
        {
            ["kind"] = "prefix",
            ["size"] = prefix.Length,
            ["rows"] = prefix.Form == PrefixForm.BlockInput,
            ["norm_cap"] = prefix.NormCap,
            ["key_cap"] = prefix.KeyCap,
            ["value_cap"] = prefix.ValueCap,
        },
        LoraOptions lora => new()
        {
            ["kind"] = "lora",
            ["size"] = lora.Rank,
            ["on"] = new JsonArray([.. Projections.Expand(lora.On, backbone).Select(projection => JsonValue.Create(Projections.NameOf(projection)))]),
        },
        FullOptions => new() { ["kind"] = "full" },
        _ => throw new NotSupportedException($"There is no sketch of {method.GetType().Name}."),
    };

    private static JsonObject Task(ArmDesign design)
    {
        var (tokens, reads) = design.Task switch
        {
            SharedTokenPairOptions task => (task.Length, 1),
            TeacherPromptOptions task => (task.Length, 1),
            DistinctQueriesOptions task => (task.Length, 1),
            CommonTargetOptions task => (task.Length, task.Length),
            HeadUpdateOptions { Update: QueryUpdate } => (3, 1),
            HeadUpdateOptions => (1, 1),
            SphereRegressionOptions => (1, 1),
            AssociationsOptions task => (task.Length, 1),
            IntegerSequencesOptions task => ((2 * task.Length) - 1, task.Length),
            _ => throw new NotSupportedException($"There is no sketch of {design.Task.GetType().Name}."),
        };
        int sequences = design.Training.Batch > 0 ? design.Training.Batch : design.Task.Sequences;
        return new JsonObject { ["sequences"] = sequences, ["tokens"] = tokens, ["reads"] = reads };
    }
}
