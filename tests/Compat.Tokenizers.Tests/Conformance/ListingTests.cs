using Compat.TorchSharp.Tests.Conformance;
using Microsoft.ML.Tokenizers;

namespace Compat.Tokenizers.Tests.Conformance;

/// <summary>
/// Every public type, member, parameter name and default is in the listing of the real package. The lines that are used
/// are kept here; where the whole listing lies beside the repository, they are checked against it.
/// </summary>
public sealed class ListingTests
{
    [Fact]
    public void Every_public_member_is_in_the_listing()
    {
        var actual = PublicSurface.Of(typeof(Tokenizer).Assembly);
        File.WriteAllText(
            Path.Combine(AppContext.BaseDirectory, "Tokenizers.surface.received.txt"),
            string.Concat(actual.Select(t => $"{t.Key}\n{string.Concat(t.Value.Select(m => $"    {m}\n"))}")));
        Assert.Equal("", Difference(actual, Parse(ReadSubset())));
    }

    [Fact]
    public void Every_line_of_the_listing_here_is_implemented() =>
        Assert.Equal("", Difference(Parse(ReadSubset()), PublicSurface.Of(typeof(Tokenizer).Assembly)));

    [SharedFact("api/Microsoft.ML.Tokenizers-5.0.0.txt")]
    public void The_lines_here_are_lines_of_the_whole_listing() =>
        Assert.Equal("", Difference(Parse(ReadSubset()), Parse(File.ReadAllText(SharedData.Find("api/Microsoft.ML.Tokenizers-5.0.0.txt")!))));

    private static string Difference(SortedDictionary<string, SortedSet<string>> left, SortedDictionary<string, SortedSet<string>> right) =>
        string.Join("\n", left.SelectMany(type =>
            !right.TryGetValue(type.Key, out var members) ? [type.Key]
            : type.Value.Except(members).Select(member => $"{type.Key}\n    {member}")));

    private static SortedDictionary<string, SortedSet<string>> Parse(string listing)
    {
        var types = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        var current = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var line in listing.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.TrimEnd('\r')))
        {
            if (line.StartsWith(' '))
            {
                current.Add(line.Trim());
            }
            else
            {
                types[PublicSurface.Normal(line)] = current = new SortedSet<string>(StringComparer.Ordinal);
            }
        }

        return types;
    }

    private static string ReadSubset()
    {
        using var stream = typeof(ListingTests).Assembly.GetManifestResourceStream("subset.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
