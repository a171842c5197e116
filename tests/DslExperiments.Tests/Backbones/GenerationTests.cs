using DslExperiments.Backbones;
using DslExperiments.Backbones.Generation;
using DslExperiments.Checkpoints;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;
using Generator = TorchSharp.torch.Generator;

namespace DslExperiments.Tests.Backbones;

/// <summary>Generation on kept keys and values gives what computing every text anew gives.</summary>
public class GenerationTests
{
    private const int Vocabulary = 13;
    private const int Steps = 6;

    private static readonly TransformerOptions Causal = new()
    {
        Depth = 2,
        Width = 8,
        Heads = 4,
        KeyValueHeads = 2,
        HeadWidth = 4,
        Mlp = new GatedGelu { Hidden = 9 },
        Causal = true,
        Vocabulary = Vocabulary,
        Context = 24,
        Dtype = Precision.Float64,
        Init = new BackboneInit { Embedding = new Normal(1) },
    };

    private static readonly T5Options Both = new()
    {
        Depth = 2,
        DecoderDepth = 2,
        Width = 8,
        Heads = 4,
        KeyValueHeads = 2,
        HeadWidth = 4,
        Mlp = new GatedGelu { Hidden = 9 },
        Vocabulary = Vocabulary,
        RelativeBuckets = 8,
        RelativeDistance = 6,
        Dtype = Precision.Float64,
        Init = new BackboneInit { Embedding = new Normal(1) },
    };

    private static readonly string[] Methods = ["prompt", "prefix", "prefix rows", "lora", "prompt and lora", "full", "iapt", "frozen"];

    public static TheoryData<Positions, VirtualPositions, string> Cases()
    {
        var data = new TheoryData<Positions, VirtualPositions, string>();
        foreach (string method in Methods)
        {
            foreach (var positions in (Positions[])[Positions.None, Positions.Sinusoidal, Positions.Rotary, Positions.Learned])
            {
                data.Add(positions, VirtualPositions.None, method);
                data.Add(positions, VirtualPositions.Counted, method);
            }
        }

        return data;
    }

