namespace DslExperiments.Specs;

/// <summary>How the backbone is adapted: the keys under <c>methods:</c>.</summary>
internal static class Methods
{
    private const string Namespace = "global::DslExperiments.Methods.";

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
        new Word("all", "All", "all of them; for full also the norms' gains"));

    public static readonly WordListType Projections = new(Projection, Members);

    public static readonly Variant Prompt = new("prompt", "Trained virtual tokens before the content (Lester et al. 2021).", new Section(
        Namespace + "PromptOptions",
        new Field("length", "Length", new IntType(1, Limits.MaxSize), new SpecValue.Int(1), "Virtual tokens."),
        new Field("init", "Init", Initializers.Type, Initializers.Of("normal", 1), "Distribution of their entries at the start.")));

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

    /// <summary>All methods.</summary>
    public static readonly Variant[] All = { Prompt, Lora, Full };

    /// <summary>The single weights in a group; none for a single weight.</summary>
    public static string[] Members(string word) => word switch
    {
        "attention" => new[] { "q", "k", "v", "o" },
        "mlp" => new[] { "mlp_in", "mlp_out" },
        "all" => new[] { "q", "k", "v", "o", "mlp_in", "mlp_out" },
        _ => Array.Empty<string>(),
    };
}
