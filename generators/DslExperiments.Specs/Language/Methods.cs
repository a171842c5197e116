namespace DslExperiments.Specs;

/// <summary>How the backbone is adapted: the keys under <c>methods:</c>.</summary>
internal static class Methods
{
    private const string Namespace = "global::DslExperiments.Methods.";

    private static readonly NumberType Cap = new(0, double.PositiveInfinity);

    public static readonly ChoiceType Projection = new(
        Namespace + "Projection",
        new Word("q", "Q", "the query matrix"),
        new Word("k", "K", "the key matrix"),
        new Word("v", "V", "the value matrix"),
        new Word("o", "O", "the output matrix"),
        new Word("mlp_in", "MlpIn", "the MLP's first matrix"),
        new Word("mlp_out", "MlpOut", "the MLP's second matrix"),
        new Word("attention", "Attention", "the matrices q, k, v and, when there is one, o"),
        new Word("mlp", "Mlp", "both mlp_in and mlp_out"),
        new Word("all", "All", "all of them; for full also the norms' gains, embedding, unembedding and learned positions"));

    public static readonly WordListType Projections = new(Projection, Members);

    public static readonly Variant Prompt = new("prompt", "Trained virtual tokens before the content (Lester et al. 2021).", new Section(
        Namespace + "PromptOptions",
        new Field("length", "Length", new IntType(1, Limits.MaxSize), new SpecValue.Int(1), "Virtual tokens."),
        new Field("init", "Init", Initializers.OfPrompt, Initializers.Of("normal", 1), "Distribution of their entries at the start."),
        new Field("norm_cap", "NormCap", Cap, new SpecValue.Number(0), "Largest norm of a virtual token, kept after every step; 0 for none.")));

    public static readonly ChoiceType Form = new(
        Namespace + "PrefixForm",
        new Word("key_value", "KeyValue", "keys and values of every layer's attention (P-Tuning v2)"),
        new Word("block_input", "BlockInput", "rows at the input of every layer, before its normalisation (Petrov et al. 2024)"));

    public static readonly Variant Prefix = new("prefix", "Trained virtual tokens in every layer (Li and Liang 2021; Liu et al. 2022).", new Section(
        Namespace + "PrefixOptions",
        new Field("length", "Length", new IntType(1, Limits.MaxSize), new SpecValue.Int(1), "Virtual tokens per layer."),
        new Field("form", "Form", Form, Form.Of("key_value"), "Where they stand."),
        new Field("init", "Init", Initializers.Type, Initializers.Of("normal", 1), "Distribution of their entries at the start."),
        new Field("norm_cap", "NormCap", Cap, new SpecValue.Number(0), "Largest norm of a row (block_input), kept after every step; 0 for none."),
        new Field("key_cap", "KeyCap", Cap, new SpecValue.Number(0), "Largest norm of a key (key_value), kept after every step; 0 for none."),
        new Field("value_cap", "ValueCap", Cap, new SpecValue.Number(0), "Largest norm of a value (key_value), kept after every step; 0 for none.")));

    public static readonly Variant Lora = new("lora", "A trained low-rank update of frozen weights (Hu et al. 2021).", new Section(
        Namespace + "LoraOptions",
        new Field("rank", "Rank", new IntType(1, Limits.MaxSize), new SpecValue.Int(1), "Rank of the update."),
        new Field("alpha", "Alpha", new NumberType(0, double.PositiveInfinity), new SpecValue.Number(0), "Numerator of the scale; 0 stands for the rank, a scale of 1."),
        new Field("rank_stabilized", "RankStabilized", new BoolType(), new SpecValue.Bool(false), "True for alpha / sqrt(rank) in place of alpha / rank."),
        new Field("on", "On", Projections, Projections.Of("q", "v"), "The weights that are adapted, in every layer."),
        new Field("init", "Init", Initializers.Type, Initializers.Of("kaiming_uniform", 2.23606797749979), "Distribution of A at the start; B starts at zero.")));

    public static readonly Variant Full = new("full", "The weights themselves are trained.", new Section(
        Namespace + "FullOptions",
        new Field("on", "On", Projections, Projections.Of("all"), "The weights that are trained, in every layer, biases with their matrix.")));

    public static readonly Variant Frozen = new("frozen", "The backbone as it is; nothing is trained.", new Section(Namespace + "FrozenOptions"));

    /// <summary>All methods.</summary>
    public static readonly Variant[] All = { Prompt, Prefix, Lora, Full, Frozen };

    /// <summary>The single weights in a group; none for a single weight.</summary>
    public static string[] Members(string word) => word switch
    {
        "attention" => new[] { "q", "k", "v", "o" },
        "mlp" => new[] { "mlp_in", "mlp_out" },
        "all" => new[] { "q", "k", "v", "o", "mlp_in", "mlp_out" },
        _ => Array.Empty<string>(),
    };
}
