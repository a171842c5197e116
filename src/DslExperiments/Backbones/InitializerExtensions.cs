using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>Draws tensors from an <see cref="Initializer"/>.</summary>
public static class InitializerExtensions
{
    /// <summary>
    /// A float64 CPU tensor of the given shape. Always drawn in float64, so that a float32 experiment starts from the
    /// rounded numbers of its float64 twin.
    /// </summary>
    /// <param name="initializer">The distribution.</param>
    /// <param name="shape">The shape; the last axis is the fan-in unless <paramref name="fanIn"/> names another.</param>
    /// <param name="seed">The seed of this one tensor.</param>
    /// <param name="fanIn">Inputs per unit, for a bias that belongs to a matrix; 0 for the last axis.</param>
    /// <exception cref="NotSupportedException">The initialiser is <see cref="Same"/> or <see cref="Written"/>, which draw nothing.</exception>
    public static Tensor Draw(this Initializer initializer, long[] shape, ulong seed, long fanIn = 0)
    {
        using var generator = new Generator(seed, CPU);
        long inputs = fanIn > 0 ? fanIn : shape[^1];
        return initializer switch
        {
            Zeros => zeros(shape, float64),
            Normal normal => Gaussian(shape, normal.Std, generator),
            ScaledNormal scaled => Gaussian(shape, scaled.Gain / Math.Sqrt(inputs), generator),
            Uniform uniform => Between(shape, uniform.Bound, generator),
            KaimingUniform kaiming => Between(shape, Math.Sqrt(6 / ((1 + (kaiming.A * kaiming.A)) * inputs)), generator),
            SpectralNorm spectral => Rescaled(shape, spectral.Value, generator),
            Identity identity => ScaledIdentity(shape, identity.Gain),
            Sphere sphere => OnSphere(shape, sphere.Radius, generator),
            Same => throw new NotSupportedException("same stands for the initialiser of a group of weights and is no distribution itself."),
            Written => throw new NotSupportedException("written draws nothing: a task with a constructed backbone writes these tokens."),
            _ => throw new NotSupportedException($"No draw is defined for the initialiser {initializer}."),
        };
    }

    private static Tensor Gaussian(long[] shape, double std, Generator generator) =>
        randn(shape, float64, generator: generator).mul_(std);

    private static Tensor Between(long[] shape, double bound, Generator generator) =>
        rand(shape, float64, generator: generator).mul_(2 * bound).sub_(bound);

    private static Tensor Rescaled(long[] shape, double norm, Generator generator)
    {
        var draw = randn(shape, float64, generator: generator);

        // A vector is a matrix of one column: its largest singular value is its length.
        var matrix = shape.Length == 1 ? draw.unsqueeze(1) : draw.reshape(-1, shape[^1]);
        double largest = linalg.svdvals(matrix).amax(0).item<double>();
        return draw.mul_(norm / largest);
    }

    private static Tensor OnSphere(long[] shape, double radius, Generator generator)
    {
        var draw = randn(shape, float64, generator: generator);
        return draw.mul_(radius / draw.square().sum(-1, keepdim: true).sqrt());
    }

    private static Tensor ScaledIdentity(long[] shape, double gain) =>
        shape.Length == 2 && shape[0] == shape[1]
            ? eye(shape[0], shape[1], float64).mul_(gain)
            : throw new ArgumentException($"identity() needs a square matrix, but the shape is [{string.Join(", ", shape)}].", nameof(shape));
}
