using MathNet.Numerics.LinearAlgebra;

namespace DslExperiments.Metrics;

/// <summary>
/// BFGS with a line search that accepts weak Wolfe steps, which also finds minima that lie on kinks (Lewis and Overton
/// 2013); the line searches of the numerics library assume a smooth function and stop there.
/// </summary>
internal static class KinkedBfgs
{
    private const double SufficientDecrease = 1e-4;
    private const double WeakCurvature = 0.9;
    private const int MostHalvings = 60;

    /// <summary>A function's value at a point, and its gradient in the second argument.</summary>
    public delegate double Objective(Vector<double> point, Vector<double> gradient);

    /// <summary>Descends from a start until no step gains anything, at most <paramref name="iterations"/> times.</summary>
    public static (double Value, Vector<double> Point) Minimize(Objective objective, Vector<double> start, int iterations)
    {
        int size = start.Count;
        var point = start;
        var gradient = Vector<double>.Build.Dense(size);
        double value = objective(point, gradient);
        var inverse = Matrix<double>.Build.DenseIdentity(size);
        bool scaled = false;
        for (int iteration = 0; iteration < iterations && double.IsFinite(value); iteration++)
        {
            var direction = -(inverse * gradient);
            double slope = direction.DotProduct(gradient);
            if (!(slope < 0))
            {
                if (!scaled)
                {
                    break;
                }

                // The curvature gathered so far no longer describes this place.
                inverse = Matrix<double>.Build.DenseIdentity(size);
                scaled = false;
                continue;
            }

            var nextGradient = Vector<double>.Build.Dense(size);
            if (Step(objective, point, value, direction, slope, nextGradient) is not { } step)
            {
                break;
            }

            var moved = step.Point - point;
            var turned = nextGradient - gradient;
            double curvature = moved.DotProduct(turned);
            if (curvature > 0)
            {
                if (!scaled)
                {
                    inverse *= curvature / turned.DotProduct(turned);
                    scaled = true;
                }

                var image = inverse * turned;
                inverse += (moved.OuterProduct(moved) * ((1 + (turned.DotProduct(image) / curvature)) / curvature))
                    - ((image.OuterProduct(moved) + moved.OuterProduct(image)) / curvature);
            }

            double gain = value - step.Value;
            (point, value) = (step.Point, step.Value);
            nextGradient.CopyTo(gradient);
            if (gain <= 1e-15 * Math.Abs(value))
            {
                break;
            }
        }

        return (value, point);
    }

    /// <summary>Doubles and bisects a step until it decreases enough and the slope has flattened; null when none does.</summary>
    private static (double Value, Vector<double> Point)? Step(
        Objective objective, Vector<double> point, double value, Vector<double> direction, double slope, Vector<double> gradient)
    {
        double low = 0, high = double.PositiveInfinity, length = 1;
        (double Value, Vector<double> Point)? best = null;
        for (int halving = 0; halving < MostHalvings; halving++)
        {
            var tried = point + (direction * length);
            double reached = objective(tried, gradient);
            if (!(reached <= value + (SufficientDecrease * length * slope)))
            {
                high = length;
            }
            else if (gradient.DotProduct(direction) < WeakCurvature * slope)
            {
                low = length;
                best = (reached, tried);
            }
            else
            {
                return (reached, tried);
            }

            length = double.IsFinite(high) ? (low + high) / 2 : 2 * low;
        }

        if (best is { } found)
        {
            objective(found.Point, gradient);
        }

        return best;
    }
}
