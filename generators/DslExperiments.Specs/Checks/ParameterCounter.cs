namespace DslExperiments.Specs;

/// <summary>How many numbers an arm trains.</summary>
internal static class ParameterCounter
{
    /// <summary>The count for one point of a method's grid.</summary>
    public static long Count(BoundMethod method, TransformerFields backbone, Point point)
    {
        long width = point.Int(backbone.Width);
        long depth = point.Int(backbone.Depth);
        switch (method.Name)
        {
            case "prompt":
                return point.Int(method.Options["length"]) * width;
            case "prefix":
                long perRow = point.Word(method.Options["form"]) == "key_value" ? 2 * width : width;
                return depth * point.Int(method.Options["length"]) * perRow;
            case "frozen":
                return 0;
            case "lora":
                long rank = point.Int(method.Options["rank"]);
                long perLayer = 0;
                foreach (string weight in backbone.Weights(point[method.Options["on"]], point))
                {
                    (long rows, long columns) = backbone.Shape(weight, point);
                    perLayer += rank * (rows + columns);
                }

                return depth * perLayer;
            default:
                return CountFull(point[method.Options["on"]], backbone, point);
        }
    }

    private static long CountFull(SpecValue on, TransformerFields backbone, Point point)
    {
        long perLayer = 0;
        foreach (string weight in backbone.Weights(on, point))
        {
            (long rows, long columns) = backbone.Shape(weight, point);
            bool hasBias = weight is "mlp_in" or "mlp_out";
            perLayer += (rows * columns) + (hasBias ? rows : 0);
        }

        long count = point.Int(backbone.Depth) * perLayer;
        foreach (SpecValue item in ((SpecValue.List)on).Items)
        {
            count += ((SpecValue.Choice)item).Word == "all" ? Norms(backbone, point) + Tables(backbone, point) : 0;
        }

        return count;
    }

    /// <summary>Embedding and unembedding, and the table of learned positions.</summary>
    private static long Tables(TransformerFields backbone, Point point)
    {
        long positions = point.Word(backbone.Positions) == "learned" ? point.Int(backbone.Context) : 0;
        return point.Int(backbone.Width) * ((2 * point.Int(backbone.Vocabulary)) + positions);
    }

    /// <summary>One gain per norm: one norm per attention and per MLP, and for pre and rms a last one.</summary>
    private static long Norms(TransformerFields backbone, Point point)
    {
        long inLayers = point.Int(backbone.Depth) * (point.Int(backbone.Hidden) > 0 ? 2 : 1);
        return point.Int(backbone.Width) * point.Word(backbone.Norm) switch
        {
            "pre" or "rms" => inLayers + 1,
            "pre_mlp" => inLayers - point.Int(backbone.Depth) + 1,
            "post" => inLayers,
            _ => 0,
        };
    }
}
