using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>The frozen weights of a backbone by name, as <see cref="BackboneWeights"/> gives them.</summary>
public static class TransformerWeights
{
    /// <summary>The weights of a seed group by <see cref="WeightNames"/>, as views.</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="group">The group, see <see cref="SeedGroups.GroupOf"/>.</param>
    public static IReadOnlyDictionary<string, Tensor> WeightsOf(this Transformer backbone, int group)
    {
        var weights = new Dictionary<string, Tensor>();
        for (int layer = 0; layer < backbone.Layers.Count; layer++)
        {
            foreach (var projection in backbone.Layers[layer].Projections)
            {
                var linear = backbone.Layers[layer][projection];
                Add(WeightNames.Matrix(layer, projection), linear.Matrix);
                Add(WeightNames.Bias(layer, projection), linear.Bias);
            }
        }

        foreach (var (layer, place) in backbone.Options.NormPlaces())
        {
            Add(WeightNames.Gain(layer, place), backbone.Gain(layer, place)?.squeeze(1));
            Add(WeightNames.Shift(layer, place), backbone.Shift(layer, place)?.squeeze(1));
        }

        Add(WeightNames.Embedding, backbone.Embedding);
        Add(WeightNames.Unembedding, backbone.Options.Tied ? null : backbone.Unembedding);
        Add(WeightNames.Positions, backbone.PositionTable);
        Add(WeightNames.Relative, backbone.RelativeTable);
        Add(WeightNames.DecoderRelative, backbone.DecoderRelativeTable);
        return weights;

        void Add(string name, Tensor? stacked)
        {
            if (stacked is not null)
            {
                weights.Add(name, stacked[stacked.shape[0] == 1 ? 0 : group]);
            }
        }
    }
}
