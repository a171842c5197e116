using DslExperiments.Backbones;
using DslExperiments.Checkpoints;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Results;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Checkpoints;

/// <summary>LLaMAs with biases: what is loaded computes what the family's definition says, number by number.</summary>
public sealed class BiasedLlamaTests
{
    private const int Width = 4, Heads = 2, HeadWidth = 2, Hidden = 6, Vocabulary = 8, Depth = 2;

    private static readonly long[] Ids = [3, 1, 7, 0, 5];

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void The_scores_are_those_of_the_definition(bool attention, bool mlp)
    {
        using var folder = Biased(attention, mlp);
        var checkpoint = Checkpoint.Open(folder.Write());
        Assert.Equal((attention, mlp), (checkpoint.Options.Attention.Bias, checkpoint.Options.Mlp.Bias));
        using var scope = NewDisposeScope();
        var backbone = new Transformer(checkpoint.Options with { Dtype = Precision.Float64 }, [0], CPU, checkpoint.Weights);
        var content = backbone.Embed(tensor(Ids, [1, 1, Ids.Length], int64), 0, [.. Enumerable.Range(0, Ids.Length)]);
        double[] actual = backbone.Logits(content, new Unadapted(backbone), Batch.All).contiguous().data<double>().ToArray();
        double[] expected = [.. Scores(folder.Tensors).SelectMany(static row => row)];
        Assert.All(expected.Zip(actual), static pair => Assert.Equal(pair.First, pair.Second, 1e-9));

        // Without its biases it is another model.
        var without = Scores(folder.Tensors.Where(static pair => !pair.Key.EndsWith(".bias", StringComparison.Ordinal)).ToDictionary());
        Assert.NotEqual(expected[^1], without[^1][^1], 1e-3);
    }

    [Fact]
    public void A_spec_states_them()
    {
        using var folder = Biased(attention: true, mlp: true);
        var checkpoint = Checkpoint.Open(folder.Write());
        Assert.Contains("\n  mlp: { hidden: 6, bias: true }\n  attention: { bias: true }\n", checkpoint.ToYaml(), StringComparison.Ordinal);
        checkpoint.AssertFits(new LlamaOptions
        {
            Depth = Depth, Width = Width, Heads = Heads, KeyValueHeads = 1, Attention = new() { Bias = true }, Mlp = new SwiGlu { Hidden = Hidden, Bias = true },
            Vocabulary = Vocabulary, Context = 16, Tied = true,
        });
    }

    private static ModelFolder Biased(bool attention, bool mlp)
    {
        var folder = new ModelFolder();
        folder.Config["attention_bias"] = attention;
        folder.Config["mlp_bias"] = mlp;
        for (int layer = 0; layer < Depth; layer++)
        {
            foreach (var (name, size) in ((string, long)[])[("q_proj", 4), ("k_proj", 2), ("v_proj", 2), ("o_proj", 4)])
            {
                if (attention)
                {
                    folder.Add($"model.layers.{layer}.self_attn.{name}.bias", size);
                }
            }

            foreach (var (name, size) in ((string, long)[])[("gate_proj", Hidden), ("up_proj", Hidden), ("down_proj", Width)])
            {
                if (mlp)
                {
                    folder.Add($"model.layers.{layer}.mlp.{name}.bias", size);
                }
            }
        }

        var random = new Random(5);
        foreach (var (name, tensor) in folder.Tensors.ToArray())
        {
            folder.Tensors[name] = SafeTensor.Of(name, [.. tensor.ToArray<float>().Select(_ => (float)((random.NextDouble() * 2) - 1))], [.. tensor.Shape]);
        }

        return folder;
    }

    /// <summary>
    /// Scores of the vocabulary after every token: root-mean-square norms, rotated queries and keys, two heads on one of keys
    /// and values, SwiGLU, the embedding as unembedding; after Hugging Face's <c>LlamaForCausalLM</c>.
    /// </summary>
    private static double[][] Scores(IReadOnlyDictionary<string, SafeTensor> tensors)
    {
        double[][] rows = [.. Ids.Select(id => Numbers("model.embed_tokens.weight").Skip((int)id * Width).Take(Width).ToArray())];
        for (int layer = 0; layer < Depth; layer++)
        {
            string at = $"model.layers.{layer}.";
            var normed = Each(rows, row => Norm(row, at + "input_layernorm"));
            var (q, k, v) = (Each(normed, row => Linear(row, at + "self_attn.q_proj")), Each(normed, row => Linear(row, at + "self_attn.k_proj")), Each(normed, row => Linear(row, at + "self_attn.v_proj")));
            var joined = new double[rows.Length][];
            for (int t = 0; t < rows.Length; t++)
            {
                joined[t] = new double[Width];
                for (int head = 0; head < Heads; head++)
                {
                    var (first, second) = Turned(q[t][head * HeadWidth], q[t][(head * HeadWidth) + 1], t);
                    double[] masses = [.. Enumerable.Range(0, t + 1).Select(s =>
                    {
                        var (one, two) = Turned(k[s][0], k[s][1], s);
                        return Math.Exp(((first * one) + (second * two)) / Math.Sqrt(HeadWidth));
                    })];
                    for (int i = 0; i < HeadWidth; i++)
                    {
                        joined[t][(head * HeadWidth) + i] = masses.Index().Sum(mass => mass.Item * v[mass.Index][i]) / masses.Sum();
                    }
                }
            }

            rows = [.. rows.Zip(joined, (row, mixed) => Sum(row, Linear(mixed, at + "self_attn.o_proj")))];
            rows = Each(rows, row =>
            {
                var input = Norm(row, at + "post_attention_layernorm");
                var hidden = Linear(input, at + "mlp.gate_proj").Zip(Linear(input, at + "mlp.up_proj"), static (gate, up) => gate / (1 + Math.Exp(-gate)) * up);
                return Sum(row, Linear([.. hidden], at + "mlp.down_proj"));
            });
        }

        return Each(rows, row => Linear(Norm(row, "model.norm"), "model.embed_tokens"));

        double[] Numbers(string name) => [.. tensors[name].ToArray<float>().Select(static number => (double)number)];

        double[] Linear(double[] row, string name)
        {
            double[] matrix = Numbers(name + ".weight"), bias = tensors.ContainsKey(name + ".bias") ? Numbers(name + ".bias") : new double[matrix.Length / row.Length];
            return [.. bias.Index().Select(unit => unit.Item + row.Index().Sum(input => input.Item * matrix[(unit.Index * row.Length) + input.Index]))];
        }

        double[] Norm(double[] row, string name)
        {
            double size = Math.Sqrt(row.Average(static x => x * x) + 1e-5);
            return [.. row.Zip(Numbers(name + ".weight"), (x, gain) => x / size * gain)];
        }

        // A head of width 2 has one pair, whose frequency is 1.
        static (double First, double Second) Turned(double first, double second, int position) =>
            ((first * Math.Cos(position)) - (second * Math.Sin(position)), (second * Math.Cos(position)) + (first * Math.Sin(position)));

        static double[] Sum(double[] left, double[] right) => [.. left.Zip(right, static (x, y) => x + y)];

        static double[][] Each(double[][] rows, Func<double[], double[]> change) => [.. rows.Select(change)];
    }
}
