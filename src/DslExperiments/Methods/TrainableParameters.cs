using DslExperiments.Backbones;

namespace DslExperiments.Methods;

/// <summary>How many numbers a method trains, from its options alone; adapters and the spec compiler count the same.</summary>
public static class TrainableParameters
{
    /// <summary>
    /// Prompt P·D; prefix L·P·D, twice that for keys and values, and P·D + h (D + 1) + n (h + 1) for an MLP that makes its n
    /// numbers per virtual token; LoRA Σ R (in + out) over layers and weights; full tuning
    /// Σ of the sizes, with <c>all</c> also gains and shifts of norms and the tables of tokens and positions.
    /// </summary>
    public static long Count(MethodOptions method, TransformerOptions backbone) => method switch
    {
        PromptOptions prompt => (long)prompt.Length * backbone.Width,
        PrefixOptions { Reparametrization: > 0 } prefix => PrefixEncoder.Count(prefix, backbone),
        PrefixOptions prefix => prefix.Length * Prefix.Parts(prefix, backbone).Sum(part => part.Width),
        FrozenOptions => 0,
        LoraOptions lora => Projections.Places(lora.On, backbone)
            .Select(place => Projections.ShapeOf(place.Projection, backbone))
            .Sum(shape => lora.Rank * (shape.Inputs + shape.Outputs)),
        FullOptions full => Projections.Places(full.On, backbone).Sum(place => SizeOf(place.Projection, backbone))
            + (full.On.Contains(Projection.All)
                ? (backbone.Width * ((backbone.NormPlaces().Count() * (backbone.NormBias ? 2 : 1)) + RowsOfTables(backbone))) + RelativeBiases(backbone)
                : 0),
        HardPromptOptions prompt => HardPrompt.Count(prompt),
        IaptOptions iapt => Iapt.Count(iapt, backbone),
        PromptLoraOptions both => Count(both.Prompt, backbone) + Count(both.Lora, backbone),
        PrefixLoraOptions both => Count(both.Prefix, backbone) + Count(both.Lora, backbone),
        _ => throw new NotSupportedException($"No count of parameters is defined for {method.GetType().Name}."),
    };

    /// <summary>The same with a head for so many classes, C (D + 1) numbers; 0 for none.</summary>
    public static long Count(MethodOptions method, TransformerOptions backbone, int classes) =>
        Count(method, backbone) + ClassifierHead.Count(classes, backbone.Width);

    /// <summary>Rows of embedding, unembedding where that is another table, and learned positions.</summary>
    private static long RowsOfTables(TransformerOptions backbone) =>
        ((backbone.Tied ? 1L : 2L) * backbone.Vocabulary) + (backbone.Positions == Positions.Learned ? backbone.Context : 0);

    /// <summary>A bias per bucket of distances and head, of each stack of layers.</summary>
    private static long RelativeBiases(TransformerOptions backbone) => backbone.Positions == Positions.Relative
        ? (long)backbone.RelativeBuckets * backbone.Heads * (backbone.DecoderDepth > 0 ? 2 : 1)
        : 0;

    private static long SizeOf(Projection projection, TransformerOptions backbone)
    {
        var (outputs, inputs) = Projections.ShapeOf(projection, backbone);
        return (outputs * inputs) + (Projections.HasBias(projection, backbone) ? outputs : 0);
    }
}
