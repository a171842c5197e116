namespace DslExperiments.Specs;

/// <summary>A key at the top of a spec.</summary>
/// <param name="Name">The key.</param>
/// <param name="Title">Its type in the reference page.</param>
/// <param name="IsRequired">True when every spec needs it, its own or inherited.</param>
/// <param name="InProfiles">True when profiles and overrides may change it.</param>
/// <param name="Doc">One sentence.</param>
internal sealed record TopLevelKey(string Name, string Title, bool IsRequired, bool InProfiles, string Doc);

/// <summary>The language: the table of tables. A new method, family, backbone or key is an entry in one of them.</summary>
internal static class SpecLanguage
{
    /// <summary>The keys at the top, in the order of canonical text.</summary>
    public static readonly TopLevelKey[] TopLevel =
    {
        new("summary", "text", true, false, "One sentence for people."),
        new("source", "map", false, false, "The paper and the statement that the spec carries."),
        new("extends", "text", false, false, "Another spec, by name or folder/name: its keys hold unless set here; null removes one."),
        new("backbone", "map", true, true, "The network that is adapted."),
        new("pretrain", "map", false, true, "How the backbone itself is trained, once per seed, before it is frozen: its own task and training, nothing of which comes from the keys below."),
        new("task", "map", true, true, "What is learned."),
        new("methods", "map", true, true, "How the backbone is adapted: one key per method."),
        new("training", "map", false, true, "How arms are trained, unless a method's own training: says otherwise."),
        new("search", "map", false, true, "How arms are dropped on the way; without it, every arm is trained to its end."),
        new("seeds", "int, list or range", true, true, "One arm per seed: all randomness of an arm derives from it."),
        new("metrics", "list of words", true, false, "What is measured on every arm."),
        new("expect", "list of expectations", false, false, "What must hold over the arms."),
        new("zip", "list of lists of keys", false, false, "Groups of swept keys that move together instead of forming a grid."),
        new("profiles", "map", false, false, "Named sets of other values, for a quick check beside the full study; dotted keys are allowed."),
    };

    /// <summary><c>source:</c>.</summary>
    public static readonly Section Source = new(
        "global::DslExperiments.Specs.SourceSpec",
        new Field("paper", "Paper", new TextType(200), null, "Key of the paper.") { IsSweepable = false },
        new Field("claim", "Claim", new TextType(200), new SpecValue.Text(""), "The statement in it.") { IsSweepable = false });

    /// <summary><c>summary:</c>.</summary>
    public static readonly FieldType Summary = new TextType(Limits.MaxText);

    /// <summary>One seed.</summary>
    public static readonly FieldType Seed = new IntType(0, int.MaxValue);

    /// <summary>The profile that is the spec itself.</summary>
    public const string FullProfile = "full";

    /// <summary>The key of a method under which its own training values stand.</summary>
    public const string OwnTraining = "training";

    /// <summary>The key of the pretraining stage, and what stands before its parts' keys.</summary>
    public const string Pretrain = "pretrain";

    /// <summary>The key of what drops arms on the way.</summary>
    public const string Search = "search";

    /// <summary>The families that can pretrain a backbone: those that the runtime knows.</summary>
    public static readonly Variant[] PretrainTasks = Array.FindAll(Tasks.All, variant => variant != Tasks.Custom);

    /// <summary>The top-level key of a name, or null.</summary>
    public static TopLevelKey? Find(string name) => Array.Find(TopLevel, key => key.Name == name);
}
