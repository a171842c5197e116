using static TorchSharp.torch;

namespace DslExperiments.Metrics;

/// <summary>Small dense systems in double arithmetic.</summary>
internal static class LinearSystem
{
    /// <summary>Solves <c>M x = r</c> by elimination with row pivots; null when M is singular to working precision.</summary>
    /// <param name="matrix">[n, n] in row-major order; kept.</param>
    /// <param name="right">[n]; kept.</param>
    public static double[]? Solve(double[] matrix, double[] right)
    {
        int n = right.Length;
        var (m, x) = ((double[])matrix.Clone(), (double[])right.Clone());
        for (int column = 0; column < n; column++)
        {
            int pivot = column;
            for (int row = column + 1; row < n; row++)
            {
                pivot = Math.Abs(m[(row * n) + column]) > Math.Abs(m[(pivot * n) + column]) ? row : pivot;
            }

            double head = m[(pivot * n) + column];
            if (!(Math.Abs(head) > 1e-300) || !double.IsFinite(head))
            {
                return null;
            }

            if (pivot != column)
            {
                for (int k = column; k < n; k++)
                {
                    (m[(pivot * n) + k], m[(column * n) + k]) = (m[(column * n) + k], m[(pivot * n) + k]);
                }

                (x[pivot], x[column]) = (x[column], x[pivot]);
            }

            for (int row = column + 1; row < n; row++)
            {
                double factor = m[(row * n) + column] / head;
                if (factor != 0)
                {
                    for (int k = column + 1; k < n; k++)
                    {
                        m[(row * n) + k] -= factor * m[(column * n) + k];
                    }

                    x[row] -= factor * x[column];
                }
            }
        }

        for (int row = n - 1; row >= 0; row--)
        {
            for (int k = row + 1; k < n; k++)
            {
                x[row] -= m[(row * n) + k] * x[k];
            }

            x[row] /= m[(row * n) + row];
        }

        return x;
    }

    /// <summary>A tensor's numbers in row-major order.</summary>
    public static double[] ToDoubles(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(float64).cpu().contiguous().data<double>().ToArray();
    }
}
