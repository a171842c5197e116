using static TorchSharp.torch;

namespace Compat.TorchSharp.Tests;

/// <summary>A small network with attention, trained for some steps: what the memory and thread tests run.</summary>
internal static class Training
{
    public static float[] Run(long seed, int steps, Action<int>? afterStep = null)
    {
        using var all = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        var x = randn([8, 6, 16], generator: generator);
        var target = randn([8, 1], generator: generator);
        Tensor[] weights = [.. new long[][] { [16, 16], [16, 16], [16, 16], [16, 32], [32, 1] }.Select(
            shape => randn(shape, generator: generator).mul_(0.2).requires_grad_())];
        for (var step = 0; step < steps; step++)
        {
            using (NewDisposeScope())
            {
                Tensor q = x.matmul(weights[0]), k = x.matmul(weights[1]), v = x.matmul(weights[2]);
                var hidden = nn.functional.layer_norm(x + nn.functional.scaled_dot_product_attention(q, k, v, is_casual: true), [16]);
                var output = hidden.matmul(weights[3]).relu().matmul(weights[4]).mean([1]);
                var loss = (output - target).square().mean();
                loss.backward();
                using (no_grad())
                {
                    foreach (var weight in weights)
                    {
                        weight.add_(weight.grad!, -0.05);
                        weight.grad = null;
                    }
                }
            }

            afterStep?.Invoke(step);
        }

        return [.. weights.SelectMany(w => w.detach().data<float>().ToArray())];
    }
}
