using System.Text.Json;
using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Backbones;

/// <summary>Real checkpoints give what Hugging Face's models and an independent float64 program give.</summary>
public class RealModelTests
{
    private const string Llama = "stories260k";
    private const string Gpt2 = "tiny-gpt2";

    [SharedFact]
    public void Stories_have_the_reference_logits_and_continuations()
    {
        using var scope = NewDisposeScope();
        var backbone = RealModels.Load(Llama, 0);
        foreach (var prompt in RealModels.Reference(Llama).GetProperty("prompts").EnumerateArray())
        {
            using var inner = NewDisposeScope();
            long[] ids = prompt.GetProperty("input_ids").Ids();
            var text = tensor(ids).view(1, 1, -1);
            var unadapted = new Unadapted(backbone);
            var logits = backbone.Logits(backbone.Embed(text, 0, [ids.Length - 1]), unadapted, Batch.All).view(-1);
            AssertClose(prompt.GetProperty("logits_last").Numbers(), logits, 1e-4);
            long[] expected = prompt.GetProperty("greedy_ids").Ids();
            Assert.Equal(expected, Decoding.Greedy(backbone, text, unadapted, expected.Length).view(-1).data<long>().ToArray());
        }
    }

    [SharedFact]
    public void Stories_of_different_lengths_have_the_reference_cross_entropies_together()
    {
        using var scope = NewDisposeScope();
        var backbone = RealModels.Load(Llama, 0, 1);
        var stories = RealModels.Reference(Llama).GetProperty("stories").EnumerateArray().ToArray();
        long[][] ids = [.. stories.Select(story => story.GetProperty("input_ids").Ids())];
        var (padded, reads, targets, weights) = Predicting(ids, from: 0);
        var losses = CrossEntropy(
            backbone.Logits(backbone.Embed(padded.expand(2, -1, -1), 0, reads.expand(2, -1, -1)), new Unadapted(backbone), Batch.All),
            targets.expand(2, -1, -1));
        for (int story = 0; story < stories.Length; story++)
        {
            var expected = stories[story].GetProperty("cross_entropy").Numbers();
            foreach (int group in (int[])[0, 1])
            {
                AssertClose(expected, losses[group][story].narrow(0, 0, ids[story].Length - 1), 1e-4);
            }
        }

        Assert.Equal(stories[0].GetProperty("mean_cross_entropy").GetDouble(), (losses[0][0] * weights[0]).sum().item<float>() / (ids[0].Length - 1), 1e-5);
    }

    [SharedFact]
    public void A_soft_prompt_behind_the_first_token_of_a_story_descends_as_the_reference_does()
    {
        using var scope = NewDisposeScope();
        var backbone = RealModels.Load(Llama, 5, 6);
        var reference = RealModels.Reference(Llama).GetProperty("soft_prompt");
        long[] ids = reference.GetProperty("input_ids").Ids();
        var rows = reference.GetProperty("prompt").Numbers();
        int length = (int)rows.shape[0] + 1;
        var prompt = new SoftPrompt([new() { Length = length }, new() { Length = length }], backbone, [5, 6]);
        using (no_grad())
        {
            // The first row is the frozen row of the token that begins every text.
            prompt.Tensors[0].Values.copy_(cat([backbone.Embedding![0].narrow(0, ids[0], 1), rows.to(float32)], 0));
        }

        var (padded, reads, targets, _) = Predicting([ids[1..]], from: -1);
        var content = backbone.Embed(padded.expand(2, -1, -1), 0, reads.expand(2, -1, -1));
        double[] expected = reference.GetProperty("sgd").GetProperty("losses").Numbers().data<double>().ToArray();
        double rate = reference.GetProperty("sgd").GetProperty("learning_rate").GetDouble();
        Assert.Equal(reference.GetProperty("loss").GetDouble(), expected[0], 1e-6);
        for (int step = 0; step < expected.Length; step++)
        {
            using var inner = NewDisposeScope();
            prompt.Gradients.zero_();
            var losses = CrossEntropy(backbone.Logits(content, prompt, Batch.All), targets.expand(2, -1, -1)).mean([1, 2]);
            Assert.Equal(expected[step], losses[0].item<float>(), 1e-5);
            Assert.Equal(expected[step], losses[1].item<float>(), 1e-5);
            losses.sum().backward();
            using var frozen = no_grad();
            var gradient = prompt.Tensors[0].Gradients.narrow(1, 1, length - 1);
            if (step == 0)
            {
                AssertRelative(reference.GetProperty("prompt_grad").Numbers(), gradient[0], 1e-3);
            }

            prompt.Tensors[0].Values.narrow(1, 1, length - 1).sub_(gradient * rate);
        }
    }

