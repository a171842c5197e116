using System.Globalization;
using DslExperiments.Backbones;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Results;
using DslExperiments.Tasks;
using DslExperiments.Training;
using DslExperiments.Text;
using DslExperiments.Tests.Hosting;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Methods;

/// <summary>What a prompt starts from.</summary>
public class PromptStartTests
{
    private static readonly TransformerOptions Bytes = new() { Width = 4, Vocabulary = 259, Dtype = Precision.Float64 };

    [Theory]
    [InlineData(0, 259)]
    [InlineData(30, 30)]
    [InlineData(5000, 259)]
    public void Sampled_rows_are_distinct_rows_of_the_first_tokens(int first, int population)
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Bytes, [3, 8], CPU);
        var start = new PromptStart(backbone, null, "methods.prompt.init");
        int[] tokens = start.SampleTokens(new SampledVocabulary(first), population, 5);
        Assert.Equal(Enumerable.Range(0, population), tokens.Order());
        Assert.NotEqual(Enumerable.Range(0, population), tokens);

        // A shorter prompt of the same seed is the beginning of a longer one.
        Assert.Equal(tokens.Take(20), start.SampleTokens(new SampledVocabulary(first), 20, 5));
        Assert.NotEqual(tokens.Take(20), start.SampleTokens(new SampledVocabulary(first), 20, 6));
        for (int arm = 0; arm < 2; arm++)
        {
            AssertRows(backbone, arm, tokens.Take(20), start.Rows(new SampledVocabulary(first), 20, arm, 5));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public void Rows_that_no_token_has_are_never_drawn(int first)
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Bytes with { Vocabulary = 320 }, [3], CPU);
        int[] tokens = new PromptStart(backbone, new TextFixture(backbone), "methods.prompt.init").SampleTokens(new SampledVocabulary(first), 259, 5);
        Assert.Equal(Enumerable.Range(0, 259), tokens.Order());
    }

    [Fact]
    public void Too_few_tokens_are_drawn_with_replacement_and_evenly()
    {
        using var scope = NewDisposeScope();
        var start = new PromptStart(new Transformer(Bytes, [3], CPU), null, "methods.prompt.init");
        int[] tokens = start.SampleTokens(new SampledVocabulary(10), 10_000, 5);
        Assert.All(Enumerable.Range(0, 10), token => Assert.InRange(tokens.Count(other => other == token), 850, 1150));
        var firsts = Enumerable.Range(0, 3000).Select(seed => start.SampleTokens(new SampledVocabulary(3), 2, (ulong)seed)).CountBy(pair => (pair[0], pair[1])).ToArray();
        Assert.Equal(6, firsts.Length);
        Assert.All(firsts, pair => Assert.InRange(pair.Value, 400, 600));
    }

    [Fact]
    public void Labels_are_the_mean_rows_of_their_tokens_and_the_rest_is_drawn()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Bytes, [3], CPU);
        var start = new PromptStart(backbone, new TextFixture(backbone), "methods.prompt.init");
        var table = backbone.Embedding![0];
        var rows = start.Rows(new ClassLabels(), 5, 0, 1);
        Assert.True((rows[0] == table[7]).all().item<bool>());
        Assert.InRange((rows[1] - ((table[9] + table[200]) / 2)).abs().max().item<double>(), 0, 1e-16);
        Assert.InRange((rows[2] - ((table[11] + table[12] + table[13]) / 3)).abs().max().item<double>(), 0, 1e-16);
        var drawn = start.Rows(new SampledVocabulary(5000), 5, 0, 1);
        Assert.True((rows.narrow(0, 3, 2) == drawn.narrow(0, 3, 2)).all().item<bool>());
        Assert.True((start.Rows(new ClassLabels(), 2, 0, 1) == rows.narrow(0, 0, 2)).all().item<bool>());
    }

    [Theory]
    [InlineData(2, "He")]
    [InlineData(5, "Hello")]
    [InlineData(12, "HelloHelloHe")]
    public void A_text_is_cut_or_repeated(int length, string expected)
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(Bytes, [3], CPU);
        var task = new TextFixture(backbone);
        AssertRows(backbone, 0, expected.Select(c => (int)c), new PromptStart(backbone, task, "methods.prompt.init").Rows(new FromText("Hello"), length, 0, 1));

        // The same through the methods, in a cohort of different lengths.
        PromptOptions[] options = [new() { Length = length, Init = new FromText("Hello") }, new() { Length = 3, Init = new FromText("abc") }];
        var pair = new Transformer(Bytes, [3, 4], CPU);
        AssertRows(pair, 0, expected.Select(c => (int)c), new SoftPrompt(options, pair, [3, 4], new TextFixture(pair)).Export(0)["prompt"]);
        var both = new PromptLora([.. options.Select(o => new PromptLoraOptions { Prompt = o })], pair, [3, 4], new TextFixture(pair));
        AssertRows(pair, 1, "abc".Select(c => (int)c), both.Export(1)["prompt"]);
    }

    [Fact]
    public void Saved_prompts_are_read_from_folders_and_files_in_any_precision()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var backbone = new Transformer(Bytes, [3], CPU);
        var start = new PromptStart(backbone, new TextFixture(backbone, new SpecFiles(folder.Location)), "methods.prompt.init");
        double[] numbers = [1, -2, 0.5, 4, 0, -0.25, 8, 3];
        Directory.CreateDirectory(folder["saved"]);
        Write("saved/adapter_model.safetensors", SafeTensor.Of("prompt_embeddings", Array.ConvertAll(numbers, x => (float)x), 2, 4));
        Write("double.safetensors", SafeTensor.Of("prompt_embeddings", numbers, 2, 4));
        Write("half.safetensors", new SafeTensor("prompt_embeddings", SafeTensorType.F16, [2, 4], numbers.SelectMany(x => BitConverter.GetBytes((Half)x)).ToArray()));
        Write("brain.safetensors", new SafeTensor(
            "prompt_embeddings", SafeTensorType.BF16, [2, 4], numbers.SelectMany(x => BitConverter.GetBytes((float)x)[2..]).ToArray()));
        foreach (string path in (string[])["saved", "double.safetensors", "half.safetensors", "brain.safetensors"])
        {
            Assert.Equal(numbers, start.Rows(new FromFile(path), 2, 0, 1).data<double>().ToArray());
            Assert.Equal([.. numbers, .. numbers[..4]], start.Rows(new FromFile(path), 3, 0, 1).contiguous().data<double>().ToArray());
            Assert.Equal(numbers[..4], start.Rows(new FromFile(path), 1, 0, 1).contiguous().data<double>().ToArray());
        }

        Write("wide.safetensors", SafeTensor.Of("prompt_embeddings", numbers, 1, 8));
        Write("lora.safetensors", SafeTensor.Of("lora_A", numbers, 2, 4));
        File.WriteAllText(folder["text.safetensors"], "no tensors at all");
        Directory.CreateDirectory(folder["empty"]);
        Throws(start, new FromFile("wide.safetensors"), "have 8 numbers each, but the backbone's width is 4");
        Throws(start, new FromFile("lora.safetensors"), "no tensor prompt_embeddings");
        Throws(start, new FromFile("text.safetensors"), "Not a safetensors file");
        Throws(start, new FromFile("empty"), "holds no adapter_model.safetensors");
        Throws(start, new FromFile("nowhere"), "'nowhere' was not found");

        void Write(string path, SafeTensor tensor)
        {
            using var stream = File.Create(folder[path]);
            Safetensors.Write(stream, [tensor]);
        }
    }

    [Fact]
    public async Task The_best_prompt_of_the_newest_finished_run_is_taken()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var backbone = new Transformer(Bytes, [3], CPU);
        var start = new PromptStart(backbone, new TextFixture(backbone, new SpecFiles(folder.Location) { Runs = folder["runs"] }), "methods.prompt.init");
        Throws(start, new FromRun("tiny"), "there is no finished run of 'tiny'");
        Throws(new PromptStart(backbone, new TextFixture(backbone, new SpecFiles(folder.Location)), "methods.prompt.init"), new FromRun("tiny"), "runs are not kept");

        var results = await new TinyExperiment().ExecuteAsync(o => o.Quiet().Out(folder["runs/tiny/20260101T000000Z-aaaa"]));

        // An older one and one under way are not asked.
        TemporaryFolder.Copy(folder["runs/tiny/20260101T000000Z-aaaa"], folder["runs/tiny/20250101T000000Z-aaaa"]);
        File.WriteAllText(folder["runs/tiny/20250101T000000Z-aaaa/results.json"], "{}");
        TemporaryFolder.Copy(folder["runs/tiny/20260101T000000Z-aaaa"], folder["runs/tiny/20270101T000000Z-aaaa"]);
        string manifest = folder["runs/tiny/20270101T000000Z-aaaa/manifest.json"];
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"finished\"", "\"interrupted\""));

        // The best arm is an update (of rank 1), the best with a prompt the one with the smallest train.mse.
        var prompts = results.Arms.Where(row => row.Arm is TinyExperiment.Arm.Prompt).ToArray();
        var best = prompts.MinBy(row => row.Metrics.TrainMse)!;
        int number = 1 + results.Arms.Select((row, index) => (row, index)).Single(pair => pair.row.Arm == best.Arm).index;
        var saved = Safetensors.Read(Directory.EnumerateDirectories(
            folder["runs/tiny/20260101T000000Z-aaaa/adapters"], number.ToString("0000", CultureInfo.InvariantCulture) + "-*").Single() + "/adapter_model.safetensors");
        double[] expected = saved.Tensors["prompt_embeddings"].ToArray<double>();
        Assert.Equal(expected, start.Rows(new FromRun("tiny"), expected.Length / 4, 0, 1).contiguous().data<double>().ToArray());
        Throws(new PromptStart(new Transformer(Bytes with { Width = 6 }, [3], CPU), new TextFixture(backbone, new SpecFiles(folder.Location) { Runs = folder["runs"] }), "methods.prompt.init"), new FromRun("tiny"), "no arm with a prompt of width 6");

        // A newer run is another start, so that nobody goes on with the arms of this one.
        var design = new ArmDesign(best.Arm, backbone.Options, new SharedTokenPairOptions(), new PromptOptions { Init = new FromRun("tiny") }, new TrainingOptions(), 4);
        var files = new SpecFiles(folder.Location) { Runs = folder["runs"] };
        string before = Assert.Single(NamedFiles.Describe([design, design], files));
        Assert.StartsWith("methods.prompt.init = tiny ", before, StringComparison.Ordinal);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"interrupted\"", "\"finished\""));
        Assert.Equal(before, Assert.Single(NamedFiles.Describe([design], files)));
        string changed = Directory.EnumerateDirectories(folder["runs/tiny/20270101T000000Z-aaaa/adapters"], number.ToString("0000", CultureInfo.InvariantCulture) + "-*").Single();
        using (var stream = File.Create(changed + "/adapter_model.safetensors"))
        {
            Safetensors.Write(stream, [SafeTensor.Of("prompt_embeddings", new double[4], 1, 4)]);
        }

        Assert.NotEqual(before, Assert.Single(NamedFiles.Describe([design], files)));
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        using var scope = NewDisposeScope();
        var vectors = new PromptStart(new Transformer(Bytes with { Vocabulary = 0 }, [3], CPU), null, "methods.prompt.init");
        Throws(vectors, new SampledVocabulary(5), "vocabulary takes rows of an embedding, but the backbone has no vocabulary");
        Throws(vectors, new ClassLabels(), "class_labels takes rows of an embedding");
        var alone = new PromptStart(new Transformer(Bytes, [3], CPU), null, "methods.prompt.init");
        Throws(alone, new ClassLabels(), "class_labels needs a task with labels");
        Throws(alone, new FromText("a"), "needs a tokenizer");
        Throws(alone, new FromFile("a"), "this task reads no files");
        var small = new Transformer(Bytes with { Vocabulary = 20 }, [3], CPU);
        Throws(new PromptStart(small, new TextFixture(small), "methods.prompt.init"), new FromText("a"), "token 97, but the backbone's vocabulary has 20");
        Throws(new PromptStart(small, new TextFixture(small), "methods.prompt.init"), new ClassLabels(), "token 200, but");
        Throws(new PromptStart(small, new TextFixture(small), "methods.prompt.init"), new FromText(""), "has no tokens");
    }

    private static void AssertRows(Transformer backbone, int arm, IEnumerable<int> tokens, Tensor rows)
    {
        var expected = backbone.Embedding![backbone.Groups.GroupOf(arm)].index_select(0, tensor(tokens.Select(token => (long)token).ToArray(), int64));
        Assert.Equal(expected.shape, rows.shape);
        Assert.True((rows == expected).all().item<bool>());
    }

    private static void Throws(PromptStart start, Initializer init, string message)
    {
        var error = Assert.Throws<ExperimentUsageException>(() => start.Rows(init, 3, 0, 1));
        Assert.StartsWith("methods.prompt.init: ", error.Message);
        Assert.Contains(message, error.Message);
    }
}
