namespace DslExperiments.Hosting;

/// <summary>Finds what a person may have meant.</summary>
internal static class NearestNames
{
    /// <summary>The names close to a word, nearest first; those that contain it are close, too.</summary>
    public static string[] Of(string word, IEnumerable<string> names, int limit = 3)
    {
        var allowed = Math.Max(2, word.Length / 3);
        return [.. names.Distinct(StringComparer.Ordinal)
            .Select(name => (Name: name, Distance: Distance(word, name)))
            .Where(candidate => candidate.Distance <= allowed
                || (word.Length >= 3 && candidate.Name.Contains(word, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(static candidate => candidate.Distance)
            .ThenBy(static candidate => candidate.Name, StringComparer.Ordinal)
            .Select(static candidate => candidate.Name)
            .Take(limit)];
    }

    /// <summary>
    /// <c> Did you mean 'a' or 'b'?</c>; without a near name, what there is.
    /// </summary>
    public static string Hint(string word, IReadOnlyCollection<string> names)
    {
        var near = Of(word, names);
        return near.Length > 0
            ? $" Did you mean {string.Join(" or ", near.Select(static name => $"'{name}'"))}?"
            : names.Count == 0 ? "" : $" There {(names.Count == 1 ? "is" : "are")} {string.Join(", ", names.Take(12))}{(names.Count > 12 ? ", …" : "")}.";
    }

    /// <summary>Edits that turn one word into the other; swapping neighbours is one edit, case none.</summary>
    internal static int Distance(string left, string right)
    {
        var rows = new int[3][];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = new int[right.Length + 1];
        }

        for (var j = 0; j <= right.Length; j++)
        {
            rows[0][j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            var (current, above, twoAbove) = (rows[i % 3], rows[(i - 1) % 3], rows[(i + 1) % 3]);
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var same = Same(left[i - 1], right[j - 1]);
                current[j] = Math.Min(Math.Min(above[j], current[j - 1]) + 1, above[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    current[j] = Math.Min(current[j], twoAbove[j - 2] + 1);
                }
            }
        }

        return rows[left.Length % 3][right.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