    [SharedFact]
    public void Gpt2_has_the_reference_logits_and_gradients_of_all_weights()
    {
        using var scope = NewDisposeScope();
        var backbone = RealModels.Load(Gpt2, 3);
        foreach (var reference in RealModels.Reference(Gpt2).GetProperty("cases").EnumerateArray())
        {
            using var inner = NewDisposeScope();
            var ids = reference.GetProperty("input_ids").Numbers().to(int64).unsqueeze(0);
            var labels = reference.GetProperty("labels").Numbers().to(int64).unsqueeze(0);
            var (n, t) = (ids.shape[1], ids.shape[2]);
            var given = reference.TryGetProperty("attention_mask", out var mask) ? mask.Numbers().unsqueeze(0) : ones(1, n, t, dtype: float64);
            var reads = arange(t, int64).expand(1, n, t);
            var content = backbone.Embed(ids, 0, reads, given.sum(-1).to(int64));
            var trained = new FullTuning([new()], backbone, [3]);
            var expected = reference.GetProperty("logits").Numbers().unsqueeze(0);
            AssertClose(expected * given.unsqueeze(-1), backbone.Logits(content, new Unadapted(backbone), Batch.All) * given.unsqueeze(-1), 1e-4);

            var logits = backbone.Logits(content, trained, Batch.All);
            AssertClose(expected * given.unsqueeze(-1), logits * given.unsqueeze(-1), 1e-4);
            var (before, after) = (logits.narrow(2, 0, t - 1), labels.narrow(2, 1, t - 1));
            var counts = after.ge(0).to(float32);
            var loss = (CrossEntropy(before, after.clamp(min: 0)) * counts).sum() / counts.sum();
            Assert.Equal(reference.GetProperty("loss").GetDouble(), loss.item<float>(), 2e-5);
            loss.backward();
            foreach (var norm in reference.GetProperty("grad_l2").EnumerateObject())
            {
                double squares = OurNames(norm.Name).Sum(name => trained.Tensors.Single(tensor => tensor.Name == name).Gradients.to(float64).square().sum().item<double>());
                Assert.InRange(Math.Sqrt(squares) / norm.Value.GetDouble(), 1 - 1e-3, 1 + 1e-3);
            }

            Assert.Equal(28 + 8, trained.Tensors.Count);
            Assert.Equal(TrainableParameters.Count(new FullOptions(), backbone.Options), trained.ParametersOf(0));
        }
    }

    [SharedFact]
    public void Gpt2_with_a_soft_prompt_has_the_reference_logits_and_gradient()
    {
        using var scope = NewDisposeScope();
        var backbone = RealModels.Load(Gpt2, 3);
        var reference = Case("soft prompt");
        var rows = reference.GetProperty("prompt").Numbers();
        var prompt = new SoftPrompt([new() { Length = (int)rows.shape[0] }], backbone, [3]);
        Set(prompt, SoftPrompt.TensorName, rows);
        long[] ids = reference.GetProperty("input_ids")[0].Ids();
        var (padded, reads, targets, _) = Predicting([ids], from: -1);
        var logits = backbone.Logits(backbone.Embed(padded, 0, reads), prompt, Batch.All);
        AssertClose(reference.GetProperty("logits").Numbers()[0].narrow(0, rows.shape[0] - 1, ids.Length), logits[0][0], 1e-4);
        var loss = CrossEntropy(logits, targets).mean();
        Assert.Equal(reference.GetProperty("loss").GetDouble(), loss.item<float>(), 2e-5);
        loss.backward();
        AssertRelative(reference.GetProperty("prompt_grad").Numbers(), prompt.Tensors[0].Gradients[0], 1e-4);
    }

