namespace DslExperiments.Generators.Emit;

/// <summary>One C# scope: gives everything in it a name of its own.</summary>
internal sealed class NameScope
{
    // What every record has; the generated members must not hide it.
    private static readonly string[] OfEveryRecord =
    {
        "Equals", "GetHashCode", "GetType", "ToString", "ReferenceEquals", "MemberwiseClone", "Finalize", "Deconstruct", "Clone",
        "EqualityContract", "PrintMembers",
    };

    private readonly HashSet<string> taken = new(OfEveryRecord, StringComparer.Ordinal);

    public NameScope(params string[] reserved) => taken.UnionWith(reserved);

    /// <summary>The wanted name where it is free, else one made longer.</summary>
    /// <param name="wanted">A C# identifier.</param>
    /// <param name="suffix">What the thing is: <c>Profile</c>.</param>
    public string Take(string wanted, string suffix)
    {
        string name = wanted;
        while (!taken.Add(name))
        {
            name += suffix;
        }

        return name;
    }
}
