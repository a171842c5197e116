using System.Text.Json.Nodes;
using DslExperiments.Results;
using DslExperiments.Tests.Hosting;

namespace DslExperiments.Tests.Checkpoints;

/// <summary>A small checkpoint that a test writes: two LLaMA layers of width 4, numbers 0, 1, 2, … through all tensors.</summary>
internal sealed class ModelFolder : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public ModelFolder()
    {
        Config = JsonNode.Parse(
            """
            {
              "model_type": "llama", "hidden_size": 4, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1,
              "intermediate_size": 6, "vocab_size": 8, "max_position_embeddings": 16, "rms_norm_eps": 1e-05, "rope_theta": 10000.0,
              "rope_scaling": null, "hidden_act": "silu", "tie_word_embeddings": true, "torch_dtype": "float32", "use_cache": true
            }
            """)!.AsObject();
        Add("model.embed_tokens.weight", 8, 4);
        for (int layer = 0; layer < 2; layer++)
        {
            string at = $"model.layers.{layer}.";
            Add(at + "input_layernorm.weight", 4);
            Add(at + "post_attention_layernorm.weight", 4);
            Add(at + "self_attn.q_proj.weight", 4, 4);
            Add(at + "self_attn.k_proj.weight", 2, 4);
            Add(at + "self_attn.v_proj.weight", 2, 4);
            Add(at + "self_attn.o_proj.weight", 4, 4);
            Add(at + "mlp.gate_proj.weight", 6, 4);
            Add(at + "mlp.up_proj.weight", 6, 4);
            Add(at + "mlp.down_proj.weight", 4, 6);
        }

        Add("model.norm.weight", 4);
    }

    public string Location => folder.Location;

    public JsonObject Config { get; }

    public Dictionary<string, SafeTensor> Tensors { get; } = [];

    public string this[string relative] => folder[relative];

    public void Add(string name, params long[] shape)
    {
        int first = (int)Tensors.Values.Sum(static tensor => tensor.ToArray<float>().LongLength);
        int count = (int)shape.Aggregate(1L, static (product, size) => product * size);
        Tensors[name] = SafeTensor.Of(name, Enumerable.Range(first, count).Select(static value => (float)value).ToArray(), shape);
    }

    public void Rename(Func<string, string> rename)
    {
        SafeTensor[] all = [.. Tensors.Values];
        Tensors.Clear();
        foreach (var tensor in all)
        {
            Tensors[rename(tensor.Name)] = tensor with { Name = rename(tensor.Name) };
        }
    }

    /// <summary>Writes configuration and one file of weights; returns the folder.</summary>
    public string Write()
    {
        File.WriteAllText(this["config.json"], Config.ToJsonString());
        WriteFile("model.safetensors", Tensors.Values);
        return Location;
    }

    /// <summary>Writes the weights in three parts and their index.</summary>
    public string WriteSharded()
    {
        File.WriteAllText(this["config.json"], Config.ToJsonString());
        var map = new JsonObject();
        foreach (var (part, number) in Tensors.Values.Chunk((Tensors.Count + 2) / 3).Select(static (part, index) => (part, index + 1)))
        {
            string name = $"model-0000{number}-of-00003.safetensors";
            WriteFile(name, part);
            foreach (var tensor in part)
            {
                map[tensor.Name] = name;
            }
        }

        File.WriteAllText(this["model.safetensors.index.json"], new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = 1 }, ["weight_map"] = map }.ToJsonString());
        return Location;
    }

    public void WriteFile(string name, IEnumerable<SafeTensor> tensors)
    {
        using var stream = File.Create(this[name]);
        Safetensors.Write(stream, tensors, new Dictionary<string, string> { ["format"] = "pt" });
    }

    public void Dispose() => folder.Dispose();
}
