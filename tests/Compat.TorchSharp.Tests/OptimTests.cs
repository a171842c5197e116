using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compat.TorchSharp.Tests;

/// <summary>Optimisers against the same rules written over numbers.</summary>
public sealed class OptimTests
{
    private static readonly double[] Start = [1, -2, 0.5];

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0.9, 0, false)]
    [InlineData(0.9, 0.1, true)]
    public void Gradient_descent(double momentum, double decay, bool nesterov)
    {
        double[] x = [.. Start], velocity = new double[3];
        var expected = Descend(x, (i, g, step) =>
        {
            g += decay * x[i];
            velocity[i] = step == 1 ? g : (momentum * velocity[i]) + g;
            x[i] -= 0.1 * (momentum == 0 ? g : nesterov ? g + (momentum * velocity[i]) : velocity[i]);
        });
        Compare(expected, p => optim.SGD(p, 0.1, momentum, weight_decay: decay, nesterov: nesterov));
    }

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(0.1, false, false)]
    [InlineData(0.1, false, true)]
    [InlineData(0, true, false)]
    [InlineData(0.1, true, true)]
    public void Adam_and_AdamW(double decay, bool amsgrad, bool decoupled)
    {
        double[] x = [.. Start], m = new double[3], v = new double[3], largest = new double[3];
        var expected = Descend(x, (i, g, step) =>
        {
            if (decoupled)
            {
                x[i] *= 1 - (0.05 * decay);
            }
            else
            {
                g += decay * x[i];
            }

            m[i] = (0.9 * m[i]) + (0.1 * g);
            v[i] = (0.99 * v[i]) + (0.01 * g * g);
            largest[i] = Math.Max(largest[i], v[i]);
            var square = amsgrad ? largest[i] : v[i];
            x[i] -= 0.05 / (1 - Math.Pow(0.9, step)) * m[i] / (Math.Sqrt(square / (1 - Math.Pow(0.99, step))) + 1e-8);
        });
        Compare(expected, p => decoupled
            ? optim.AdamW(p, 0.05, 0.9, 0.99, weight_decay: decay, amsgrad: amsgrad)
            : optim.Adam(p, 0.05, 0.9, 0.99, weight_decay: decay, amsgrad: amsgrad));
    }

    [Fact]
    public void State_outlives_scopes_and_ends_with_the_optimiser()
    {
        var before = Tensor.TotalCount;
        using (var parameter = nn.Parameter(ones(2)))
        {
            using var adam = optim.AdamW([parameter], 0.1);
            for (var i = 0; i < 3; i++)
            {
                using var scope = NewDisposeScope();
                adam.zero_grad();
                parameter.square().sum().backward();
                adam.step();
            }

            Assert.Equal(0.1, adam.ParamGroups.Single().LearningRate);
            Assert.Equal(before + 3, Tensor.TotalCount);
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    /// <summary>Ten steps down sum(x⁴), whose gradient is 4x³.</summary>
    private static double[] Descend(double[] x, Action<int, double, int> update)
    {
        for (var step = 1; step <= 10; step++)
        {
            for (var i = 0; i < x.Length; i++)
            {
                update(i, 4 * x[i] * x[i] * x[i], step);
            }
        }

        return x;
    }

    private static void Compare(double[] expected, Func<Parameter[], optim.Optimizer> make)
    {
        using var scope = NewDisposeScope();
        var parameter = nn.Parameter(tensor(Start));
        using var optimizer = make([parameter]);
        for (var step = 0; step < 10; step++)
        {
            optimizer.zero_grad();
            optimizer.step(() =>
            {
                var loss = parameter.pow(4).sum();
                loss.backward();
                return loss;
            });
        }

        Numbers.Close(expected, parameter, 1e-10);
    }
}
