using static TorchSharp.torch;

namespace Compat.TorchSharp.Tests;

/// <summary>The shim's own softmax and layer normalisation agree with their definitions on rows of every length.</summary>
public sealed class RowKernelTests
{
    /// <summary>Shapes about the ends of vectors, of rows and of tensors.</summary>
    public static TheoryData<int, int> Shapes
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (int rows in new[] { 1, 2, 3, 9, 700 })
            {
                foreach (int columns in new[] { 1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 21, 64, 515 })
                {
                    data.Add(rows, columns);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Softmax_and_its_gradient(int rows, int columns)
    {
        using var scope = NewDisposeScope();
        foreach (var type in new[] { float32, float64 })
        {
            var x = (Draw([rows, columns], type) * 5).requires_grad_();
            var upstream = Draw([rows, columns], type) - 0.3;
            var y = x.softmax(-1);
            (y * upstream).sum().backward();

            // The definition, in C# and double precision.
            double[] numbers = x.detach().Doubles(), above = upstream.Doubles(), expected = new double[numbers.Length], gradient = new double[numbers.Length];
            for (int start = 0; start < numbers.Length; start += columns)
            {
                double top = numbers.Skip(start).Take(columns).Max(), sum = 0, mean = 0;
                for (int i = start; i < start + columns; i++)
                {
                    sum += expected[i] = Math.Exp(numbers[i] - top);
                }

                for (int i = start; i < start + columns; i++)
                {
                    mean += above[i] * (expected[i] /= sum);
                }

                for (int i = start; i < start + columns; i++)
                {
                    gradient[i] = expected[i] * (above[i] - mean);
                }
            }

            Numbers.Close(expected, y.detach(), type == float64 ? 5e-14 : 1e-6);
            Numbers.Close(gradient, x.grad!, type == float64 ? 5e-14 : 4e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Layer_norm_and_its_gradient(int rows, int columns)
    {
        using var scope = NewDisposeScope();
        foreach (var (type, affine) in new[] { (float32, false), (float32, true), (float64, false), (float64, true) })
        {
            var x = (Draw([rows, columns], type) + 0.5).requires_grad_();
            var upstream = Draw([rows, columns], type) - 0.3;
            Tensor? gain = affine ? Draw([columns], type) : null, shift = affine ? Draw([columns], type) * 2 : null;
            var y = nn.functional.layer_norm(x, [columns], gain, shift, 1e-3);
            (y * upstream).sum().backward();

            double[] numbers = x.detach().Doubles(), above = upstream.Doubles(), expected = new double[numbers.Length], gradient = new double[numbers.Length];
            double[] gains = gain?.Doubles() ?? [.. Enumerable.Repeat(1d, columns)], shifts = shift?.Doubles() ?? new double[columns];
            for (int start = 0; start < numbers.Length; start += columns)
            {
                var row = numbers.Skip(start).Take(columns).ToArray();
                double mean = row.Average(), deviation = Math.Sqrt(row.Average(value => (value - mean) * (value - mean)) + 1e-3);
                var normed = row.Select(value => (value - mean) / deviation).ToArray();
                var scaled = gains.Select((factor, i) => factor * above[start + i]).ToArray();
                double level = scaled.Average(), slope = scaled.Zip(normed, (a, b) => a * b).Average();
                for (int i = 0; i < columns; i++)
                {
                    expected[start + i] = (normed[i] * gains[i]) + shifts[i];
                    gradient[start + i] = (scaled[i] - level - (normed[i] * slope)) / deviation;
                }
            }

            Numbers.Close(expected, y.detach(), type == float64 ? 1e-13 : 1e-5);
            Numbers.Close(gradient, x.grad!, type == float64 ? 1e-12 : 3e-4); // libtorch 2's own kernel, rows of 3: 1e-4
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(11)]
    public void Softmax_of_masked_endless_and_missing_numbers(int columns)
    {
        const double Endless = double.PositiveInfinity;
        using var scope = NewDisposeScope();
        foreach (var type in new[] { float32, float64 })
        {
            Assert.Equal([0, 1, 0, 0], Of(-Endless, 0, -Endless, -1e30));
            Assert.Equal([1, 0, 0, 0], Of(0, -2_000, -1e5, -Endless));
            Numbers.Close([Math.Exp(-80), 1, 0, Math.Exp(-60)], tensor(Of(-80, 0, -100_000, -60)), 4e-6 * Math.Exp(-60));
            Assert.All(Of(-Endless, -Endless, -Endless, -Endless), value => Assert.True(double.IsNaN(value)));
            Assert.All(Of(3, double.NaN, 2, 1), value => Assert.True(double.IsNaN(value)));
            Assert.All(Of(0, 1, Endless, 2), value => Assert.True(double.IsNaN(value)));

            double[] Of(params double[] row)
            {
                var masked = Enumerable.Repeat(double.NegativeInfinity, columns - row.Length);
                return tensor([.. row, .. masked], [1, columns], float64).to(type).softmax(-1).Doubles()[..row.Length];
            }
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(21)]
    [InlineData(64)]
    public void A_row_gives_the_same_bits_wherever_it_stands_and_on_any_number_of_threads(int columns)
    {
        using var scope = NewDisposeScope();
        var before = get_num_threads();
        try
        {
            foreach (var type in new[] { float32, float64 })
            {
                var x = Draw([20_000, columns], type);
                set_num_threads(1);
                Tensor soft = x.softmax(-1), normed = nn.functional.layer_norm(x, [columns]);
                set_num_threads(2);
                Numbers.SameBits(soft, x.softmax(-1));
                Numbers.SameBits(normed, nn.functional.layer_norm(x, [columns]));
                foreach (int row in new[] { 0, 7, 19_999 })
                {
                    var alone = x.narrow(0, row, 1).clone();
                    Numbers.SameBits(soft.narrow(0, row, 1).clone(), alone.softmax(-1));
                    Numbers.SameBits(normed.narrow(0, row, 1).clone(), nn.functional.layer_norm(alone, [columns]));
                }
            }
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void Not_a_number_stays_in_its_row()
    {
        using var scope = NewDisposeScope();
        var x = Draw([4, 10], float32);
        Tensor soft = x.softmax(-1), normed = nn.functional.layer_norm(x, [10]);
        x[1, 2] = tensor(float.NaN);
        Tensor softAfter = x.softmax(-1), normedAfter = nn.functional.layer_norm(x, [10]);
        foreach (int row in new[] { 0, 2, 3 })
        {
            Numbers.SameBits(soft[row], softAfter[row]);
            Numbers.SameBits(normed[row], normedAfter[row]);
        }

        Assert.True(softAfter[1].isnan().all().item<bool>());
        Assert.True(normedAfter[1].isnan().all().item<bool>());
    }

    [Fact]
    public void Other_layouts_types_and_axes_are_as_ever()
    {
        using var scope = NewDisposeScope();
        var x = Draw([6, 5, 7], float64);
        Numbers.Close(x.softmax(-1).Doubles(), x.transpose(1, 2).contiguous().transpose(1, 2).softmax(-1), 1e-15);
        Numbers.Close(x.transpose(1, 2).contiguous().softmax(-1).transpose(1, 2).contiguous().Doubles(), x.softmax(1), 1e-15);
        Assert.Equal([0L, 3L], ones(0, 3).softmax(-1).shape);
        Assert.Equal(bfloat16, x.to(bfloat16).softmax(-1).dtype);
        Numbers.Close(
            nn.functional.layer_norm(x, [5, 7]).Doubles(),
            nn.functional.layer_norm(x.view(6, 35), [35]), 1e-12);
    }

    [Fact]
    public void Trained_gains_and_shifts_get_their_gradients()
    {
        using var scope = NewDisposeScope();
        Tensor x = Draw([3, 9], float64), gain = Draw([9], float64).requires_grad_(), shift = zeros(9, float64).requires_grad_();
        nn.functional.layer_norm(x, [9], gain, shift).sum().backward();
        Numbers.Close(nn.functional.layer_norm(x, [9]).sum([0L]).Doubles(), gain.grad!, 1e-12);
        Numbers.Close([3, 3, 3, 3, 3, 3, 3, 3, 3], shift.grad!);
    }

    private static Tensor Draw(long[] shape, ScalarType type)
    {
        using var generator = new Generator((ulong)shape.Sum());
        return randn(shape, type, generator: generator);
    }
}
