namespace DslExperiments.Backbones;

/// <summary>
/// Buckets of distances between tokens (Raffel et al. 2020): one for each of the short distances, then wider and wider
/// ones up to a largest distance, from which on there is one.
/// </summary>
public static class RelativeBuckets
{
    /// <summary>The bucket of a distance.</summary>
    /// <param name="distance">Position of the key minus position of the query.</param>
    /// <param name="bothWays">True when tokens see later ones too: half of the buckets are for those; else later ones fall into the first bucket.</param>
    /// <param name="buckets">How many there are.</param>
    /// <param name="largest">The distance from which on there is one bucket.</param>
    public static int Of(int distance, bool bothWays, int buckets, int largest)
    {
        int first = 0, back = -distance;
        if (bothWays)
        {
            buckets /= 2;
            first = distance > 0 ? buckets : 0;
            back = Math.Abs(distance);
        }

        back = Math.Max(back, 0);
        int exact = buckets / 2;
        if (back < exact)
        {
            return first + back;
        }

        // In single precision, as the models were trained: the edges of buckets are rounded.
        float share = MathF.Log(back / (float)exact) / (float)Math.Log((double)largest / exact);
        return first + Math.Min(exact + (int)(share * (buckets - exact)), buckets - 1);
    }
}
