using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// The MLP that makes a prefix while it is trained (Li and Liang 2021): <c>W_2 tanh(W_1 e + b_1) + b_2</c> of an embedding e
/// per virtual token gives what all layers need of it. Each arm has its own. What is saved in the end is what it makes.
/// </summary>
internal sealed class PrefixEncoder
{
    private const string Hidden = "prefix.mlp_in", Output = "prefix.mlp_out", Rows = "prefix.embedding";

    private readonly AdapterBuffer buffer;
    private readonly (string Name, long Width)[] parts;

    /// <summary>Looks at its tensors in a buffer that <see cref="Layout"/> had a part in.</summary>
    public PrefixEncoder(IReadOnlyList<PrefixOptions> options, TransformerOptions backbone, AdapterBuffer buffer)
    {
        this.buffer = buffer;
        parts = [.. Prefix.Parts(options[0], backbone)];
    }

    /// <summary>The embeddings, [A, P, D].</summary>
    public Tensor Embedding => buffer[Rows].Leaf;

    /// <summary>Numbers that an arm trains.</summary>
    public static long Count(PrefixOptions options, TransformerOptions backbone)
    {
        long outputs = Prefix.Parts(options, backbone).Sum(part => part.Width), hidden = options.Reparametrization;
        return (options.Length * (long)backbone.Width) + (hidden * (backbone.Width + 1L)) + (outputs * (hidden + 1L));
    }

    /// <summary>Embedding, weights and biases, drawn as PyTorch draws those of a linear layer.</summary>
    public static List<AdapterTensorPlan> Layout(IReadOnlyList<PrefixOptions> options, TransformerOptions backbone, IReadOnlyList<int> seeds)
    {
        if (options.Any(o => o.NormCap > 0 || o.KeyCap > 0 || o.ValueCap > 0))
        {
            throw new ExperimentUsageException(
                "methods.prefix.reparametrization: caps hold for rows that are trained themselves; leave out norm_cap, key_cap and value_cap, or the reparametrization.");
        }

        long hidden = options[0].Reparametrization, outputs = Prefix.Parts(options[0], backbone).Sum(part => part.Width);
        var weights = new KaimingUniform(Math.Sqrt(5));
        return
        [
            new(Rows, arm => options[arm].Init.Draw([options[arm].Length, backbone.Width], Seed(arm, Rows))),
            new(Hidden + ".weight", arm => weights.Draw([hidden, backbone.Width], Seed(arm, Hidden + ".weight")), LeafView.Transposed),
            new(Hidden + ".bias", arm => new Uniform(1 / Math.Sqrt(backbone.Width)).Draw([hidden], Seed(arm, Hidden + ".bias")), LeafView.Row),
            new(Output + ".weight", arm => weights.Draw([outputs, hidden], Seed(arm, Output + ".weight")), LeafView.Transposed),
            new(Output + ".bias", arm => new Uniform(1 / Math.Sqrt(hidden)).Draw([outputs], Seed(arm, Output + ".bias")), LeafView.Row),
        ];

        ulong Seed(int arm, string name) => Seeds.Derive(seeds[arm], "adapter/" + name);
    }

    /// <summary>The parts of the prefix in order, [A, P, width] each; rows beyond an arm's length are masked later.</summary>
    public Tensor[] Run()
    {
        var hidden = buffer[Hidden + ".bias"].Leaf.baddbmm(Embedding, buffer[Hidden + ".weight"].Leaf).tanh();
        return buffer[Output + ".bias"].Leaf.baddbmm(hidden, buffer[Output + ".weight"].Leaf).split([.. parts.Select(part => part.Width)], 2);
    }

    /// <summary>Puts the parts in the place of what makes them.</summary>
    public void Convert(OrderedDictionary<string, Tensor> exported, int arm)
    {
        var (embedding, hidden, output) = (exported[Rows].unsqueeze(0), Layer(Hidden), Layer(Output));
        var made = Through(Through(embedding, hidden).tanh(), output).squeeze(0).split([.. parts.Select(part => part.Width)], 1);
        int place = exported.IndexOf(Rows);
        foreach (string name in (string[])[Rows, Hidden + ".weight", Hidden + ".bias", Output + ".weight", Output + ".bias"])
        {
            exported.Remove(name);
        }

        for (int part = 0; part < parts.Length; part++)
        {
            exported.Insert(place + part, parts[part].Name, made[part].contiguous());
        }

        (Tensor Weight, Tensor Bias) Layer(string name) => (exported[name + ".weight"].t().unsqueeze(0), exported[name + ".bias"].view(1, 1, -1));

        static Tensor Through(Tensor rows, (Tensor Weight, Tensor Bias) layer) => layer.Bias.baddbmm(rows, layer.Weight);
    }
}
