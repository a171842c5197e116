using DslExperiments.Backbones;
using DslExperiments.Methods;
using MathNet.Numerics;

namespace DslExperiments.Metrics;

/// <summary>The frozen MLP of a layer in double arithmetic: <c>W_2 act(W_1 x + b_1) + b_2 (+ x)</c>, or the identity.</summary>
internal sealed class MlpFunction
{
    private readonly int width;
    private readonly int hidden;
    private readonly bool residual;
    private readonly Activation activation;
    private readonly double[] w1 = [];
    private readonly double[] b1 = [];
    private readonly double[] w2 = [];
    private readonly double[] b2 = [];

    public MlpFunction(Transformer backbone, int layer, int group)
    {
        var options = backbone.Options;
        if (options.Mlp.Gated)
        {
            throw new NotSupportedException("Values of a gated MLP are not inverted.");
        }

        width = options.Width;
        hidden = options.Mlp.Hidden;
        residual = options.Mlp.Residual || hidden == 0;
        activation = options.Mlp.Activation;
        if (hidden > 0)
        {
            var (first, second) = (backbone.Layers[layer][Projection.MlpIn], backbone.Layers[layer][Projection.MlpOut]);
            (w1, b1) = (first.Matrix[group].ToDoubles(), first.Bias?[group].ToDoubles() ?? new double[hidden]);
            (w2, b2) = (second.Matrix[group].ToDoubles(), second.Bias?[group].ToDoubles() ?? new double[width]);
        }
    }

    /// <summary>Hidden units, r.</summary>
    public int Hidden => hidden;

    /// <summary>The value, and the derivative [D, D] in row-major order when a place for it is given.</summary>
    public void Differentiate(ReadOnlySpan<double> x, Span<double> value, double[]? derivative)
    {
        for (int i = 0; i < width; i++)
        {
            value[i] = (residual ? x[i] : 0) + (hidden > 0 ? b2[i] : 0);
        }

        if (derivative is not null)
        {
            Array.Clear(derivative);
            for (int i = 0; i < width && residual; i++)
            {
                derivative[(i * width) + i] = 1;
            }
        }

        for (int unit = 0; unit < hidden; unit++)
        {
            double sum = b1[unit];
            for (int j = 0; j < width; j++)
            {
                sum += w1[(unit * width) + j] * x[j];
            }

            var (height, slope) = Activate(sum);
            for (int i = 0; i < width; i++)
            {
                double weight = w2[(i * hidden) + unit];
                value[i] += weight * height;
                if (derivative is not null && slope != 0)
                {
                    double factor = weight * slope;
                    for (int j = 0; j < width; j++)
                    {
                        derivative[(i * width) + j] += factor * w1[(unit * width) + j];
                    }
                }
            }
        }
    }

    /// <summary>The value at x, and what remembers the slopes for <see cref="PullBack"/>.</summary>
    public void Evaluate(ReadOnlySpan<double> x, Span<double> value, Span<double> slopes)
    {
        for (int i = 0; i < width; i++)
        {
            value[i] = (residual ? x[i] : 0) + (hidden > 0 ? b2[i] : 0);
        }

        for (int unit = 0; unit < hidden; unit++)
        {
            double sum = b1[unit];
            var row = w1.AsSpan(unit * width, width);
            for (int j = 0; j < row.Length; j++)
            {
                sum += row[j] * x[j];
            }

            (double height, slopes[unit]) = Activate(sum);
            if (height != 0)
            {
                for (int i = 0; i < width; i++)
                {
                    value[i] += w2[(i * hidden) + unit] * height;
                }
            }
        }
    }

    /// <summary>Transposed derivative times a vector, with the slopes of an evaluation.</summary>
    public void PullBack(ReadOnlySpan<double> slopes, ReadOnlySpan<double> outer, Span<double> inner)
    {
        for (int j = 0; j < width; j++)
        {
            inner[j] = residual ? outer[j] : 0;
        }

        for (int unit = 0; unit < hidden; unit++)
        {
            if (slopes[unit] == 0)
            {
                continue;
            }

            double sum = 0;
            for (int i = 0; i < width; i++)
            {
                sum += w2[(i * hidden) + unit] * outer[i];
            }

            sum *= slopes[unit];
            var row = w1.AsSpan(unit * width, width);
            for (int j = 0; j < row.Length; j++)
            {
                inner[j] += sum * row[j];
            }
        }
    }

    /// <summary>
    /// The input that gives a value: fixed-point iteration, which converges for contractive MLPs with residual, then
    /// Newton's, to 1e-14; null when neither gets there.
    /// </summary>
    public double[]? Invert(ReadOnlySpan<double> wanted)
    {
        double[] x = wanted.ToArray(), value = new double[width], derivative = new double[width * width];
        double scale = 1;
        foreach (double entry in wanted)
        {
            scale = Math.Max(scale, Math.Abs(entry));
        }

        for (int iteration = 0; iteration < 200 && residual && Miss(x, wanted, value, null) > 1e-10 * scale; iteration++)
        {
            for (int i = 0; i < width; i++)
            {
                x[i] += wanted[i] - value[i];
            }
        }

        double best = Miss(x, wanted, value, derivative);
        for (int iteration = 0; iteration < 200 && best > 1e-15 * scale; iteration++)
        {
            var step = LinearSystem.Solve(derivative, Difference(wanted, value));
            if (step is null)
            {
                break;
            }

            double miss = best;
            double length = 1;
            var tried = new double[width];
            for (; length > 1e-10; length /= 2)
            {
                for (int i = 0; i < width; i++)
                {
                    tried[i] = x[i] + (length * step[i]);
                }

                miss = Miss(tried, wanted, value, derivative);
                if (miss < best)
                {
                    break;
                }
            }

            if (!(miss < best))
            {
                break;
            }

            (x, best) = (tried, miss);
        }

        return best <= 1e-14 * scale * width ? x : null;
    }

    private double Miss(double[] x, ReadOnlySpan<double> wanted, double[] value, double[]? derivative)
    {
        Differentiate(x, value, derivative);
        double miss = 0;
        for (int i = 0; i < width; i++)
        {
            miss = Math.Max(miss, Math.Abs(wanted[i] - value[i]));
        }

        return double.IsFinite(miss) ? miss : double.PositiveInfinity;
    }

    private double[] Difference(ReadOnlySpan<double> wanted, double[] value)
    {
        var difference = new double[width];
        for (int i = 0; i < width; i++)
        {
            difference[i] = wanted[i] - value[i];
        }

        return difference;
    }

    private (double Height, double Slope) Activate(double x)
    {
        switch (activation)
        {
            case Activation.Relu:
                return x > 0 ? (x, 1) : (0, 0);
            case Activation.Gelu:
                double cumulative = 0.5 * SpecialFunctions.Erfc(-x / Math.Sqrt(2));
                return (x * cumulative, cumulative + (x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI)));
            case Activation.GeluTanh:
                double factor = Math.Sqrt(2 / Math.PI), bend = Math.Tanh(factor * (x + (0.044715 * x * x * x)));
                double slope = factor * (1 + (3 * 0.044715 * x * x)) * (1 - (bend * bend));
                return (0.5 * x * (1 + bend), 0.5 * (1 + bend + (x * slope)));
            case Activation.Silu:
                double sigmoid = 1 / (1 + Math.Exp(-x));
                return (x * sigmoid, sigmoid * (1 + (x * (1 - sigmoid))));
            case Activation.Tanh:
                double tanh = Math.Tanh(x);
                return (tanh, 1 - (tanh * tanh));
            default:
                throw new NotSupportedException($"No function is defined for the activation {activation}.");
        }
    }
}
