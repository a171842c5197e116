using System.Text.Json.Nodes;
using DslExperiments.Backbones;
using DslExperiments.Checkpoints;
using DslExperiments.Hosting;

namespace DslExperiments.Tests.Checkpoints;

/// <summary>What a spec states against what a checkpoint is.</summary>
public sealed class ShapeTests
{
    private static readonly LlamaOptions Right = new()
    {
        Depth = 2, Width = 4, Heads = 2, KeyValueHeads = 1, Mlp = new SwiGlu { Hidden = 6 }, Vocabulary = 8, Context = 16, Tied = true,
    };

    [Fact]
    public void A_spec_that_states_the_shape_fits()
    {
        using var folder = new ModelFolder();
        var checkpoint = Checkpoint.Open(folder.Write());
        checkpoint.AssertFits(Right);
        checkpoint.AssertFits(Right with { HeadWidth = 2, Context = 0, Dtype = Precision.Float64, Weights = "elsewhere", Tokenizer = new ByteTokens() });
    }

    [Fact]
    public void Every_difference_is_named_and_what_to_write()
    {
        using var folder = new ModelFolder();
        folder.Config["rope_theta"] = 5e5;
        folder.Config["rope_scaling"] = JsonNode.Parse("""{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":8192}""");
        var checkpoint = Checkpoint.Open(folder.Write());
        var wrong = Right with { Depth = 4, KeyValueHeads = 0, Mlp = new SwiGlu { Hidden = 7 }, Tied = false, NormEpsilon = 1e-6, Context = 32 };
        Assert.Equal(
            $"""
            The backbone is not the checkpoint of {folder.Location}:
              backbone.depth is 4, but config.json has 2
              backbone.kv_heads is 2, but config.json has 1
              backbone.mlp.hidden is 7, but config.json has 6
              backbone.context is 32, but config.json has 16
              backbone.tied is false, but config.json has true
              backbone.norm_epsilon is 1e-6, but config.json has 1e-5
              backbone.rotary_base is 10000, but config.json has 500000
              backbone.rotary_scaling is none, but config.json has llama3(8, 1, 4, 8192)
            Write:
              depth: 2
              kv_heads: 1
              mlp: {Braces("hidden: 6")}
              context: 16
              tied: true
              norm_epsilon: 1e-5
              rotary_base: 500000
              rotary_scaling: llama3(8, 1, 4, 8192)
            """.ReplaceLineEndings("\n"),
            Assert.Throws<ExperimentUsageException>(() => checkpoint.AssertFits(wrong)).Message);
    }

    [Fact]
    public void Another_family_does_not_fit()
    {
        using var folder = new ModelFolder();
        var checkpoint = Checkpoint.Open(folder.Write());
        string message = Assert.Throws<ExperimentUsageException>(() => checkpoint.AssertFits(new Gpt2Options { Depth = 2, Width = 4, Heads = 2, Vocabulary = 8, Context = 16 })).Message;
        Assert.Contains("backbone.kind is gpt2, but config.json has llama", message, StringComparison.Ordinal);
        Assert.Contains("\n  kind: llama\n", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rope_scaling", """{"type":"linear","factor":4}""", "rotary_scaling: linear(4)")]
    [InlineData("rope_scaling", """{"rope_type":"default"}""", "")]
    [InlineData("rope_parameters", """{"rope_type":"linear","factor":2.5,"rope_theta":20000}""", "rotary_base: 20000\n  rotary_scaling: linear(2.5)")]
    [InlineData("rms_norm_eps", "0.001", "norm_epsilon: 0.001")]
    [InlineData("rms_norm_eps", null, "norm_epsilon: 1e-6")]
    [InlineData("sliding_window", null, "")]
    public void Keys_of_a_llama_become_keys_of_a_spec(string key, string? value, string expected)
    {
        using var folder = new ModelFolder();
        folder.Config[key] = value is null ? null : JsonNode.Parse(value);
        string yaml = Checkpoint.Open(folder.Write()).ToYaml();
        Assert.StartsWith("backbone:\n  kind: llama\n  weights: ", yaml, StringComparison.Ordinal);
        Assert.EndsWith($"  context: 16\n  tied: true\n{(expected.Length == 0 ? "" : $"  {expected}\n")}", yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_is_quoted_where_YAML_would_read_something_else()
    {
        using var folder = new ModelFolder();
        folder.Write();
        Directory.CreateDirectory(folder["it's: #1"]);
        foreach (string file in (string[])["config.json", "model.safetensors"])
        {
            File.Copy(folder[file], Path.Combine(folder["it's: #1"], file));
        }

        Assert.Contains("/it''s: #1'\n", Checkpoint.Open(folder["it's: #1"]).ToYaml(), StringComparison.Ordinal);
    }

    private static string Braces(string inner) => $"{{ {inner} }}";
}
