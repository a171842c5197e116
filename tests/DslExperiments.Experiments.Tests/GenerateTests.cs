using System.Text.Json;
using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Results;
using DslExperiments.Text;
using DslExperiments.Text.Tokenizers;
using static TorchSharp.torch;

namespace DslExperiments.Experiments.Tests;

/// <summary>Texts continued by the backbones that runs have pretrained.</summary>
public sealed class GenerateTests : IDisposable
{
    private const string Study = "domain-transfer", Text = "the film is great . it was";
    private const int Tokens = 6;

    private readonly RunFiles _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public async Task A_pretrained_backbone_continues_texts_with_the_adapters_of_its_run()
    {
        await RunAsync("first/run");
        string[] adapters = [.. Directory.EnumerateDirectories(_runs["first/run/adapters"]).Select(static folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)];
        var run = await GenerateAsync(["--json", .. adapters.SelectMany(static adapter => (string[])["--adapter", adapter])]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        var written = Ids(run);

        // What no adapter changes is the backbone alone; what full tuning has left is a backbone, too.
        string pretrained = Assert.Single(Directory.GetFiles(_runs["pretrained"], "backbone.safetensors", SearchOption.AllDirectories));
        Assert.Equal(Greedy(pretrained), written[Place("frozen")]);
        Assert.Equal(Greedy(_runs[$"first/run/adapters/{adapters[Place("full")]}/adapter_model.safetensors"]), written[Place("full")]);
        Assert.NotEqual(written[Place("frozen")], written[Place("full")]);
        Assert.Equal(written[Place("frozen")], Assert.Single(Ids(await GenerateAsync("--json"))));
        Assert.All(adapters.Index(), place => Assert.Equal(
            written[place.Index], Assert.Single(Ids(GenerateAsync("--json", "--adapter", _runs[$"first/run/adapters/{place.Item}"]).Result))));

        int Place(string method) => Array.FindIndex(adapters, adapter => adapter.Contains($"-{method}_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Weights_that_are_not_there_or_others_are_named()
    {
        await RunAsync("first/run");
        string pretrained = Assert.Single(Directory.GetFiles(_runs["pretrained"], "backbone.safetensors", SearchOption.AllDirectories));
        byte[] whole = File.ReadAllBytes(pretrained), other = [.. whole];
        other[^5] ^= 1;
        File.WriteAllBytes(pretrained, other);
        AssertRefused(await GenerateAsync(), "other weights than the run's");
        File.WriteAllBytes(pretrained, whole[..(whole.Length / 2)]);
        AssertRefused(await GenerateAsync(), "backbone.safetensors: ");
        Directory.Delete(_runs["pretrained"], recursive: true);
        AssertRefused(await GenerateAsync(), $"is not in {_runs["pretrained"]}; say where it is with --pretrained");

        File.WriteAllText(_runs["first/run/manifest.json"], File.ReadAllText(_runs["first/run/manifest.json"]).Replace("\"spec_hash\": \"", "\"spec_hash\": \"0", StringComparison.Ordinal));
        AssertRefused(await GenerateAsync(), "before its spec was changed");
        File.WriteAllText(_runs["first/run/manifest.json"], "{}");
        AssertRefused(await GenerateAsync(), "this is not the manifest of a run");
        File.Delete(_runs["first/run/manifest.json"]);
        AssertRefused(await GenerateAsync(), "neither a checkpoint, which has a config.json, nor a run");
    }

    [Fact]
    public async Task Of_several_backbones_an_adapter_names_one_and_numbers_are_no_texts()
    {
        await RunAsync("first/run", "seeds=0..1", "backbone.seed=-1", "training.steps=2", "pretrain.training.steps=2", "pretrain.training.warmup=0");
        AssertRefused(await GenerateAsync(), "stand on 2 backbones; name one by an adapter of the run: --adapter \"0001-prompt_seed=0\"");
        var run = await GenerateAsync("--adapter", "0001-prompt_seed=0", "--adapter", "0002-prompt_seed=1", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(2, Ids(run).Length);

        Directory.Delete(_runs["first/run"], recursive: true);
        var numbers = await ExperimentProgram.RunAsync("run", "single-layer-limit", "--profile", "ci", "--quiet", "--arm", "prompt[length=1]", "--set", "training.steps=2", "--out", _runs["first/run"]);
        Assert.True(numbers.ExitCode is 0 or 1, numbers.Error);
        AssertRefused(await GenerateAsync("--adapter", "0001-prompt_length=1_seed=0"), "its tokens are numbers");
    }

    private async Task RunAsync(string name, params string[] overrides)
    {
        var run = await ExperimentProgram.RunAsync(
            ["run", Study, "--profile", "ci", "--quiet", "--out", _runs[name], "--pretrained", _runs["pretrained"], .. overrides.SelectMany(static set => (string[])["--set", set])]);
        Assert.True(run.ExitCode is 0 or 1, run.Error);
    }

    private Task<ProgramResult> GenerateAsync(params string[] options) => ExperimentProgram.RunAsync(
        ["generate", _runs["first/run"], "--pretrained", _runs["pretrained"], "--text", Text, "--max-tokens", $"{Tokens}", .. options]);

    private static void AssertRefused(ProgramResult run, string message)
    {
        Assert.Equal(42, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    private static int[][] Ids(ProgramResult run)
    {
        using var document = JsonDocument.Parse(run.Out);
        return [.. document.RootElement.GetProperty("texts").EnumerateArray().Select(static text => text.GetProperty("tokens").EnumerateArray().Select(static id => id.GetInt32()).ToArray())];
    }

    /// <summary>The likeliest tokens, every one by a pass over all before it.</summary>
    private static int[] Greedy(string weights)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var files = Hosting.SpecFolder.Of(ExperimentRegistry.All.Single(static entry => entry.Name == Study).Create().Info);
        var tokenizer = WordTokenizer.Train(File.ReadLines(files.Find("backbone.tokenizer", "data/corpus.txt")), 161);
        var options = new LlamaOptions { Depth = 2, Width = 32, Heads = 2, Mlp = new SwiGlu { Hidden = 64 }, Vocabulary = 161, Context = 64 };
        var tensors = Safetensors.Read(weights).Tensors.ToDictionary(static pair => pair.Key, static pair => TensorBytes.ToTensor(pair.Value));
        var backbone = new Transformer(options, [0], CPU, new BackboneWeights(_ => tensors));
        var adapter = new Methods.Unadapted(backbone);
        var ids = new TextForm(options, tokenizer).Input(Text, int.MaxValue).Select(static id => (long)id).ToList();
        int given = ids.Count;
        while (ids.Count < given + Tokens)
        {
            var logits = backbone.Logits(backbone.Embed(tensor(ids.ToArray(), [1, 1, ids.Count], int64), 0, [ids.Count - 1]), adapter, Batch.All)[0, 0, 0];
            long next = logits.argmax(-1).item<long>();
            if (next == tokenizer.EosId)
            {
                break;
            }

            ids.Add(next);
        }

        return [.. ids.Skip(given).Select(static id => (int)id)];
    }
}
