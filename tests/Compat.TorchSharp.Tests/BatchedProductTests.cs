using static TorchSharp.torch;

namespace Compat.TorchSharp.Tests;

/// <summary>The shim's own kernel for small batched products agrees with the product of each matrix in every layout.</summary>
public sealed class BatchedProductTests
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> Layouts = new()
    {
        ["rows"] = x => x.contiguous(),
        ["columns"] = x => x.transpose(1, 2).contiguous().transpose(1, 2),
        ["batch last"] = x => x.permute(1, 2, 0).contiguous().permute(2, 0, 1),
        ["batch second"] = x => x.transpose(0, 1).contiguous().transpose(0, 1),
        ["part of rows"] = x => cat([x, x], 2).narrow(2, 0, x.shape[2]),
        ["every second"] = x => stack([x, x], 3).flatten(2)[TensorIndex.Ellipsis, TensorIndex.Slice(step: 2)],
        ["one for all"] = x => x[0].unsqueeze(0).expand(x.shape[0], -1, -1),
    };

    public static TheoryData<string, string> Pairs
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var left in Layouts.Keys)
            {
                foreach (var right in Layouts.Keys)
                {
                    data.Add(left, right);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Every_layout(string left, string right)
    {
        using var scope = NewDisposeScope();
        foreach (var type in new[] { float32, float64 })
        {
            foreach (var (m, k, n) in new[] { (1, 1, 1), (1, 5, 3), (4, 1, 3), (4, 5, 1), (8, 10, 6), (70, 64, 65) })
            {
                Tensor a = Layouts[left](Draw([3, m, k], type)), b = Layouts[right](Draw([3, k, n], type)), c = Draw([3, m, n], type);
                var tolerance = type == float64 ? 1e-12 : 1e-4;
                var expected = stack(Enumerable.Range(0, 3).Select(i => a[i].mm(b[i])));
                Numbers.Close(expected.Doubles(), a.bmm(b), tolerance);
                Numbers.Close(expected.Doubles(), a.matmul(b), tolerance);
                Numbers.Close(((expected * 0.5) + (c * 2)).Doubles(), c.baddbmm(a, b, 2, 0.5f), tolerance);
                Numbers.Close((expected + c[0, 0]).Doubles(), c[0, 0].baddbmm(a, b), tolerance);
            }
        }
    }

    [Fact]
    public void Zero_beta_ignores_what_is_there()
    {
        using var scope = NewDisposeScope();
        Tensor a = ones(2, 3, 4), b = ones(2, 4, 5);
        Numbers.Close(full([2, 3, 5], 4).Doubles(), full([2, 3, 5], double.NaN).baddbmm(a, b, beta: 0));
    }

    [Fact]
    public void Empty_and_whole_number_products_go_to_libtorch()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([2L, 0L, 3L], ones(2, 0, 4).bmm(ones(2, 4, 3)).shape);
        Numbers.Close(new double[12], ones(2, 2, 0).bmm(ones(2, 0, 3)));
        Assert.Equal(int64, ones(2, 2, 2, int64).bmm(ones(2, 2, 2, int64)).dtype);
    }

    [Fact]
    public void The_bits_do_not_depend_on_the_number_of_threads()
    {
        using var scope = NewDisposeScope();
        var before = get_num_threads();
        try
        {
            Tensor a = Draw([500, 16, 20], float32), b = Draw([500, 20, 24], float32);
            set_num_threads(1);
            var expected = a.bmm(b);
            set_num_threads(2);
            Numbers.SameBits(expected, a.bmm(b));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void A_matrix_gives_the_same_bits_alone_and_among_others()
    {
        using var scope = NewDisposeScope();
        Tensor a = Draw([9, 8, 10], float32), b = Draw([9, 10, 6], float32);
        Numbers.SameBits(a.bmm(b)[4], a.narrow(0, 4, 1).bmm(b.narrow(0, 4, 1))[0]);
    }

    [Fact]
    public void Not_a_number_stays_in_its_matrix()
    {
        using var scope = NewDisposeScope();
        Tensor a = Draw([3, 4, 5], float32), b = Draw([3, 5, 6], float32);
        var expected = a.bmm(b);
        a[1] = tensor(float.NaN);
        var result = a.bmm(b);
        Numbers.SameBits(expected[0], result[0]);
        Numbers.SameBits(expected[2], result[2]);
        Assert.True(result[1].isnan().all().item<bool>());
    }

    private static Tensor Draw(long[] shape, ScalarType type)
    {
        using var generator = new Generator((ulong)shape.Sum());
        return randn(shape, type, generator: generator);
    }
}
