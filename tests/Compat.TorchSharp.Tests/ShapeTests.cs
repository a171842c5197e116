using TorchSharp;
using static TorchSharp.torch;

namespace Compat.TorchSharp.Tests;

/// <summary>Shapes, indices and lists of tensors.</summary>
public sealed class ShapeTests
{
    private static readonly Dictionary<string, (Func<Tensor, Tensor> Op, long[] Shape, double[] Values)> Cases = new()
    {
        // Each starts from arange(6) as [2, 3].
        ["view"] = (x => x.view(3, 2), [3, 2], [0, 1, 2, 3, 4, 5]),
        ["view -1"] = (x => x.view(-1), [6], [0, 1, 2, 3, 4, 5]),
        ["t"] = (x => x.t(), [3, 2], [0, 3, 1, 4, 2, 5]),
        ["mT"] = (x => x.mT, [3, 2], [0, 3, 1, 4, 2, 5]),
        ["permute"] = (x => x.unsqueeze(0).permute(2, 0, 1), [3, 1, 2], [0, 3, 1, 4, 2, 5]),
        ["transpose"] = (x => x.transpose(0, -1), [3, 2], [0, 3, 1, 4, 2, 5]),
        ["unsqueeze"] = (x => x.unsqueeze(-1), [2, 3, 1], [0, 1, 2, 3, 4, 5]),
        ["squeeze"] = (x => x.unsqueeze(0).unsqueeze(2).squeeze(), [2, 3], [0, 1, 2, 3, 4, 5]),
        ["squeeze dim"] = (x => x.unsqueeze(0).unsqueeze(2).squeeze(0), [2, 1, 3], [0, 1, 2, 3, 4, 5]),
        ["expand"] = (x => x.narrow(1, 0, 1).expand(2, 2), [2, 2], [0, 0, 3, 3]),
        ["expand_as"] = (x => x[1].expand_as(x), [2, 3], [3, 4, 5, 3, 4, 5]),
        ["flatten"] = (x => x.flatten(), [6], [0, 1, 2, 3, 4, 5]),
        ["unflatten"] = (x => x.flatten().unflatten(0, 3, 2), [3, 2], [0, 1, 2, 3, 4, 5]),
        ["roll"] = (x => x.roll(1, 1), [2, 3], [2, 0, 1, 5, 3, 4]),
        ["flip"] = (x => x.flip(0, 1), [2, 3], [5, 4, 3, 2, 1, 0]),
        ["repeat"] = (x => x[0].repeat(2, 2), [2, 6], [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]),
        ["repeat_interleave"] = (x => x[0].repeat_interleave(2), [6], [0, 0, 1, 1, 2, 2]),
        ["tril"] = (x => x.tril(), [2, 3], [0, 0, 0, 3, 4, 0]),
        ["triu"] = (x => x.triu(1), [2, 3], [0, 1, 2, 0, 0, 5]),
        ["diag"] = (x => x[0].diag(), [3, 3], [0, 0, 0, 0, 1, 0, 0, 0, 2]),
        ["narrow"] = (x => x.narrow(1, 1, 2), [2, 2], [1, 2, 4, 5]),
        ["slice"] = (x => x.slice(1, 0, 3, 2), [2, 2], [0, 2, 3, 5]),
        ["select"] = (x => x.select(1, 2), [2], [2, 5]),
        ["[1]"] = (x => x[1], [3], [3, 4, 5]),
        ["[-1]"] = (x => x[-1], [3], [3, 4, 5]),
        ["[1, 2]"] = (x => x[1, 2], [], [5]),
        ["[:, 1]"] = (x => x[TensorIndex.Colon, 1], [2], [1, 4]),
        ["[.., 1..]"] = (x => x[.., 1..], [2, 2], [1, 2, 4, 5]),
        ["[.., ..^1]"] = (x => x[.., ..^1], [2, 2], [0, 1, 3, 4]),
        ["[.., ^2..]"] = (x => x[.., ^2..], [2, 2], [1, 2, 4, 5]),
        ["[.., ^0..]"] = (x => x[.., ^0..], [2, 0], []),
        ["[^1]"] = (x => x[^1], [3], [3, 4, 5]),
        ["[..., 0]"] = (x => x[TensorIndex.Ellipsis, 0], [2], [0, 3]),
        ["[None]"] = (x => x[TensorIndex.None, 0], [1, 3], [0, 1, 2]),
        ["[:, ::2]"] = (x => x[TensorIndex.Colon, TensorIndex.Slice(step: 2)], [2, 2], [0, 2, 3, 5]),
        ["[mask]"] = (x => x[x > 2], [3], [3, 4, 5]),
        ["[tensor]"] = (x => x[tensor(new[] { 1L, 0L, 1L })], [3, 3], [3, 4, 5, 0, 1, 2, 3, 4, 5]),
        ["[:, tensor]"] = (x => x[TensorIndex.Colon, TensorIndex.Tensor(tensor(new[] { 2L, 0L }))], [2, 2], [2, 0, 5, 3]),
        ["index_select"] = (x => x.index_select(1, tensor(new[] { 2L, 0L })), [2, 2], [2, 0, 5, 3]),
        ["gather"] = (x => x.gather(1, tensor(new[,] { { 2L }, { 0L } })), [2, 1], [2, 3]),
        ["scatter"] = (x => x.scatter(1, tensor(new[,] { { 2L }, { 0L } }), full(2, 1, 9, float64)), [2, 3], [0, 1, 9, 9, 4, 5]),
        ["masked_fill"] = (x => x.masked_fill(x > 3, -1), [2, 3], [0, 1, 2, 3, -1, -1]),
        ["masked_select"] = (x => x.masked_select(x > 3), [2], [4, 5]),
        ["cat"] = (x => cat([x, x], 1), [2, 6], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5]),
        ["cat list"] = (x => cat(new List<Tensor> { x, x }), [4, 3], [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]),
        ["stack"] = (x => stack([x[0], x[1]], 1), [3, 2], [0, 3, 1, 4, 2, 5]),
        ["split"] = (x => x.split(2, 1)[1], [2, 1], [2, 5]),
        ["split sizes"] = (x => x.split([1, 2], 1)[1], [2, 2], [1, 2, 4, 5]),
        ["chunk"] = (x => x.chunk(3, 1)[2], [2, 1], [2, 5]),
        ["unbind"] = (x => x.unbind(1)[1], [2], [1, 4]),
        ["nonzero"] = (x => x.nonzero()[0].@double(), [2], [0, 1]),
        ["pad"] = (x => nn.functional.pad(x, (1, 0), value: 7), [2, 4], [7, 0, 1, 2, 7, 3, 4, 5]),
        ["one_hot"] = (x => nn.functional.one_hot(tensor(new[] { 1L, 0L }), 3), [2, 3], [0, 1, 0, 1, 0, 0]),
        ["movedim"] = (x => x.movedim([0], [1]), [3, 2], [0, 3, 1, 4, 2, 5]),
        ["as_strided"] = (x => x.as_strided([2, 2], [1, 2]), [2, 2], [0, 2, 1, 3]),
        ["meshgrid"] = (x => meshgrid([x[0], x[1]])[1], [3, 3], [3, 4, 5, 3, 4, 5, 3, 4, 5]),
        ["sum"] = (x => x.sum(), [], [15]),
        ["sum dim"] = (x => x.sum(1), [2], [3, 12]),
        ["sum keepdim"] = (x => x.sum(0, keepdim: true), [1, 3], [3, 5, 7]),
        ["sum dims"] = (x => x.sum([0, 1]), [], [15]),
        ["mean"] = (x => x.mean([0]), [3], [1.5, 2.5, 3.5]),
        ["var"] = (x => x.var(1), [2], [1, 1]),
        ["std biased"] = (x => x.std(1, unbiased: false), [2], [Math.Sqrt(2.0 / 3), Math.Sqrt(2.0 / 3)]),
        ["max"] = (x => x.max(), [], [5]),
        ["max dim"] = (x => x.max(1).values, [2], [2, 5]),
        ["min indices"] = (x => x.min(1, true).indexes, [2, 1], [0, 0]),
        ["argmax"] = (x => x.argmax(1), [2], [2, 2]),
        ["sort"] = (x => x.sort(1, descending: true).Values, [2, 3], [2, 1, 0, 5, 4, 3]),
        ["argsort"] = (x => x.argsort(1, descending: true), [2, 3], [2, 1, 0, 2, 1, 0]),
        ["topk"] = (x => x.topk(2).Second(), [2, 2], [2, 1, 2, 1]),
        ["cumsum"] = (x => x.cumsum(1), [2, 3], [0, 1, 3, 3, 7, 12]),
        ["prod"] = (x => x.prod(1), [2], [0, 60]),
        ["norm"] = (x => x.norm(), [], [Math.Sqrt(55)]),
        ["any"] = (x => (x > 4).any(1), [2], [0, 1]),
        ["all"] = (x => (x > -1).all(), [], [1]),
        ["amax"] = (x => x.amax([0]), [3], [3, 4, 5]),
        ["logsumexp"] = (x => x.logsumexp(1), [2], [2.40760596444438, 5.40760596444438]),
        ["count_nonzero"] = (x => x.count_nonzero(), [], [5]),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Shapes_and_values(string name)
    {
        using var scope = NewDisposeScope();
        var (op, shape, values) = Cases[name];
        var result = op(arange(6, float64).view(2, 3));
        Assert.Equal(shape, result.shape);
        Numbers.Close(values, result);
    }

