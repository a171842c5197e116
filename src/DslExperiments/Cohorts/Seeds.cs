namespace DslExperiments.Cohorts;

/// <summary>
/// Seeds of the single concerns of an arm (backbone, data, teacher, adapter, order), each derived from the arm's seed
/// and the concern's name alone: drawing more for one concern, or adding a concern, never shifts another.
/// </summary>
public static class Seeds
{
    /// <summary>The seed of one concern of an arm.</summary>
    /// <param name="seed">The arm's seed.</param>
    /// <param name="concern">A name such as <c>backbone/0/q</c>.</param>
    public static ulong Derive(int seed, string concern)
    {
        // FNV-1a of the name, then SplitMix64 over name and seed: stable across processes, machines and versions.
        ulong hash = 0xcbf29ce484222325;
        foreach (char character in concern)
        {
            hash = (hash ^ character) * 0x100000001b3;
        }

        return Mix(hash ^ Mix(unchecked((ulong)seed) + 0x9e3779b97f4a7c15));
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }
}
