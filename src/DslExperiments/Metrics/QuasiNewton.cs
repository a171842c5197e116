namespace DslExperiments.Metrics;

/// <summary>
/// Minimises a function of few variables by the method of Broyden, Fletcher, Goldfarb and Shanno with a line search for
/// the weak Wolfe conditions, which also works where the function has kinks (Lewis and Overton 2013).
/// </summary>
internal static class QuasiNewton
{
    private const double Decrease = 1e-4;
    private const double Curvature = 0.9;

    /// <summary>A function that also writes its gradient.</summary>
    public delegate double Function(double[] point, double[] gradient);

    /// <summary>Moves <paramref name="point"/> downhill and returns the value reached.</summary>
    /// <param name="function">The function.</param>
    /// <param name="point">The start, overwritten by the end.</param>
    /// <param name="iterations">Most iterations.</param>
    /// <param name="restart">True to forget the curvature and go on where the search ends, as long as that helps.</param>
    public static double Minimize(Function function, double[] point, int iterations, bool restart)
    {
        var gradient = new double[point.Length];
        double value = function(point, gradient);
        int left = iterations;
        while (true)
        {
            double before = value;
            value = Run(function, point, gradient, value, ref left);
            if (!restart || left <= 0 || !(value < before - (1e-12 * before)))
            {
                return value;
            }
        }
    }

    private static double Run(Function function, double[] point, double[] gradient, double value, ref int left)
    {
        int n = point.Length;
        double[] inverse = new double[n * n], direction = new double[n], tried = new double[n], triedGradient = new double[n];
        double[] step = new double[n], change = new double[n], product = new double[n];
        Reset(inverse, n, 1);
        bool scaled = false;
        for (; left > 0; left--)
        {
            double slope = 0, size = 0;
            for (int i = 0; i < n; i++)
            {
                direction[i] = 0;
                for (int j = 0; j < n; j++)
                {
                    direction[i] -= inverse[(i * n) + j] * gradient[j];
                }

                slope += direction[i] * gradient[i];
                size = Math.Max(size, Math.Abs(gradient[i]));
            }

            if (size < 1e-14 || !(slope < 0))
            {
                return value;
            }

            // Bracketing by doubling and halving.
            double length = scaled ? 1 : Math.Min(1, 0.1 / size), low = 0, high = double.PositiveInfinity, reached = value;
            bool found = false;
            for (int trial = 0; trial < 60; trial++)
            {
                for (int i = 0; i < n; i++)
                {
                    tried[i] = point[i] + (length * direction[i]);
                }

                reached = function(tried, triedGradient);
                double endSlope = 0;
                for (int i = 0; i < n; i++)
                {
                    endSlope += triedGradient[i] * direction[i];
                }

                if (!(reached < value + (Decrease * length * slope)))
                {
                    high = length;
                }
                else if (endSlope < Curvature * slope)
                {
                    low = length;
                    if (length > 1e8)
                    {
                        found = true;
                        break;
                    }
                }
                else
                {
                    found = true;
                    break;
                }

                length = double.IsPositiveInfinity(high) ? 2 * low : 0.5 * (low + high);
            }

            if (!found && !(reached < value))
            {
                return value;
            }

            double curvature = 0, changeSize = 0;
            for (int i = 0; i < n; i++)
            {
                step[i] = tried[i] - point[i];
                change[i] = triedGradient[i] - gradient[i];
                curvature += step[i] * change[i];
                changeSize += change[i] * change[i];
            }

            Array.Copy(tried, point, n);
            Array.Copy(triedGradient, gradient, n);
            value = reached;
            if (!found)
            {
                return value;
            }

            if (curvature > 0 && double.IsFinite(curvature))
            {
                if (!scaled)
                {
                    Reset(inverse, n, curvature / changeSize);
                    scaled = true;
                }

                Update(inverse, step, change, product, curvature);
            }
        }

        return value;
    }

    private static void Update(double[] inverse, double[] step, double[] change, double[] product, double curvature)
    {
        int n = step.Length;
        double quadratic = 0;
        for (int i = 0; i < n; i++)
        {
            product[i] = 0;
            for (int j = 0; j < n; j++)
            {
                product[i] += inverse[(i * n) + j] * change[j];
            }

            quadratic += product[i] * change[i];
        }

        double outer = (1 + (quadratic / curvature)) / curvature;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                inverse[(i * n) + j] += (outer * step[i] * step[j]) - (((product[i] * step[j]) + (step[i] * product[j])) / curvature);
            }
        }
    }

    private static void Reset(double[] inverse, int n, double diagonal)
    {
        Array.Clear(inverse);
        for (int i = 0; i < n; i++)
        {
            inverse[(i * n) + i] = diagonal;
        }
    }
}
