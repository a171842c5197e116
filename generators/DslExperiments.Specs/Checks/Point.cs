namespace DslExperiments.Specs;

/// <summary>The settings of one arm, seed apart.</summary>
internal readonly struct Point(Grid grid, int[] indices)
{
    public SpecValue this[BoundField field] => field.Values[grid.IndexOf(field, indices)];

    public long Int(BoundField field) => ((SpecValue.Int)this[field]).Value;

    public double Number(BoundField field) => ((SpecValue.Number)this[field]).Value;

    public bool Bool(BoundField field) => ((SpecValue.Bool)this[field]).Value;

    public string Word(BoundField field) => ((SpecValue.Choice)this[field]).Word;

    public SpecValue.Call Call(BoundField field) => (SpecValue.Call)this[field];

    /// <summary>Where the field's value stands, or null for a default.</summary>
    public SpecNode? Node(BoundField field) => field.NodeOf(grid.IndexOf(field, indices));

    /// <summary>What to point at for a contradiction between fields: a value of the file itself if there is one.</summary>
    public SpecNode Place(params BoundField[] fields) => Prefer(fields) ?? grid.Method.KeyNode;

    /// <summary>The same, but where the fields are all defaults the word that chose their section: <c>task: { family: … }</c>.</summary>
    public SpecNode PlaceOr(string section, string word, params BoundField[] fields)
    {
        if (Prefer(fields) is { InheritedFrom: null } own)
        {
            return own;
        }

        SpecNode? node = grid.Profile.Tree;
        foreach (string key in section.Split('.').Append(word))
        {
            node = (node as MappingNode)?[key];
        }

        return Places.Prefer(node, Prefer(fields)) ?? grid.Method.KeyNode;
    }

    private SpecNode? Prefer(BoundField[] fields)
    {
        SpecNode?[] nodes = new SpecNode?[fields.Length];
        for (int i = 0; i < nodes.Length; i++)
        {
            nodes[i] = Node(fields[i]);
        }

        return Places.Prefer(nodes);
    }
}