    public static TheoryData<string> AllMethods() => [.. Methods, "prefix of a network"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tokens_equal_those_of_whole_sequences(Positions positions, VirtualPositions virtualPositions, string method)
    {
        using var scope = NewDisposeScope();
        var options = Causal with { Positions = positions, VirtualPositions = virtualPositions };

        // Positions that are added must be the same for all arms where virtual tokens count.
        bool even = virtualPositions == VirtualPositions.Counted && positions is Positions.Sinusoidal or Positions.Learned;
        int[] lengths = even ? [2, 2, 2, 2] : [2, 3, 1, 2];
        foreach (int[] seeds in (int[][])[[3, 3, 3, 3], [3, 3, 7, 7]])
        {
            foreach (int first in (int[])[0, 3])
            {
                var backbone = new Transformer(options, seeds, CPU);
                var adapter = Adapt(method, backbone, [3, 4, 5, 6], lengths);
                var ids = Ids(1, backbone.Groups.Count, 2, 5);
                var expected = Decoding.Greedy(backbone, ids, adapter, Steps, first);
                var requests = Requests(backbone, ids, adapter.Arms);
                var actual = new TokenGenerator(backbone, adapter).Generate(requests, new() { MaxTokens = Steps, FirstPosition = first });
                for (int index = 0; index < requests.Length; index++)
                {
                    long[] wanted = expected[requests[index].Arm, index % 2].data<long>().ToArray();
                    Assert.Equal(wanted, actual[index].Ids.Select(id => (long)id));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllMethods))]
    public void A_text_does_not_depend_on_the_batch(string method)
    {
        using var scope = NewDisposeScope();
        foreach (var backbone in (Transformer[])[
            new Transformer(Causal with { Positions = Positions.Rotary, VirtualPositions = VirtualPositions.Counted, Norm = Norm.Rms }, [3, 3, 3], CPU),
            new EncoderDecoder(Both, [3, 3, 3], CPU)])
        {
            var adapter = Adapt(method, backbone, [3, 4, 5], [2, 3, 1]);
            var generator = new TokenGenerator(backbone, adapter);
            GenerationRequest[] mixed =
            [
                new([1, 2, 3, 4, 5], 2), new([6], 0), new([7, 8, 9], 2), new([1, 2, 3, 4, 5], 0), new([10, 11], 2, 1), new([10, 11], 2, 2),
            ];
            var options = new GenerationOptions { MaxTokens = Steps, Temperature = 0.8, TopP = 0.95, TopK = 9, Seed = 5, EndTokens = [12] };
            var together = generator.Generate(mixed, options);
            for (int index = 0; index < mixed.Length; index++)
            {
                var alone = generator.Generate([mixed[index]], options)[0];
                Assert.Equal(alone.Ids, together[index].Ids);
                Assert.Equal(alone.Ended, together[index].Ended);
                Assert.DoesNotContain(12, together[index].Ids);
                Assert.True(alone.Ended || alone.Ids.Count == Steps);

                // The arm by itself, with the numbers that it has in the cohort.
                var greedy = options with { Temperature = 0 };
                var single = Adapt(method, SingleOf(backbone), [3 + mixed[index].Arm], [mixed[index].Arm switch { 0 => 2, 1 => 3, _ => 1 }]);
                Assert.Equal(
                    new TokenGenerator(SingleOf(backbone), single).Generate([mixed[index] with { Arm = 0 }], greedy)[0].Ids,
                    generator.Generate(mixed, greedy)[index].Ids);
            }
        }

        static Transformer SingleOf(Transformer backbone) =>
            backbone is EncoderDecoder ? new EncoderDecoder(backbone.Options, [3], CPU) : new Transformer(backbone.Options, [3], CPU);
    }

    [Theory]
    [MemberData(nameof(AllMethods))]
    public void Tokens_equal_those_of_whole_texts_of_different_lengths(string method)
    {
        using var scope = NewDisposeScope();
        foreach (int[] seeds in (int[][])[[3, 3, 3], [3, 7, 9]])
        {
            var backbone = new Transformer(
                Causal with { Positions = Positions.Rotary, VirtualPositions = VirtualPositions.Counted, Norm = Norm.Rms }, seeds, CPU);
            var adapter = Adapt(method, backbone, [3, 4, 5], [2, 3, 1]);
            GenerationRequest[] requests = [new([1, 2, 3, 4, 5], 2), new([6], 0), new([7, 8, 9], 2), new([10, 11], 1)];
            var actual = new TokenGenerator(backbone, adapter).Generate(requests, new() { MaxTokens = Steps });
            for (int index = 0; index < requests.Length; index++)
            {
                // The whole text, read from the last given token on.
                var request = requests[index];
                int groups = backbone.Groups.Count;
                long[] whole = [.. request.Ids.Concat(actual[index].Ids).Select(id => (long)id)];
                var ids = tensor(whole, [1, 1, whole.Length], int64).expand(groups, 1, whole.Length);
                var reads = (arange(Steps, int64) + (request.Ids.Count - 1)).expand(groups, 1, Steps);
                var logits = backbone.Logits(backbone.Embed(ids, 0, reads), adapter, Batch.All)[request.Arm, 0];
                Assert.Equal(logits.argmax(-1).data<long>().ToArray(), actual[index].Ids.Select(id => (long)id));
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllMethods))]
    public void A_decoder_answers_as_it_does_with_whole_answers(string method)
    {
        using var scope = NewDisposeScope();
        foreach (int[] seeds in (int[][])[[3, 3, 3, 3], [3, 3, 7, 7]])
        {
            var backbone = new EncoderDecoder(Both, seeds, CPU);
            var adapter = Adapt(method, backbone, [3, 4, 5, 6], [2, 3, 1, 2]);
            int groups = backbone.Groups.Count;
            var ids = Ids(1, groups, 2, 5);
            var requests = Requests(backbone, ids, 4);
            var actual = new TokenGenerator(backbone, adapter).Generate(requests, new() { MaxTokens = Steps, DecoderStart = 2 });
            for (int index = 0; index < requests.Length; index++)
            {
                // The decoder given all of an answer predicts each of its tokens.
                var request = requests[index];
                long[] given = [2, .. actual[index].Ids.Take(Steps - 1).Select(id => (long)id)];
                var decoder = tensor(given, [1, 1, Steps], int64).expand(groups, 1, Steps);
                var own = tensor(request.Ids.Select(id => (long)id).ToArray(), [1, 1, 5], int64).expand(groups, 1, 5);
                var reads = arange(Steps, int64).expand(groups, 1, Steps);
                var logits = backbone.Logits(backbone.Embed(own, 0, reads, null, decoder), adapter, Batch.All)[request.Arm, 0];
                Assert.Equal(logits.argmax(-1).data<long>().ToArray(), actual[index].Ids.Select(id => (long)id));
            }
        }
    }

    [SharedFact]
    public void A_real_model_writes_the_reference_text()
    {
        using var scope = NewDisposeScope();
        var checkpoint = Checkpoint.Open(SharedData.PathOf("models/stories260k"));
        var backbone = new Transformer(checkpoint.Options, [0], CPU, checkpoint.Weights);
        var prompts = System.Text.Json.JsonDocument.Parse(File.ReadAllText(SharedData.PathOf("models/stories260k/reference.json")))
            .RootElement.GetProperty("prompts").EnumerateArray().ToArray();
        var generator = new TokenGenerator(backbone, new Unadapted(backbone));
        var actual = generator.Generate(
            [.. prompts.Select(prompt => new GenerationRequest(Numbers(prompt, "input_ids")))], new() { MaxTokens = 40 });
        Assert.Equal(3, actual.Count);
        foreach (var (prompt, written) in prompts.Zip(actual))
        {
            Assert.Equal(Numbers(prompt, "greedy_ids"), written.Ids);
        }

        static int[] Numbers(System.Text.Json.JsonElement element, string name) =>
            [.. element.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
    }

    [Fact]
    public void Errors_name_what_is_wrong()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Causal with { Positions = Positions.Learned }, [3], CPU);
        var generator = new TokenGenerator(backbone, new Unadapted(backbone));
        Assert.Empty(generator.Generate([], new()));
        Refused([new([])], new(), "at least one token");
        Refused([new([13])], new(), "0 to 12, not 13");
        Refused([new([1], 1)], new(), "arms 0 to 0, not 1");
        Refused([new([1])], new() { MaxTokens = 0 }, "at least 1 token");
        Refused([new([1])], new() { Temperature = -1 }, "temperature");
        Refused([new([1])], new() { TopP = 0 }, "above 0");
        Refused([new([1])], new() { MaxTokens = 24 }, "context of 24");
        var bidirectional = new Transformer(Causal with { Causal = false }, [3], CPU);
        Assert.Throws<NotSupportedException>(() => new TokenGenerator(bidirectional, new Unadapted(bidirectional)).Generate([new([1])], new()));

        void Refused(GenerationRequest[] requests, GenerationOptions options, string part) =>
            Assert.Contains(part, Assert.Throws<ArgumentException>(() => generator.Generate(requests, options)).Message, StringComparison.Ordinal);
    }

    /// <summary>Both sequences of every arm's seed, for every arm.</summary>
    private static GenerationRequest[] Requests(Transformer backbone, Tensor ids, int arms) =>
    [
        .. from arm in Enumerable.Range(0, arms)
           from n in Enumerable.Range(0, 2)
           select new GenerationRequest([.. ids[backbone.Groups.GroupOf(arm), n].data<long>().ToArray().Select(id => (int)id)], arm),
    ];

    private static Adapter Adapt(string method, Transformer backbone, int[] seeds, int[] lengths)
    {
        Adapter adapter = method switch
        {
            "prompt" => new SoftPrompt([.. lengths.Select(length => new PromptOptions { Length = length })], backbone, seeds),
            "prefix" => new Prefix([.. lengths.Select(length => new PrefixOptions { Length = length })], backbone, seeds),
            "prefix rows" => new Prefix(
                [.. lengths.Select(length => new PrefixOptions { Length = length, Form = PrefixForm.BlockInput })], backbone, seeds),
            "lora" => new Lora([.. lengths.Select(length => new LoraOptions { Rank = length, Alpha = 3, On = [Projection.All] })], backbone, seeds),
            "prompt and lora" => new PromptLora(
                [.. lengths.Select(length => new PromptLoraOptions { Prompt = new() { Length = length }, Lora = new() { Rank = 2 } })], backbone, seeds),
            "prefix of a network" => new Prefix(
                [.. lengths.Select(length => new PrefixOptions { Length = length, Reparametrization = 3 })], backbone, seeds),
            "iapt" => new Iapt([.. lengths.Select(length => new IaptOptions { Length = length, Bottleneck = 3 })], backbone, seeds),
            "full" => new FullTuning([.. lengths.Select(_ => new FullOptions())], backbone, seeds),
            _ => new Frozen([.. lengths.Select(_ => new FrozenOptions())], backbone, seeds),
        };
        using var frozen = no_grad();
        foreach (var tensor in adapter.Tensors)
        {
            for (int arm = 0; arm < adapter.Arms; arm++)
            {
                var own = tensor.Of(arm);
                own.add_(randn(own.shape, float64, generator: new Generator((ulong)(seeds[arm] + tensor.Name.Length), CPU)) * 0.3);
            }
        }

        return adapter;
    }

    private static Tensor Ids(ulong seed, params long[] shape) =>
        (rand(shape, float64, generator: new Generator(seed, CPU)) * Vocabulary).to(int64);
}