    [SharedFact]
    public void Gpt2_with_a_prefix_has_the_reference_logits_and_gradients()
    {
        using var scope = NewDisposeScope();
        var backbone = RealModels.Load(Gpt2, 3);
        var reference = Case("prefix");

        // [layer, key or value, head, P, Dh] with heads joined: [layer, key or value, P, H·Dh].
        var rows = Joined(reference.GetProperty("prefix"));
        var prefix = new Prefix([new() { Length = (int)rows.shape[2] }], backbone, [3]);
        Each((layer, part, name) => Set(prefix, name, rows[layer][part]));
        var loss = Score(backbone, prefix, reference);
        loss.backward();
        var gradients = Joined(reference.GetProperty("prefix_grad"));
        Each((layer, part, name) => AssertRelative(gradients[layer][part], prefix.Tensors.Single(t => t.Name == name).Gradients[0], 1e-4));

        static Tensor Joined(JsonElement element)
        {
            var numbers = element.Numbers();
            numbers = numbers.dim() == 6 ? numbers.squeeze(2) : numbers;
            return numbers.transpose(2, 3).reshape(numbers.shape[0], 2, numbers.shape[3], -1);
        }

        static void Each(Action<int, int, string> act)
        {
            foreach (int layer in (int[])[0, 1])
            {
                act(layer, 0, $"layers.{layer}.prefix.key");
                act(layer, 1, $"layers.{layer}.prefix.value");
            }
        }
    }

    [SharedFact]
    public void Gpt2_with_low_rank_updates_of_its_fused_projection_has_the_reference_logits_and_gradients()
    {
        using var scope = NewDisposeScope();
        var backbone = RealModels.Load(Gpt2, 3);
        var reference = Case("lora");
        Projection[] fused = [Projection.Q, Projection.K, Projection.V];
        var lora = new Lora(
            [new() { Rank = reference.GetProperty("rank").GetInt32(), Alpha = reference.GetProperty("alpha").GetDouble(), On = fused }], backbone, [3]);
        var (a, b) = (PerLayer("A"), PerLayer("B"));
        for (int layer = 0; layer < 2; layer++)
        {
            foreach (var projection in fused)
            {
                Set(lora, $"layers.{layer}.{Projections.NameOf(projection)}.lora_A", a[layer]);
                Set(lora, $"layers.{layer}.{Projections.NameOf(projection)}.lora_B", b[layer].narrow(0, (int)projection * 32, 32));
            }
        }

        Score(backbone, lora, reference).backward();
        var (gradA, gradB) = (PerLayer("A_grad"), PerLayer("B_grad"));
        for (int layer = 0; layer < 2; layer++)
        {
            AssertRelative(gradA[layer], Of("A", layer, Projection.Q) + Of("A", layer, Projection.K) + Of("A", layer, Projection.V), 1e-4);
            AssertRelative(gradB[layer], cat([Of("B", layer, Projection.Q), Of("B", layer, Projection.K), Of("B", layer, Projection.V)], 0), 1e-4);
        }

        Tensor[] PerLayer(string name) => [.. reference.GetProperty(name).EnumerateArray().Select(RealModels.Numbers)];

        Tensor Of(string factor, int layer, Projection projection) =>
            lora.Tensors.Single(t => t.Name == $"layers.{layer}.{Projections.NameOf(projection)}.lora_{factor}").Gradients[0];
    }

    [SharedFact]
    public void Weights_of_all_seeds_compute_what_a_copy_for_each_computes()
    {
        using var scope = NewDisposeScope();
        int[] seeds = [5, 5, 6, 6];
        foreach (string folder in (string[])[Llama, Gpt2])
        {
            var shared = RealModels.Load(folder, seeds);
            var copies = RealModels.LoadCopies(folder, seeds);
            Assert.Equal(1, shared.Layers[0][Projection.V].Matrix.shape[0]);
            Assert.Equal(1, shared.Embedding!.shape[0]);
            Assert.Equal(2, copies.Layers[0][Projection.V].Matrix.shape[0]);
            Func<Transformer, Adapter>[] methods =
            [
                backbone => new Unadapted(backbone),
                backbone => new SoftPrompt([.. seeds.Select(_ => new PromptOptions { Length = 3, Init = new Normal(0.1) })], backbone, seeds),
                backbone => new Prefix([.. seeds.Select(_ => new PrefixOptions { Length = 2 })], backbone, seeds),
                backbone => new Lora([.. seeds.Select(_ => new LoraOptions { Rank = 2, On = [Projection.All] })], backbone, seeds),
                backbone => new FullTuning([.. seeds.Select(_ => new FullOptions())], backbone, seeds),
            ];
            foreach (var method in methods)
            {
                var (one, other) = (Computed(shared, method(shared)), Computed(copies, method(copies)));
                AssertClose(other.Logits, one.Logits, 1e-4);
                AssertRelative(other.Gradients, one.Gradients, 1e-4);
            }

            Assert.True(shared.IsUnchanged());
            using var frozen = no_grad();
            shared.Layers[1][Projection.K].Matrix.mul_(1.5);
            Assert.False(shared.IsUnchanged());
        }

        static (Tensor Logits, Tensor Gradients) Computed(Transformer backbone, Adapter adapter)
        {
            var ids = arange(2 * 3 * 7, int64).mul(5).remainder(120).view(2, 3, 7);
            var logits = backbone.Logits(backbone.Embed(ids, 0, [3, 6]), adapter, Batch.All);
            if (adapter.Tensors.Count > 0)
            {
                logits.log_softmax(-1).square().mean().backward();
            }

            return (logits.detach(), adapter.Gradients);
        }
    }

