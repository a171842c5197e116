namespace Microsoft.ML.Tokenizers;

/// <summary>Rewrites a text before it is split.</summary>
public abstract class Normalizer
{
    protected Normalizer()
    {
    }

    public abstract string Normalize(string original);

    public abstract string Normalize(ReadOnlySpan<char> original);
}

/// <summary>Lower case, independent of the culture.</summary>
public sealed class LowerCaseNormalizer : Normalizer
{
    public LowerCaseNormalizer()
    {
    }

    public static LowerCaseNormalizer Instance { get; } = new();

    public override string Normalize(string original) => original.ToLowerInvariant();

    public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());
}
