using DslExperiments.Backbones;

namespace DslExperiments.Checkpoints;

/// <summary>A key of a spec whose value is not the checkpoint's.</summary>
/// <param name="Key">Below <c>backbone</c>, such as <c>mlp.hidden</c>.</param>
/// <param name="Stated">What the spec has.</param>
/// <param name="Found">What the checkpoint has.</param>
internal readonly record struct ShapeDifference(string Key, string Stated, string Found);

/// <summary>The keys of a spec's backbone that say what a checkpoint's configuration says, too.</summary>
internal static class ShapeKeys
{
    private static readonly ShapeKey[] All =
    [
        new("kind", KindOf, Always: true),
        new("depth", static o => o.Depth, Always: true),
        new("decoder_depth", static o => o.DecoderDepth, Always: true),
        new("width", static o => o.Width, Always: true),
        new("heads", static o => o.Heads, Always: true),
        new("kv_heads", static o => o.KeyValueHeadCount()) { Stated = static o => o.KeyValueHeads },
        new("head_width", static o => o.HeadSize()) { Stated = static o => o.HeadWidth },
        new("mlp.hidden", static o => o.Mlp.Hidden, Always: true),
        new("mlp.activation", static o => o.Mlp.Activation),
        new("mlp.gated", static o => o.Mlp.Gated),
        new("mlp.bias", static o => o.Mlp.Bias),
        new("attention.scale", static o => o.Attention.Scale),
        new("attention.bias", static o => o.Attention.Bias),
        new("vocabulary", static o => o.Vocabulary, Always: true),
        new("context", static o => o.Context, Always: true),
        new("tied", static o => o.Tied),
        new("causal", static o => o.Causal),
        new("norm", static o => o.Norm),
        new("norm_bias", static o => o.NormBias),
        new("norm_epsilon", static o => o.NormEpsilon),
        new("positions", static o => o.Positions),
        new("rotary_base", static o => o.RotaryBase),
        new("rotary_scaling", static o => ScalingOf(o.RotaryScaling)),
        new("relative_buckets", static o => o.RelativeBuckets),
        new("relative_distance", static o => o.RelativeDistance),
    ];

    /// <summary>Every key whose value differs.</summary>
    public static IReadOnlyList<ShapeDifference> Differences(TransformerOptions stated, TransformerOptions found) =>
    [
        .. from key in All
           let difference = new ShapeDifference(key.Key, Text(key.Effective(stated)), Text(key.Effective(found)))
           where difference.Stated != difference.Found && !(key.Key == "context" && IsOpen(stated, found))
           select difference,
    ];

    /// <summary>The block of a spec that states a shape: what is needed and what differs from the family's defaults.</summary>
    public static string Block(TransformerOptions options)
    {
        TransformerOptions family = options switch
        {
            LlamaOptions => new LlamaOptions(),
            Gpt2Options => new Gpt2Options(),
            T5Options => new T5Options(),
            _ => new TransformerOptions(),
        };
        var lines = All
            .Where(key => key.IsAlways(options) || Text(key.AsStated(options)) != Text(key.AsStated(family)))
            .Select(key => (key.Key, Text(key.AsStated(options))))
            .ToList();
        if (options.Weights.Length > 0)
        {
            lines.Insert(1, ("weights", Quoted(options.Weights)));
        }

        return string.Concat(Lines(lines).Prepend("backbone:").Select(static (line, index) => index == 0 ? line + "\n" : $"  {line}\n"));
    }

    /// <summary>Lines of a block; keys below the same one come together: <c>mlp: { hidden: 172 }</c>.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<(string Key, string Value)> values) =>
        from value in values
        group value by value.Key.Split('.')[0] into section
        select section.First().Key.Contains('.')
            ? $"{section.Key}: {{ {string.Join(", ", section.Select(static value => $"{value.Key.Split('.')[1]}: {value.Value}"))} }}"
            : $"{section.Key}: {section.First().Value}";

    private static string Text(object value) => value as string ?? SpecText.Of(value);

    /// <summary>A length that one of the two leaves open: only a table of positions has to have one.</summary>
    private static bool IsOpen(TransformerOptions stated, TransformerOptions found) =>
        found.Positions != Positions.Learned && (stated.Context == 0 || found.Context == 0);

    private static string KindOf(TransformerOptions options) => CheckpointFamily.Of(options)?.Kind ?? "transformer";

    private static string ScalingOf(RotaryScaling scaling) => scaling switch
    {
        LinearRotaryScaling linear => $"linear({SpecText.Of(linear.Factor)})",
        Llama3RotaryScaling llama => $"llama3({SpecText.Of(llama.Factor)}, {SpecText.Of(llama.Low)}, {SpecText.Of(llama.High)}, {SpecText.Of(llama.Original)})",
        _ => "none",
    };

    /// <summary>A path as YAML reads it back.</summary>
    private static string Quoted(string path) =>
        path.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '.') && path[0] is not ('-' or '.') && path.Any(char.IsAsciiLetter)
            ? path
            : $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";

    private sealed record ShapeKey(string Key, Func<TransformerOptions, object> Effective, bool Always = false)
    {
        /// <summary>What a spec writes, where it may leave it to other keys.</summary>
        public Func<TransformerOptions, object>? Stated { get; init; }

        public object AsStated(TransformerOptions options) => (Stated ?? Effective)(options);

        public bool IsAlways(TransformerOptions options) => Always && !(Effective(options) is 0);
    }
}
