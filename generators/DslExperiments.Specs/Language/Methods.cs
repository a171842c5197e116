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
        new Word("mlp_gate", "MlpGate", "the gate of a gated MLP"),
        new Word("cross_q", "CrossQ", "the query matrix of a decoder's cross-attention"),
        new Word("cross_k", "CrossK", "its key matrix"),
        new Word("cross_v", "CrossV", "its value matrix"),
        new Word("cross_o", "CrossO", "its output matrix"),
        new Word("attention", "Attention", "the matrices q, k, v and, when there is one, o"),
        new Word("cross", "Cross", "the four of a decoder's cross-attention"),
        new Word("mlp", "Mlp", "mlp_in, mlp_out and, when there is one, mlp_gate"),
        new Word("all", "All", "all of them; for full also the norms' gains, embedding, unembedding and learned positions"));

    public static readonly WordListType Projections = new(Projection, Members);

    private static Section PromptSection() => new(
        Namespace + "PromptOptions",
        new Field("length", "Length", new IntType(1, Limits.MaxSize), new SpecValue.Int(1), "Virtual tokens."),
        new Field("init", "Init", Initializers.OfPrompt, Initializers.Of("normal", 1), "Distribution of their entries at the start."),
        new Field("norm_cap", "NormCap", Cap, new SpecValue.Number(0), "Largest norm of a virtual token, kept after every step; 0 for none."));

    public static readonly Variant Prompt = new("prompt", "Trained virtual tokens before the content (Lester et al. 2021).", PromptSection());

    public static readonly ChoiceType Form = new(
        Namespace + "PrefixForm",
        new Word("key_value", "KeyValue", "keys and values of every layer's attention (P-Tuning v2)"),
        new Word("block_input", "BlockInput", "rows at the input of every layer, before its normalisation (Petrov et al. 2024)"));

    private static readonly ListType LayerNumbers = new(new IntType(0, 1023), "layers");

    private static Section PrefixSection() => new(
        Namespace + "PrefixOptions",
        new Field("length", "Length", new IntType(1, Limits.MaxSize), new SpecValue.Int(1), "Virtual tokens per layer."),
        new Field("form", "Form", Form, Form.Of("key_value"), "Where they stand."),
        new Field("init", "Init", Initializers.Type, Initializers.Of("normal", 1), "Distribution of their entries at the start."),
        new Field("layers", "Layers", LayerNumbers, LayerNumbers.Empty, "The layers that have a prefix, counted from 0; none for all."),
        new Field("reparametrization", "Reparametrization", new IntType(0, Limits.MaxSize), new SpecValue.Int(0), "Hidden units of the MLP that makes keys and values of an embedding per virtual token while training; 0 trains them directly."),
        new Field("norm_cap", "NormCap", Cap, new SpecValue.Number(0), "Largest norm of a row (block_input), kept after every step; 0 for none."),
        new Field("key_cap", "KeyCap", Cap, new SpecValue.Number(0), "Largest norm of a key (key_value), kept after every step; 0 for none."),
        new Field("value_cap", "ValueCap", Cap, new SpecValue.Number(0), "Largest norm of a value (key_value), kept after every step; 0 for none."));

    public static readonly Variant Prefix = new("prefix", "Trained virtual tokens in every layer (Li and Liang 2021; Liu et al. 2022).", PrefixSection());

    private static Section LoraSection() => new(
        Namespace + "LoraOptions",
        new Field("rank", "Rank", new IntType(1, Limits.MaxSize), new SpecValue.Int(1), "Rank of the update."),
        new Field("alpha", "Alpha", new NumberType(0, double.PositiveInfinity), new SpecValue.Number(0), "Numerator of the scale; 0 stands for the rank, a scale of 1."),
        new Field("rank_stabilized", "RankStabilized", new BoolType(), new SpecValue.Bool(false), "True for alpha / sqrt(rank) in place of alpha / rank."),
        new Field("on", "On", Projections, Projections.Of("q", "v"), "The weights that are adapted, in every layer."),
        new Field("init", "Init", Initializers.Type, Initializers.Of("kaiming_uniform", 2.23606797749979), "Distribution of A at the start; B starts at zero."),
        new Field("dropout", "Dropout", new NumberType(0, 0.99), new SpecValue.Number(0), "Chance that an entry of what A reads is dropped in a training step."));

    public static readonly Variant Lora = new("lora", "A trained low-rank update of frozen weights (Hu et al. 2021).", LoraSection());

    public static readonly Variant Iapt = new("iapt", "In every layer, virtual tokens that a generator makes of the instruction's hidden states (Zhu et al. 2024).", new Section(
        Namespace + "IaptOptions",
        new Field("length", "Length", new IntType(1, Limits.MaxSize), new SpecValue.Int(4), "Virtual tokens per layer."),
        new Field("bottleneck", "Bottleneck", new IntType(1, Limits.MaxSize), new SpecValue.Int(8), "Width between the projections down and up."),
        new Field("shared", "Shared", new BoolType(), new SpecValue.Bool(false), "True when all layers share the projections; each has its own activation."),
        new Field("init", "Init", Initializers.Type, Initializers.Of("scaled_normal", 1), "Distribution of pooling and down-projection at the start; the up-projection starts at zero.")));

    public static readonly Variant HardPrompt = new("hard_prompt", "Tokens of the vocabulary before the content, searched or written by hand.", new Section(
        Namespace + "HardPromptOptions",
        new Field("length", "Length", new IntType(0, Limits.MaxSize), new SpecValue.Int(0), "Tokens that are searched; 0 for those of text and examples as they are."),
        new Field("text", "Text", new TextType(Limits.MaxText), new SpecValue.Text(""), "Text that the prompt starts from; without it tokens are drawn."),
        new Field("examples", "Examples", new IntType(0, 1000), new SpecValue.Int(0), "Training examples with their answers before the content."),
        new Field("candidates", "Candidates", new IntType(0, Limits.MaxSize), new SpecValue.Int(8), "Replacements that a step tries, those which the gradient promises most from; 0 searches nothing.")));

    public static readonly Variant PromptLora = new("prompt_lora", "A soft prompt and a low-rank update, trained together.", new Section(
        Namespace + "PromptLoraOptions",
        Field.Of("prompt", "Prompt", "The prompt.", PromptSection()),
        Field.Of("lora", "Lora", "The update.", LoraSection())));

    public static readonly Variant PrefixLora = new("prefix_lora", "A prefix and a low-rank update, trained together.", new Section(
        Namespace + "PrefixLoraOptions",
        Field.Of("prefix", "Prefix", "The prefix.", PrefixSection()),
        Field.Of("lora", "Lora", "The update.", LoraSection())));

    public static readonly Variant Full = new("full", "The weights themselves are trained.", new Section(
        Namespace + "FullOptions",
        new Field("on", "On", Projections, Projections.Of("all"), "The weights that are trained, in every layer, biases with their matrix.")));

    public static readonly Variant Frozen = new("frozen", "The backbone as it is; nothing is trained.", new Section(Namespace + "FrozenOptions"));

    /// <summary>All methods.</summary>
    public static readonly Variant[] All = { Prompt, Prefix, Lora, Full, Frozen, Iapt, HardPrompt, PromptLora, PrefixLora };

    /// <summary>The single weights in a group; none for a single weight.</summary>
    public static string[] Members(string word) => word switch
    {
        "attention" => new[] { "q", "k", "v", "o" },
        "cross" => new[] { "cross_q", "cross_k", "cross_v", "cross_o" },
        "mlp" => new[] { "mlp_in", "mlp_out", "mlp_gate" },
        "all" => new[] { "q", "k", "v", "o", "mlp_in", "mlp_out", "mlp_gate", "cross_q", "cross_k", "cross_v", "cross_o" },
        _ => Array.Empty<string>(),
    };
}
