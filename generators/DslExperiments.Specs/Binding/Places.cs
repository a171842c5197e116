namespace DslExperiments.Specs;

/// <summary>Chooses what a finding about several nodes points at.</summary>
internal static class Places
{
    /// <summary>The first node that the file itself holds, else the first inherited one, else null.</summary>
    public static SpecNode? Prefer(params SpecNode?[] nodes)
    {
        SpecNode? inherited = null;
        foreach (SpecNode? node in nodes)
        {
            if (node is { InheritedFrom: null })
            {
                return node;
            }

            inherited ??= node;
        }

        return inherited;
    }
}
