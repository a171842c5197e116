namespace DslExperiments.Specs;

/// <summary>How many numbers an arm trains.</summary>
internal static class ParameterCounter
{
    /// <summary>The count for one point of a method's grid.</summary>
    public static long Count(BoundMethod method, TransformerFields backbone, BoundVariant task, Point point) =>
        OfMethod(method, backbone, point) + OfHead(task, backbone, point);

    private static long OfMethod(BoundMethod method, TransformerFields backbone, Point point) => method.Name switch
    {
        "prompt" => Prompt(method.Options, "", backbone, point),
        "prefix" => Prefix(method.Options, "", backbone, point),
        "lora" => Lora(method.Options, "", backbone, point),
        "prompt_lora" => Prompt(method.Options, "prompt.", backbone, point) + Lora(method.Options, "lora.", backbone, point),
        "prefix_lora" => Prefix(method.Options, "prefix.", backbone, point) + Lora(method.Options, "lora.", backbone, point),
        "iapt" => Iapt(method.Options, backbone, point),
        "hard_prompt" => point.Int(method.Options["length"]),
        "frozen" => 0,
        _ => Full(point[method.Options["on"]], backbone, point),
    };

    private static long Prompt(BoundSection options, string path, TransformerFields backbone, Point point) =>
        point.Int(options[path + "length"]) * point.Int(backbone.Width);

    /// <summary>Keys and values, or rows, of every layer that has a prefix; with a reparametrization what makes them.</summary>
    private static long Prefix(BoundSection options, string path, TransformerFields backbone, Point point)
    {
        long length = point.Int(options[path + "length"]);
        long named = ((SpecValue.List)point[options[path + "layers"]]).Items.Count;
        long layers = named > 0 ? named : backbone.Layers(point);
        long row = layers * (point.Word(options[path + "form"]) == "key_value" ? 2 * backbone.KeyValueWidth(point) : point.Int(backbone.Width));
        long hidden = point.Int(options[path + "reparametrization"]);
        long width = point.Int(backbone.Width);
        return hidden == 0 ? length * row : (length * width) + (hidden * (width + 1)) + (row * (hidden + 1));
    }

    private static long Lora(BoundSection options, string path, TransformerFields backbone, Point point)
    {
        long count = 0;
        foreach (string weight in backbone.Named(point[options[path + "on"]], point))
        {
            (long rows, long columns) = backbone.Shape(weight, point);
            count += backbone.LayersOf(weight, point) * point.Int(options[path + "rank"]) * (rows + columns);
        }

        return count;
    }

    /// <summary>Pooling, down- and up-projection, once or per layer of the encoder, and 12 numbers of each layer's activation.</summary>
    private static long Iapt(BoundSection options, TransformerFields backbone, Point point)
    {
        long layers = point.Int(backbone.Depth);
        long projections = point.Int(backbone.Width) * (point.Int(options["length"]) + (2 * point.Int(options["bottleneck"])));
        return ((point.Bool(options["shared"]) ? 1 : layers) * projections) + (12 * layers);
    }

    /// <summary>A trained linear layer in front of the labels.</summary>
    private static long OfHead(BoundVariant task, TransformerFields backbone, Point point) =>
        task.Options.Find("answer") is BoundField answer && point.Word(answer) == "head"
            ? ((SpecValue.List)point[task.Options["labels"]]).Items.Count * (point.Int(backbone.Width) + 1)
            : 0;

    private static long Full(SpecValue on, TransformerFields backbone, Point point)
    {
        long count = 0;
        foreach (string weight in backbone.Named(on, point))
        {
            (long rows, long columns) = backbone.Shape(weight, point);
            count += backbone.LayersOf(weight, point) * ((rows * columns) + (backbone.HasBias(weight, point) ? rows : 0));
        }

        foreach (SpecValue item in ((SpecValue.List)on).Items)
        {
            count += ((SpecValue.Choice)item).Word == "all" ? Norms(backbone, point) + Tables(backbone, point) : 0;
        }

        return count;
    }

    /// <summary>Embedding and unembedding, and the tables of learned or of relative positions.</summary>
    private static long Tables(TransformerFields backbone, Point point)
    {
        long positions = point.Word(backbone.Positions) == "learned" ? point.Int(backbone.Context) : 0;
        long stacks = point.Int(backbone.DecoderDepth) > 0 ? 2 : 1;
        return (point.Int(backbone.Width) * (((point.Bool(backbone.Tied) ? 1 : 2) * point.Int(backbone.Vocabulary)) + positions))
            + (stacks * point.Int(backbone.RelativeBuckets) * point.Int(backbone.Heads));
    }

    /// <summary>
    /// A gain, and with biases a shift, per norm: one norm per attention and per MLP, and for pre and rms a last one; a
    /// decoder's layers have one more, before their cross-attention.
    /// </summary>
    private static long Norms(TransformerFields backbone, Point point)
    {
        long inLayers = point.Int(backbone.Depth) * (point.Int(backbone.Hidden) > 0 ? 2 : 1);
        long decoder = point.Int(backbone.DecoderDepth);
        return point.Int(backbone.Width) * (point.Bool(backbone.NormBias) ? 2 : 1) * point.Word(backbone.Norm) switch
        {
            "pre" or "rms" => inLayers + 1 + (decoder > 0 ? (3 * decoder) + 1 : 0),
            "pre_mlp" => inLayers - point.Int(backbone.Depth) + 1,
            "post" => inLayers,
            _ => 0,
        };
    }
}
