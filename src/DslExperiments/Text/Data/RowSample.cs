using DslExperiments.Cohorts;
using DslExperiments.Tasks;

namespace DslExperiments.Text.Data;

/// <summary>Draws some of the rows of a file: the same on every machine; a smaller number of them is part of a larger one.</summary>
internal static class RowSample
{
    /// <summary>The positions of the rows, ascending.</summary>
    /// <param name="rows">Rows in the file.</param>
    /// <param name="limit">Most rows; 0 for all.</param>
    /// <param name="seed">Draws them.</param>
    /// <param name="concern">What they are for: <c>train</c>.</param>
    public static int[] Of(int rows, int limit, int seed, string concern)
    {
        int[] positions = [.. Enumerable.Range(0, rows)];
        if (limit <= 0 || limit >= rows)
        {
            return positions;
        }

        // The front of Fisher and Yates' shuffle.
        var random = new RandomNumbers(Seeds.Derive(seed, $"data/sample/{concern}"));
        for (int i = 0; i < limit; i++)
        {
            int j = i + random.Below(rows - i);
            (positions[i], positions[j]) = (positions[j], positions[i]);
        }

        return [.. positions.Take(limit).Order()];
    }
}