    [Fact]
    public void Views_share_memory_and_copies_do_not()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 3);
        x.view(3, 2).fill_(1);
        x.clone().fill_(9);
        x.detach()[0].add_(1);
        Numbers.Close([2, 2, 2, 1, 1, 1], x);
    }

    [Fact]
    public void Assigning_to_an_index_writes_into_the_tensor()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 3);
        x[0, 1] = 5;
        x[1] = tensor(new[] { 1f, 2f, 3f });
        x[.., 0] = 7;
        x[x == 3] = -1;
        x[TensorIndex.Ellipsis, 2..] = x[TensorIndex.Ellipsis, 2..] * 10;
        Numbers.Close([7, 5, 0, 7, 2, -10], x);
        x.index_put_(4, TensorIndex.Single(0), TensorIndex.Slice(1, 3));
        Numbers.Close([7, 4, 4, 7, 2, -10], x);
    }

    [Fact]
    public void Metadata()
    {
        using var scope = NewDisposeScope();
        var x = zeros([2, 3, 4], dtype: float64);
        Assert.Equal((3L, 24L, 8L, float64), (x.dim(), x.numel(), x.element_size(), x.dtype));
        Assert.Equal((3L, 4L), (x.size(1), x.size(-1)));
        Assert.Equal([12L, 4L, 1L], x.stride());
        Assert.Equal((DeviceType.CPU, "cpu"), (x.device_type, x.device.ToString()));
        Assert.True(x.is_contiguous());
        Assert.False(x.permute(2, 0, 1).is_contiguous());
        Assert.True(x.permute(2, 0, 1).contiguous().is_contiguous());
        Assert.Equal("[2x3x4], type = Float64, device = cpu", x.ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => x.size(3));
    }

    [Fact]
    public void Data_is_read_and_written_in_the_order_of_the_shape()
    {
        using var scope = NewDisposeScope();
        var x = arange(6, float32).view(2, 3).t();
        var data = x.data<float>();
        Assert.Equal([0f, 3f, 1f, 4f, 2f, 5f], data.ToArray());
        Assert.Equal(4f, data[1, 1]);
        Assert.Equal(1f, data[2]);
        data[0, 1] = 9;
        Assert.Equal(9f, x[0, 1].item<float>());
        data.CopyFrom([1f, 2f, 3f, 4f, 5f, 6f]);
        Assert.Equal([1f, 2f, 3f, 4f, 5f, 6f], data.ToArray());
        var grid = (float[,])data.ToNDArray();
        Assert.Equal((3, 2, 4f), (grid.GetLength(0), grid.GetLength(1), grid[1, 1]));
        Assert.Equal(6L, data.Count);
    }

    [Fact]
    public void Item_asks_for_the_type_of_the_tensor()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(2.5f, tensor(2.5f).item<float>());
        Assert.Equal(7L, tensor(7L).item<long>());
        Assert.True((ones(1) == 1).item<bool>());
        Assert.Throws<ArgumentException>(() => tensor(2.5f).item<double>());
        Assert.Throws<ArgumentException>(() => ones(2).item<float>());
        Assert.Equal(2.5, tensor(2.5f).ToDouble());
        Assert.Equal(3, (int)tensor(3L));
    }
}

internal static class Pairs
{
    /// <summary>The second of a pair, whatever its name.</summary>
    public static Tensor Second(this (Tensor, Tensor) pair) => pair.Item2;
}
