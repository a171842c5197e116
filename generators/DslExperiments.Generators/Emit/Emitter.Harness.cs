using DslExperiments.Specs;

namespace DslExperiments.Generators.Emit;

/// <summary>The training script of one cohort: backbone, task, method, optimiser, loop.</summary>
internal sealed partial class Emitter
{
    private void EmitHarness()
    {
        const string torch = "global::TorchSharp.torch";
        writer.Heading("Harness");
        writer.Open($$"""
            /// <summary>Trains one cohort: arms that share backbone shape, task and steps, stacked along a leading axis A.</summary>
            /// <param name="cohort">The arms and what they share.</param>
            protected override void Train({{Runtime.Cohorts}}Cohort cohort)
            """);
        writer.Lines($"""
            using var scope = {torch}.NewDisposeScope();

            {BackboneComment()}
            var backbone = new {HarnessTypes.Backbone(Full.Backbone.CSharpType)}(cohort.Backbone, cohort.Seeds, cohort.Device{(Full.Pretrain is null && !MayHaveWeights ? "" : ", cohort.Pretrained")});

            {TaskComment()}
            var task = {NewTask()};

            // Method: what is trained, stacked [A, ...]; shorter prompts and lower ranks are padded and masked.
            """);
        EmitAdapter();
        writer.Lines($$"""

            // Training: every arm has its own learning rate, schedule, clipping and optimiser state.
            var optimizer = {{Runtime.Training}}Optimizer.Create(cohort.Trainings, adapter);
            var trained = new {{Runtime.Metrics}}TrainedCohort(cohort, backbone, task, adapter);

            foreach (var step in cohort.Steps(trained, optimizer, MetricList))
            {
                using var stepScope = {{torch}}.NewDisposeScope();
                var losses = task.Loss(backbone, adapter, step.Batch);   // [A]
                step.Descend(losses);
                OnStep(step);
            }

            cohort.Finish(trained, MetricList);
            """);
        writer.Close();
        EmitPretrain(torch);
        writer.Lines($$"""

            /// <summary>Called after every update; for the other part of the class.</summary>
            /// <param name="step">The update: its number, batch and losses.</param>
            partial void OnStep({{Runtime.Cohorts}}TrainingStep step);

            /// <summary>Called once per arm, when its results are known; for the other part of the class.</summary>
            /// <param name="result">The arm and what was measured on it.</param>
            partial void OnArmFinished({{Runtime.Results}}ArmResult<Arm, Metrics> result);

            /// <inheritdoc/>
            protected override void ArmFinished({{Runtime.Results}}ArmResult<Arm, Metrics> result) => OnArmFinished(result);
            """);
    }

    /// <summary>True for a backbone whose weights a checkpoint can give.</summary>
    private bool MayHaveWeights => Full.Backbone.Values.Any(value => value.Key == "weights");

    private string TaskComment() => HarnessTypes.ReadsTexts(Full.Task.CSharpType)
        ? "// Task: texts as tokens [A, B, T], and the tokens or the label that the loss asks for."
        : "// Task: sequences [A, N, T, D] and targets of the tokens that the loss reads.";

    private string BackboneComment() => Full.Backbone.Values.Any(field => field is { Key: "weights", IsDefault: false })
        ? $"// Backbone: {(Full.Pretrain is null ? "frozen" : "trained further and frozen")}; the checkpoint's weights, one copy for all arms."
        : Full.Pretrain is null
        ? "// Backbone: frozen; one draw per seed, stacked where seeds differ."
        : "// Backbone: pretrained once per seed and frozen; stacked where seeds differ.";

    /// <summary>The training script of the backbone itself.</summary>
    private void EmitPretrain(string torch)
    {
        if (Full.Pretrain is not PretrainSpec stage)
        {
            return;
        }

        string full = Runtime.MethodsNamespace + "FullOptions";
        writer.Blank();
        writer.Open($$"""
            /// <summary>Trains the backbone of one seed, all of its weights, before it is frozen.</summary>
            /// <param name="cohort">One arm: the seed.</param>
            protected override void Pretrain({{Runtime.Cohorts}}Cohort cohort)
            """);
        writer.Lines($$"""
            using var scope = {{torch}}.NewDisposeScope();

            var backbone = new {{HarnessTypes.Backbone(Full.Backbone.CSharpType)}}(cohort.Backbone, cohort.Seeds, cohort.Device{{(MayHaveWeights ? ", cohort.Pretrained" : "")}});
            var task = new {{HarnessTypes.Task(stage.Task.CSharpType)}}(({{stage.Task.CSharpType}})cohort.Task, backbone, cohort.Seeds{{Texts(stage.Task)}});
            var weights = new {{HarnessTypes.Adapter(full)}}(cohort.Options<{{full}}>(), backbone, cohort.Seeds);
            var optimizer = {{Runtime.Training}}Optimizer.Create(cohort.Trainings, weights);

            foreach (var step in cohort.Steps(weights, optimizer))
            {
                using var stepScope = {{torch}}.NewDisposeScope();
                step.Descend(task.Loss(backbone, weights, step.Batch));
            }

            cohort.Keep(weights);
            """);
        writer.Close();
    }

    private string NewTask()
    {
        string options = $"({Full.Task.CSharpType})cohort.Task";
        return spec.CustomTask is CustomTaskSpec custom
            ? $"new {Runtime.Tasks}CustomTaskFamily({options}, new global::{custom.TypeName}(), backbone, cohort.Seeds)"
            : $"new {HarnessTypes.Task(Full.Task.CSharpType)}({options}, backbone, cohort.Seeds{Texts(Full.Task)})";
    }

    private static string Texts(OptionsSpec task) => HarnessTypes.ReadsTexts(task.CSharpType) ? ", cohort.Files, cohort.Tokenizer" : "";

    private void EmitAdapter()
    {
        writer.Open($"{Runtime.MethodsNamespace}Adapter adapter = cohort.Method switch");
        foreach ((MethodNames method, MethodSettingsSpec settings) in MethodSettings(Full))
        {
            string options = settings.Options.CSharpType;
            writer.Lines($"{Literal.Of(method.Spec.Name)} => new {HarnessTypes.Adapter(options)}(cohort.Options<{options}>(), backbone, cohort.AdapterSeeds{(HarnessTypes.ReadsTask(options, Full.Task.CSharpType) ? ", task" : "")}),");
        }

        writer.Lines($"_ => {Runtime.Unreachable},");
        writer.Close("};");
    }
}
