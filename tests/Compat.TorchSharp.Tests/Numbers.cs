using static TorchSharp.torch;

namespace Compat.TorchSharp.Tests;

/// <summary>What several tests compute with.</summary>
internal static class Numbers
{
    public static double[] Doubles(this Tensor tensor)
    {
        using var plain = tensor.detach();
        using var copy = plain.to(ScalarType.Float64);
        return copy.data<double>().ToArray();
    }

    public static void Close(IEnumerable<double> expected, Tensor actual, double tolerance = 1e-12)
    {
        var (left, right) = (expected.ToArray(), actual.Doubles());
        Assert.Equal(left.Length, right.Length);
        for (var i = 0; i < left.Length; i++)
        {
            Assert.True(
                left[i].Equals(right[i]) || Math.Abs(left[i] - right[i]) <= tolerance * Math.Max(1, Math.Abs(left[i])),
                $"element {i}: expected {left[i]:R}, got {right[i]:R}");
        }
    }

    /// <summary>The same bits, NaN and signed zeros included.</summary>
    public static void SameBits(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(expected.contiguous().bytes.SequenceEqual(actual.contiguous().bytes), "the bits differ");
    }
}
