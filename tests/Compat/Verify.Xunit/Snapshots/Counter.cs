using System.Text;
using System.Text.RegularExpressions;

namespace VerifyTests;

/// <summary>Numbers values that differ from run to run in the order in which they first appear.</summary>
internal sealed partial class Counter
{
    private static readonly AsyncLocal<Counter?> s_current = new();

    private readonly Dictionary<object, string> _names = [];
    private readonly Dictionary<string, int> _counts = [];

    /// <summary>Begins to count for the running verification.</summary>
    public static Counter Start() => s_current.Value = new();

    /// <summary>Replaces guids within a text.</summary>
    public static void ReplaceInlineGuids(StringBuilder text)
    {
        Counter counter = s_current.Value ?? Start();
        string replaced = GuidPattern().Replace(text.ToString(), match => counter.Name("Guid", Guid.Parse(match.ValueSpan)));
        text.Clear().Append(replaced);
    }

    /// <summary>The name of a value, the same for equal values.</summary>
    public string Name(string kind, object value)
    {
        string? constant = value switch
        {
            Guid guid when guid == Guid.Empty => "Guid_Empty",
            DateTime time when time == DateTime.MinValue => "Date_MinValue",
            DateTime time when time == DateTime.MaxValue => "Date_MaxValue",
            DateTimeOffset time when time == DateTimeOffset.MinValue => "Date_MinValue",
            DateTimeOffset time when time == DateTimeOffset.MaxValue => "Date_MaxValue",
            DateOnly date when date == DateOnly.MinValue => "Date_MinValue",
            DateOnly date when date == DateOnly.MaxValue => "Date_MaxValue",
            _ => null,
        };
        if (constant is not null)
        {
            return constant;
        }

        if (!_names.TryGetValue(value, out string? name))
        {
            int count = _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
            _names.Add(value, name = $"{kind}_{count}");
        }

        return name;
    }

    [GeneratedRegex(@"(?<![\p{L}\p{Nd}])[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\p{L}\p{Nd}])")]
    private static partial Regex GuidPattern();
}
