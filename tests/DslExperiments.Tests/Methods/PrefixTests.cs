using System.Text.Json;
using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Results;
using DslExperiments.Tasks;
using DslExperiments.Training;
using DslExperiments.Tests.Cohorts;
using DslExperiments.Tests.Constructions;
using DslExperiments.Tests.Hosting;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Methods;

/// <summary>Prefixes beyond the plain definition, which ForwardEqualsReferenceTests compares.</summary>
public class PrefixTests
{
    private static TransformerOptions Deep { get; } = Harness.SingleLayer with { Depth = 3, Heads = 2, Norm = Norm.Pre };

    [Theory]
    [InlineData(PrefixForm.KeyValue)]
    [InlineData(PrefixForm.BlockInput)]
    public void Caps_hold_after_every_step(PrefixForm form)
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Deep, [0, 0], CPU);
        double[] caps = [0.7, 0];
        var adapter = new Prefix(
            [.. caps.Select(cap => new PrefixOptions { Length = 2, Form = form, NormCap = cap, KeyCap = cap, ValueCap = cap })], backbone, [0, 1]);
        Assert.True((adapter.Values == adapter.Initial).all().item<bool>());
        var training = new TrainingOptions { LearningRate = 0.1, Steps = 20 };
        var optimizer = Optimizer.Create([training, training], adapter);
        var content = new Content(new Normal(1).Draw([1, 3, 3, 10], 1), [2]);
        for (int step = 0; step < 20; step++)
        {
            Assert.All(adapter.Tensors, tensor => Assert.True(tensor.Of(0).square().sum(-1).sqrt().max().item<double>() <= 0.7 + 1e-12));
            Assert.All(adapter.Tensors, tensor => Assert.True(tensor.Of(1).square().sum(-1).sqrt().max().item<double>() > 0.7));
            adapter.Gradients.zero_();
            backbone.Forward(content, adapter, Batch.All).sin().sum().backward();
            optimizer.Step(step);
            using var frozen = no_grad();
            var before = adapter.Values.clone();
            adapter.Constrain();
            foreach (var tensor in adapter.Tensors)
            {
                // A row beyond its cap is shortened, every other one is left alone.
                var rows = tensor.In(before);
                var shortened = rows[0] * (0.7 / rows[0].square().sum(-1, keepdim: true).sqrt()).clamp(max: 1);
                Assert.InRange((tensor.Of(0) - shortened).abs().max().item<double>(), 0, 1e-15);
                Assert.True((tensor.Of(1) == rows[1]).all().item<bool>());
            }
        }
    }

    [Theory]
    [InlineData(PrefixForm.KeyValue)]
    [InlineData(PrefixForm.BlockInput)]
    public void A_cohort_ends_within_its_caps(PrefixForm form)
    {
        var options = new PrefixOptions { Length = 2, Form = form, NormCap = 0.5, KeyCap = 0.5, ValueCap = 0.5 };
        var arm = Harness.TrainTogether(Harness.Design(options, 0, training: new TrainingOptions { LearningRate = 0.3, Steps = 5 })).Arms[0];
        Assert.All(arm.Adapter.SelectMany(array => array.Values.Chunk(10)), row => Assert.InRange(Math.Sqrt(row.Sum(x => x * x)), 0, 0.5 + 1e-12));
    }

    [Fact]
    public void Relative_attention_of_the_first_layer_stays()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var backbone = new Transformer(Deep, [0], CPU);
        var content = new Content(new Normal(1).Draw([1, 3, 4, 10], 1), [3]);
        var prefix = new Prefix([new PrefixOptions { Length = 2 }], backbone, [5]);
        var seen = backbone.Attention(content, prefix, 0).narrow(4, 2, 4);
        var relative = seen / seen.sum(-1, keepdim: true);
        var difference = (relative - backbone.Attention(content, new Unadapted(backbone), 0)).abs().max().item<double>();
        Assert.True(difference < 1e-12, $"{difference}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Keys_and_values_add_their_own_mass_and_mixture(bool causal)
    {
        // One layer, nothing after the attention: x + (N_X + b) / (Z_X + a) per token (D1 of the fact sheet), a and b the same
        // for all sequences up to the query.
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var backbone = new Transformer(Harness.SingleLayer with { Causal = causal, Mlp = new MlpOptions { Hidden = 0 } }, [3], CPU);
        var tokens = new Normal(1).Draw([1, 2, 4, 10], 1);
        var prefix = new Prefix([new PrefixOptions { Length = 3 }], backbone, [3]);
        var (keys, values) = (prefix.Tensors[0].Of(0), prefix.Tensors[1].Of(0));
        int[] reads = [1, 3];
        var outputs = backbone.Forward(new Content(tokens, reads), prefix, Batch.All);
        var layer = backbone.Layers[0];
        for (int n = 0; n < 2; n++)
        {
            for (int read = 0; read < reads.Length; read++)
            {
                var x = tokens[0][n][reads[read]];
                var seen = tokens[0][n].narrow(0, 0, causal ? reads[read] + 1 : 4);
                var q = layer[Projection.Q].Matrix[0].matmul(x);
                var masses = seen.matmul(layer[Projection.K].Matrix[0].t()).matmul(q).exp();
                var mixture = masses.unsqueeze(0).matmul(seen.matmul(layer[Projection.V].Matrix[0].t()))[0];
                var own = keys.matmul(q).exp();
                var expected = x + ((mixture + own.unsqueeze(0).matmul(values)[0]) / (masses.sum() + own.sum()));
                Assert.InRange((outputs[0][n][read] - expected).abs().max().item<double>(), 0, 1e-12);
            }
        }
    }

    [Fact]
    public void A_frozen_cohort_takes_no_step_and_measures_the_backbone()
    {
        using var scope = NewDisposeScope();
        var designs = Enumerable.Range(0, 3).Select(seed => Harness.Design(new FrozenOptions(), seed, Deep, new TeacherPromptOptions())).ToArray();
        var session = new MemorySession();
        var cohort = new Cohort(Harness.PlanOf(designs), session, CPU);
        Harness.Train(cohort);
        Assert.Equal(0, cohort.StepCount);
        Assert.Equal([0], session.MeasuredSteps);
        Assert.Empty(session.Said);
        var backbone = new Transformer(Deep, [0, 1, 2], CPU);
        using var frozen = no_grad();
        var losses = Harness.TaskOf(new TeacherPromptOptions(), backbone, [0, 1, 2]).Loss(backbone, new Unadapted(backbone), Batch.All);
        for (int arm = 0; arm < 3; arm++)
        {
            var outcome = cohort.Outcome!.Arms[arm];
            Assert.Equal(0, outcome.Design.TrainableParameters);
            Assert.Empty(outcome.Adapter);
            Assert.Equal(losses[arm].item<double>(), outcome.Metrics[0]);
            Assert.Equal(outcome.Metrics[0], Assert.Single(outcome.Curve).Loss);
        }
    }

    [Fact]
    public void PEFT_finds_keys_and_values_where_it_looks_for_them()
    {
        // PEFT sees prompt_embeddings as [P, 2 L, H, D / H] and gives layer l the parts 2 l (keys) and 2 l + 1 (values).
        using var folder = new TemporaryFolder();
        var design = Harness.Design(new PrefixOptions { Length = 2 }, 3, Deep, new TeacherPromptOptions(), new TrainingOptions { Steps = 3 });
        var arm = Harness.TrainTogether(design).Arms[0];
        AdapterFolder.Write(folder.Location, arm);
        var saved = Safetensors.Read(folder["adapter_model.safetensors"]).Tensors["prompt_embeddings"];
        Assert.Equal([2L, 3 * 2 * 10], saved.Shape.AsEnumerable());
        using var scope = NewDisposeScope();
        var past = tensor(saved.ToArray<double>()).view(2, 3 * 2, 2, 5);
        for (int layer = 0; layer < 3; layer++)
        {
            foreach (var (part, name) in ((int, string)[])[(0, "key"), (1, "value")])
            {
                var own = arm.Adapter.Single(array => array.Name == $"layers.{layer}.prefix.{name}");
                Assert.Equal(own.Values, past.select(1, (2 * layer) + part).contiguous().data<double>().ToArray());
            }
        }

        using var config = JsonDocument.Parse(File.ReadAllBytes(folder["adapter_config.json"]));
        Assert.Equal("PREFIX_TUNING", config.RootElement.GetProperty("peft_type").GetString());
        Assert.Equal([2, 3, 2, 10], ((string[])["num_virtual_tokens", "num_layers", "num_attention_heads", "token_dim"])
            .Select(key => config.RootElement.GetProperty(key).GetInt32()));
    }

    [Fact]
    public void A_written_prompt_of_another_length_is_explained()
    {
        using var scope = NewDisposeScope();
        var (backbone, task, _) = LookupNetworkTests.Make(new(10, 1, 1), new RandomTable(), [0]);
        long written = task.WrittenPrompt(0).shape[0];
        var rows = new SoftPrompt([new PromptOptions { Length = (int)written, Init = new Written() }], backbone, [5], task).Export(0)[SoftPrompt.TensorName];
        Assert.Equal(0, (rows.to(float64) - task.WrittenPrompt(0)).abs().max().item<double>(), 1e-12);
        var error = Assert.Throws<InvalidOperationException>(
            () => new SoftPrompt([new PromptOptions { Length = 3, Init = new Written() }], backbone, [0], task));
        Assert.Contains($"writes a prompt of {written} virtual tokens, but the prompt's length is 3", error.Message);
        Assert.Throws<InvalidOperationException>(() => new SoftPrompt([new PromptOptions { Init = new Written() }], backbone, [0]));
    }

    [Fact]
    public void Arms_of_different_forms_never_share_a_cohort()
    {
        var designs = Enum.GetValues<PrefixForm>().Select(form => Harness.Design(new PrefixOptions { Form = form }, 0)).ToArray();
        Assert.Equal(2, CohortPlanner.Plan(designs).Count);
    }
}
