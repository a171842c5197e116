using static TorchSharp.torch;

namespace Compat.TorchSharp.Tests;

public sealed class AutogradTests
{
    [Fact]
    public void Gradients_accumulate_and_can_be_taken_away()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f }, requires_grad: true);
        Assert.Null(x.grad);
        (x * x).sum().backward();
        (x * 3).sum().backward();
        Numbers.Close([5, 7], x.grad!);
        x.grad!.zero_();
        Numbers.Close([0, 0], x.grad!);
        x.grad = null;
        Assert.Null(x.grad);
        x.grad = ones(2);
        Numbers.Close([1, 1], x.grad!);
    }

    [Fact]
    public void Inner_gradients_are_kept_on_request()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        var y = x * 2;
        y.retain_grad();
        y.square().sum().backward();
        Numbers.Close([4, 4], y.grad!);
        Numbers.Close([8, 8], x.grad!);
        Assert.False(y.is_leaf);
    }

    [Fact]
    public void Second_derivatives()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 2.0 }, requires_grad: true);
        var first = autograd.grad([x.pow(3).sum()], [x], create_graph: true)[0];
        Numbers.Close([12], first);
        Numbers.Close([12], autograd.grad([first.sum()], [x])[0]);
    }

    [Fact]
    public void Unused_inputs_have_no_gradient()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(2, requires_grad: true), unused = ones(2, requires_grad: true);
        var grads = autograd.grad([x.sum()], [x, unused], allow_unused: true);
        Numbers.Close([1, 1], grads[0]);
        Assert.Null(grads[1]);
    }

    [Fact]
    public void Backward_from_given_gradients_to_given_inputs()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(2, requires_grad: true), y = ones(2, requires_grad: true);
        (x * y * 3).backward([tensor(new[] { 1f, 10f })], inputs: [x]);
        Numbers.Close([3, 30], x.grad!);
        Assert.Null(y.grad);
        autograd.backward([x.sum(), y.sum()]);
        Numbers.Close([1, 1], y.grad!);
    }

    [Fact]
    public void No_grad_ends_with_its_scope_and_nests()
    {
        using var scope = NewDisposeScope();
        var x = ones(2, requires_grad: true);
        using (no_grad())
        {
            Assert.False((x * 2).requires_grad);
            using (enable_grad())
            {
                Assert.True((x * 2).requires_grad);
            }

            Assert.False(is_grad_enabled());
        }

        Assert.True(is_grad_enabled());
        using (set_grad_enabled(false))
        {
            Assert.False(is_grad_enabled());
        }

        using (inference_mode())
        {
            Assert.True(is_inference_mode_enabled());
            Assert.False((x * 2).requires_grad);
        }

        Assert.False(is_inference_mode_enabled());
        Assert.False(x.detach().requires_grad);
    }
}