    /// <summary>Texts padded at the end; every token from the first or second one on is told by the one before it.</summary>
    private static (Tensor Ids, Tensor Reads, Tensor Targets, Tensor Weights) Predicting(long[][] texts, int from)
    {
        int longest = texts.Max(text => text.Length), count = longest - 1 - from;
        var ids = texts.SelectMany(text => text.Concat(Enumerable.Repeat(0L, longest - text.Length)));
        var reads = texts.SelectMany(text => Enumerable.Range(from, count).Select(read => (long)Math.Min(read, text.Length - 2)));
        var targets = texts.SelectMany(text => Enumerable.Range(from, count).Select(read => text[Math.Min(read + 1, text.Length - 1)]));
        var weights = texts.SelectMany(text => Enumerable.Range(from, count).Select(read => read < text.Length - 1 ? 1f : 0f));
        return (
            tensor(ids.ToArray()).view(1, texts.Length, longest),
            tensor(reads.ToArray()).view(1, texts.Length, count),
            tensor(targets.ToArray()).view(1, texts.Length, count),
            tensor(weights.ToArray()).view(texts.Length, count));
    }

    private static Tensor CrossEntropy(Tensor logits, Tensor targets) => -logits.log_softmax(-1).gather(-1, targets.unsqueeze(-1)).squeeze(-1);

    /// <summary>Logits of all tokens are the reference's, and so is the loss.</summary>
    private static Tensor Score(Transformer backbone, Adapter adapter, JsonElement reference)
    {
        long[] ids = reference.GetProperty("input_ids")[0].Ids();
        var text = tensor(ids).view(1, 1, -1);
        var logits = backbone.Logits(backbone.Embed(text, 0, [.. Enumerable.Range(0, ids.Length)]), adapter, Batch.All);
        AssertClose(reference.GetProperty("logits").Numbers(), logits[0], 1e-4);
        var loss = CrossEntropy(logits.narrow(2, 0, ids.Length - 1), text.narrow(2, 1, ids.Length - 1)).mean();
        Assert.Equal(reference.GetProperty("loss").GetDouble(), loss.item<float>(), 2e-5);
        return loss;
    }

    private static JsonElement Case(string name) => RealModels.Reference(Gpt2, "adapters-reference.json").GetProperty("cases")
        .EnumerateArray().Single(entry => entry.GetProperty("name").GetString() == name);

    private static void Set(Adapter adapter, string name, Tensor values)
    {
        using var frozen = no_grad();
        adapter.Tensors.Single(tensor => tensor.Name == name).Values[0].copy_(values);
    }

    /// <summary>Our weights of a Hugging Face tensor of a GPT-2.</summary>
    private static IEnumerable<string> OurNames(string name)
    {
        string[] parts = name["transformer.".Length..].Split('.');
        string kind = parts[^1];
        if (parts[0] != "h")
        {
            return [parts[0] switch { "wte" => WeightNames.Embedding, "wpe" => WeightNames.Positions, _ => $"final_norm.{kind}" }];
        }

        string[] ours = string.Join('.', parts[2..^1]) switch
        {
            "attn.c_attn" => ["q", "k", "v"],
            "attn.c_proj" => ["o"],
            "mlp.c_fc" => ["mlp_in"],
            "mlp.c_proj" => ["mlp_out"],
            "ln_1" => ["attention_norm"],
            _ => ["mlp_norm"],
        };
        return ours.Select(our => $"layers.{parts[1]}.{our}.{kind}");
    }

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.InRange((actual.to(float64) - expected.to(float64)).abs().max().item<double>(), 0, tolerance);
    }

    /// <summary>Largest difference as a share of the largest number.</summary>
    private static void AssertRelative(Tensor expected, Tensor actual, double tolerance)
    {
        if (expected.numel() > 0)
        {
            AssertClose(expected, actual, tolerance * expected.abs().max().to(float64).item<double>());
        }
    }
}
