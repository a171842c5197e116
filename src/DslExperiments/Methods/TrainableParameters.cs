using DslExperiments.Backbones;

namespace DslExperiments.Methods;

/// <summary>How many numbers a method trains, from its options alone; adapters and the spec compiler count the same.</summary>
public static class TrainableParameters
{
    /// <summary>Prompt P·D; LoRA Σ R (in + out) over layers and weights; full tuning Σ of the sizes.</summary>
    public static long Count(MethodOptions method, TransformerOptions backbone) => method switch
    {
        PromptOptions prompt => (long)prompt.Length * backbone.Width,
        LoraOptions lora => backbone.Depth * Projections.Expand(lora.On, backbone)
            .Select(projection => Projections.ShapeOf(projection, backbone))
            .Sum(shape => lora.Rank * (shape.Inputs + shape.Outputs)),
        FullOptions full => (backbone.Depth * Projections.Expand(full.On, backbone).Sum(projection => SizeOf(projection, backbone)))
            + (full.On.Contains(Projection.All) ? backbone.NormPlaces().Count() * (long)backbone.Width : 0),
        _ => throw new NotSupportedException($"No count of parameters is defined for {method.GetType().Name}."),
    };

    private static long SizeOf(Projection projection, TransformerOptions backbone)
    {
        var (outputs, inputs) = Projections.ShapeOf(projection, backbone);
        return (outputs * inputs) + (Projections.HasBias(projection) ? outputs : 0);
    }
}
