using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Compat.TorchSharp.Tests;

public sealed class ErrorTests
{
    [Fact]
    public void Shapes_that_do_not_fit_are_named()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ExternalException>(() => ones(2, 3).matmul(ones(4, 5)));
        Assert.Contains("shapes cannot be multiplied (2x3 and 4x5)", error.Message, StringComparison.Ordinal);
        Assert.Contains("Float32[2, 3], Float32[4, 5]", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception raised from", error.Message, StringComparison.Ordinal);

        error = Assert.Throws<ExternalException>(() => ones(3) + ones(4, float64));
        Assert.Contains("must match", error.Message, StringComparison.Ordinal);
        Assert.Contains("Float32[3], Float64[4]", error.Message, StringComparison.Ordinal);

        error = Assert.Throws<ExternalException>(() => cat([ones(2, 2), ones(3, 3)]));
        Assert.Contains("Float32[2, 2], Float32[3, 3]", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Names => [.. Failing.Keys];

    private static readonly Dictionary<string, Action> Failing = new()
    {
        ["view"] = () => ones(6).view(4, 2),
        ["in place"] = () => ones(3).add_(ones(4)),
        ["index"] = () => _ = ones(3)[5],
        ["select"] = () => ones(3).select(1, 0),
        ["gather"] = () => ones(2, 2).gather(5, zeros(1, 1, int64)),
        ["einsum"] = () => einsum("ij,jk", ones(2, 3), ones(4, 5)),
        ["inverse"] = () => linalg.inv(zeros(2, 2)),
        ["cholesky"] = () => linalg.cholesky(-eye(2)),
        ["leaf in place"] = () => ones(2, requires_grad: true).add_(1),
        ["backward without graph"] = () => ones(2).sum().backward(),
        ["backward of many"] = () => (ones(2, requires_grad: true) * 2).backward(),
        ["integers with gradients"] = () => ones(2, int64).requires_grad = true,
        ["generator device"] = () => set_num_threads(0),
        ["split"] = () => ones(3).split([1, 1]),
        ["loss"] = () => nn.functional.cross_entropy(ones(2, 3), tensor(new[] { 0L, 7L })),
        ["unused"] = () => autograd.grad([ones(2, requires_grad: true).sum()], [ones(2, requires_grad: true)]),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void What_libtorch_refuses_is_an_ExternalException_with_its_words(string name)
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ExternalException>(Failing[name]);
        Assert.NotEmpty(error.Message);
    }

    [Fact]
    public void A_graph_serves_backward_once_unless_it_is_retained()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        var y = (x * x).sum();
        y.backward(retain_graph: true);
        y.backward();
        Numbers.Close([4, 4], x.grad!);
        Assert.Contains("second time", Assert.Throws<ExternalException>(y.backward).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disposed_tensor_says_so()
    {
        var x = ones(2);
        x.Dispose();
        x.Dispose();
        Assert.True(x.IsInvalid);
        Assert.Throws<InvalidOperationException>(() => x + 1);
        Assert.Throws<InvalidOperationException>(() => x.shape);
    }

    [Fact]
    public void An_error_does_not_stick_to_the_next_call()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ExternalException>(() => ones(2, 3).matmul(ones(4, 5)));
        Assert.Null(ones(2).grad);
        CheckForErrors();
    }
}
