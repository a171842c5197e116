using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>Sines and cosines of positions.</summary>
internal static class PositionSignals
{
    /// <summary>
    /// What is added to content tokens (Vaswani et al. 2017): <c>sin(t / 10000^(2i/D))</c> in even places, the cosine in
    /// odd ones, for T positions from the first one on, [T, D].
    /// </summary>
    public static Tensor Sinusoidal(int first, int length, int width)
    {
        var values = new double[length * width];
        for (int position = 0; position < length; position++)
        {
            for (int i = 0; i < width; i++)
            {
                double angle = (first + position) * Math.Pow(10000, -(i - (i % 2)) / (double)width);
                values[(position * width) + i] = i % 2 == 0 ? Math.Sin(angle) : Math.Cos(angle);
            }
        }

        return tensor(values, [length, width], float64);
    }

    /// <summary>Stands for the position of a row that does not turn.</summary>
    public const int Unturned = int.MinValue;

    /// <summary>
    /// Cosines and signed sines of rotary positions (Su et al. 2021, halves convention), [2, M, Dh]. Component i pairs
    /// with i + Dh/2; a last odd component does not turn.
    /// </summary>
    public static Tensor Rotary(IReadOnlyList<int> positions, TransformerOptions options)
    {
        int headWidth = options.HeadSize(), half = headWidth / 2;
        double[] frequencies = Frequencies(options, half);
        var values = new double[2 * positions.Count * headWidth];
        for (int row = 0; row < positions.Count; row++)
        {
            for (int i = 0; i < headWidth; i++)
            {
                int pair = i % Math.Max(1, half);
                double angle = positions[row] == Unturned || i >= 2 * half ? 0 : positions[row] * frequencies[pair];
                values[(row * headWidth) + i] = Math.Cos(angle);
                values[((positions.Count + row) * headWidth) + i] = i < half ? -Math.Sin(angle) : Math.Sin(angle);
            }
        }

        return tensor(values, [2, positions.Count, headWidth], float64);
    }

    /// <summary>Angles per position, one for each pair of components, as Hugging Face scales them.</summary>
    internal static double[] Frequencies(TransformerOptions options, int half)
    {
        var frequencies = new double[half];
        for (int pair = 0; pair < half; pair++)
        {
            double frequency = Math.Pow(options.RotaryBase, -2.0 * pair / (2 * half));
            frequencies[pair] = options.RotaryScaling switch
            {
                LinearRotaryScaling linear => frequency / linear.Factor,
                Llama3RotaryScaling scaling => Stretched(frequency, scaling),
                _ => frequency,
            };
        }

        return frequencies;
    }

    /// <summary>Short wavelengths stay, long ones are stretched, those between partly.</summary>
    private static double Stretched(double frequency, Llama3RotaryScaling scaling)
    {
        // Turns within the context that the model was first trained on.
        double turns = scaling.Original * frequency / (2 * Math.PI);
        double kept = Math.Clamp((turns - scaling.Low) / (scaling.High - scaling.Low), 0, 1);
        return ((1 - kept) * frequency / scaling.Factor) + (kept * frequency);
    }

    /// <summary>Turns rows [..., M, Dh] by a signal of <see cref="Rotary"/>.</summary>
    public static Tensor Rotate(Tensor rows, Tensor signal, int headWidth)
    {
        int half = headWidth / 2;
        if (half == 0)
        {
            return rows;
        }

        int axis = (int)rows.dim() - 1;
        var first = rows.narrow(axis, 0, half);
        var second = rows.narrow(axis, half, half);
        var swapped = headWidth % 2 == 0
            ? cat([second, first], axis)
            : cat([second, first, rows.narrow(axis, 2 * half, 1)], axis);
        return (rows * signal[0]).addcmul(swapped, signal[1], 1);
    }

    /// <summary>
    /// Turns joined heads [A, M, n·Dh] by turns of all heads, [2, M, H·Dh] or [2, A, M, H·Dh]. Signals as wide as the rows
    /// keep the inner loops long where heads are narrow.
    /// </summary>
    public static Tensor RotateJoined(Tensor rows, Tensor signal, int headWidth)
    {
        int half = headWidth / 2;
        if (half == 0)
        {
            return rows;
        }

        long[] shape = rows.shape;
        long joined = shape[^1];
        var turns = joined == signal.shape[^1] ? signal : signal.narrow(signal.dim() - 1, 0, joined);
        var each = rows.view([.. shape[..^1], joined / headWidth, headWidth]);
        int axis = shape.Length;

        // The derivative of a roll is a roll; that of halves put together would be two tensors filled with zeros.
        var swapped = headWidth % 2 == 0
            ? each.roll(half, axis)
            : cat([each.narrow(axis, half, half), each.narrow(axis, 0, half), each.narrow(axis, 2 * half, 1)], axis);
        return (rows * turns[0]).addcmul(swapped.view(shape), turns[1], 1);
    }
}
