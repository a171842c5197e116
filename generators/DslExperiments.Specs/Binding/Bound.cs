namespace DslExperiments.Specs;

/// <summary>A field after reading: one value, or several where it is swept.</summary>
/// <param name="Leaf">The field.</param>
/// <param name="Key">The full key: <c>methods.prompt.length</c>.</param>
/// <param name="Node">Where it was given, or null when it holds its default.</param>
/// <param name="Values">The values in order; the default when it was not given or is wrong.</param>
/// <param name="Nodes">Where each value stands; empty for a default.</param>
/// <param name="IsSweep">True for a list or range where one value is wanted.</param>
/// <param name="IsValid">False when an error was reported about it.</param>
internal sealed record BoundField(Leaf Leaf, string Key, SpecNode? Node, SpecValue[] Values, SpecNode[] Nodes, bool IsSweep, bool IsValid)
{
    /// <summary>True when the spec sets it.</summary>
    public bool IsGiven => Node is not null;

    /// <summary>Where value <paramref name="index"/> stands, or null for a default.</summary>
    public SpecNode? NodeOf(int index) => index < Nodes.Length ? Nodes[index] : Node;
}

/// <summary>The fields of one options record.</summary>
/// <param name="Section">Its description.</param>
/// <param name="Key">The key it stands under.</param>
/// <param name="Fields">By <see cref="Leaf.Index"/>.</param>
internal sealed record BoundSection(Section Section, string Key, BoundField[] Fields)
{
    /// <summary>The field at a path such as <c>mlp.hidden</c>, set or implied, or null when the section has none.</summary>
    public BoundField? Find(string path)
    {
        foreach (BoundField field in Fields)
        {
            if (field.Leaf.Path == path)
            {
                return field;
            }
        }

        return Section.Implied.TryGetValue(path, out SpecValue? value)
            ? new BoundField(new Leaf(-1, path, "", new Field(path, "", null, value, "")), Key + "." + path, null, new[] { value }, Array.Empty<SpecNode>(), IsSweep: false, IsValid: true)
            : null;
    }

    /// <summary>The field at a path that the section is known to have.</summary>
    public BoundField this[string path] => Find(path) ?? throw new InvalidOperationException("no field " + path);
}

/// <summary>A section that a word chose: a kind of backbone, a family of tasks.</summary>
internal sealed record BoundVariant(Variant Variant, BoundSection Options);

/// <summary>A method with its options and its training.</summary>
/// <param name="Variant">The method.</param>
/// <param name="KeyNode">Its key.</param>
/// <param name="Options">Its own fields.</param>
/// <param name="OwnTraining">What stands under its own <c>training:</c>.</param>
/// <param name="Training">What holds for it: its own values, else the shared ones.</param>
internal sealed record BoundMethod(Variant Variant, ScalarNode KeyNode, BoundSection Options, BoundSection OwnTraining, BoundField[] Training)
{
    public string Name => Variant.Name;
}

/// <summary>The pretraining stage after reading.</summary>
/// <param name="Task">Its task, or null when it could not be told.</param>
/// <param name="Training">Its training.</param>
internal sealed record BoundPretrain(BoundVariant? Task, BoundSection Training);

/// <summary>A profile after reading.</summary>
/// <param name="Name"><c>full</c>, or its key.</param>
/// <param name="Tree">The tree it was read from.</param>
/// <param name="Backbone">The backbone, or null when it could not be told.</param>
/// <param name="Task">The task, or null.</param>
/// <param name="Training">The shared training.</param>
/// <param name="Methods">The methods in the order of the file.</param>
/// <param name="Seeds">The seeds; never empty.</param>
/// <param name="SeedsNode">Where they stand.</param>
internal sealed record BoundProfile(
    string Name,
    MappingNode Tree,
    BoundVariant? Backbone,
    BoundVariant? Task,
    BoundSection Training,
    BoundMethod[] Methods,
    int[] Seeds,
    SpecNode? SeedsNode)
{
    /// <summary>The pretraining stage, or null where there is none.</summary>
    public BoundPretrain? Pretrain { get; init; }

    /// <summary>What drops arms on the way, or null when nothing does.</summary>
    public BoundSection? Search { get; init; }

    /// <summary>True when all parts are known, so that arms can be made.</summary>
    public bool IsComplete => Backbone is not null && Task is not null && Methods.Length > 0 && (Pretrain is null || Pretrain.Task is not null);

    /// <summary>What holds for a method, by part of the settings.</summary>
    public BoundField[] Fields(BoundMethod method, SettingsSection section) => section switch
    {
        SettingsSection.Backbone => Backbone!.Options.Fields,
        SettingsSection.Task => Task!.Options.Fields,
        SettingsSection.Method => method.Options.Fields,
        SettingsSection.PretrainTraining => Pretrain?.Training.Fields ?? Array.Empty<BoundField>(),
        _ => method.Training,
    };
}
