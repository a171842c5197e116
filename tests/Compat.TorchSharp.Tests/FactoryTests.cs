using TorchSharp;
using static TorchSharp.torch;

namespace Compat.TorchSharp.Tests;

public sealed class FactoryTests
{
    [Fact]
    public void Constant_tensors()
    {
        using var scope = NewDisposeScope();
        Numbers.Close([0, 0], zeros(2));
        Numbers.Close([1, 1, 1, 1], ones(2, 2));
        Numbers.Close([7, 7], full(2, 7));
        Numbers.Close([1, 0, 0, 1], eye(2));
        Numbers.Close([3, 3, 3], full_like(zeros(3), 3));
        Assert.Equal([2L, 3L, 4L], empty(2, 3, 4).shape);
        Assert.Equal([0L], zeros([0L]).shape);
        Assert.Equal([], ones([]).shape);
    }

    [Fact]
    public void Types_that_are_not_named()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(float32, zeros(1).dtype);
        Assert.Equal(int64, full(1, 7).dtype);
        Assert.Equal(float32, full(1, 7.5).dtype);
        Assert.Equal(int64, arange(3).dtype);
        Assert.Equal(float32, arange(0, 1, 0.5).dtype);
        Assert.Equal(float32, linspace(0, 1, 3).dtype);
        Assert.Equal(int64, randint(5, [3L]).dtype);
        Assert.Equal(int64, randperm(3).dtype);
        Assert.Equal(float64, tensor(1.0).dtype);
        Assert.Equal(float32, tensor(1f).dtype);
        Assert.Equal(int32, tensor(1).dtype);
        Assert.Equal(@bool, tensor(true).dtype);
        Assert.Equal(int32, tensor(new[] { 1, 2 }).dtype);
        Assert.Equal(float16, tensor(new[] { 1.0, 2.0 }, float16).dtype);
        Assert.Equal(int64, zeros_like(arange(3)).dtype);
        Assert.Equal(float64, ones_like(arange(3), float64).dtype);
    }

    [Fact]
    public void The_default_type_can_be_changed()
    {
        using var scope = NewDisposeScope();
        try
        {
            set_default_dtype(float64);
            Assert.Equal(float64, zeros(1).dtype);
            Assert.Equal(float64, (arange(3) / 2).dtype);
        }
        finally
        {
            set_default_dtype(float32);
        }
    }

    [Fact]
    public void Ranges()
    {
        using var scope = NewDisposeScope();
        Numbers.Close([0, 1, 2], arange(3));
        Numbers.Close([1, 3], arange(1, 5, 2));
        Numbers.Close([0, 0.25, 0.5, 0.75, 1], linspace(0, 1, 5));
        Numbers.Close([1, 10, 100], logspace(0, 2, 3));
        Numbers.Close([0, 1, 1, 0, 0, 1], tril_indices(2, 2));
    }

    [Fact]
    public void Values_of_every_form()
    {
        using var scope = NewDisposeScope();
        Numbers.Close([1, 2, 3, 4], tensor(new[,] { { 1f, 2f }, { 3f, 4f } }));
        Assert.Equal([1L, 2L, 1L], tensor(new[,,] { { { 1.0 }, { 2.0 } } }).shape);
        Numbers.Close([1, 2, 3, 4], tensor(new List<float> { 1, 2, 3, 4 }, 2, 2));
        Numbers.Close([1, 2, 3, 4], tensor(new long[] { 1, 2, 3, 4 }, [2L, 2L]));
        Numbers.Close([1, 0], tensor(new[] { true, false }));
        Assert.Equal([2L, 2L], from_array(new[,] { { 1, 2 }, { 3, 4 } }).shape);
        Assert.Equal(int32, from_array(new[] { 1, 2 }).dtype);
        Assert.Throws<ArgumentException>(() => tensor(new[] { 1f, 2f, 3f }, [2L, 2L]));
    }

    [Fact]
    public void A_tensor_holds_a_copy_of_the_array()
    {
        using var scope = NewDisposeScope();
        float[] array = [1, 2];
        var x = tensor(array);
        array[0] = 9;
        Numbers.Close([1, 2], x);
    }

    [Fact]
    public void Gradients_are_asked_for_at_birth()
    {
        using var scope = NewDisposeScope();
        Assert.True(zeros(2, requires_grad: true).requires_grad);
        Assert.True(tensor(new[] { 1f }, requires_grad: true).is_leaf);
        Assert.False(zeros(2).requires_grad);
    }

    [Fact]
    public void Conversions()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1.7f, -0.2f });
        Assert.Equal([1L, 0L], x.to(int64).data<long>().ToArray());
        Assert.Equal([true, true], x.to(@bool).data<bool>().ToArray());
        Assert.Equal(float64, x.@double().dtype);
        Assert.Equal(float64, x.to(zeros(1, float64)).dtype);
        Assert.Equal("cpu", x.to("cpu").device.ToString());
        Numbers.Close([1.703125, -0.2001953125], x.to(bfloat16));
        Tensor number = 3;
        Assert.Equal((int32, 0L), (number.dtype, number.dim()));
    }

    [Fact]
    public void Named_dimensions_are_refused() => Assert.Throws<NotSupportedException>(() => zeros(2, names: ["a"]));

    [Fact]
    public void Devices()
    {
        Assert.Equal((DeviceType.CUDA, 1, "cuda:1"), (device("cuda:1").type, device("cuda:1").index, device("cuda:1").ToString()));
        Assert.Equal((DeviceType.CPU, "cpu"), (CPU.type, device("cpu").ToString()));
        Assert.Throws<ArgumentException>(() => device("toaster"));
        Assert.Equal(cuda.device_count() > 0, cuda.is_available());
        Assert.NotEmpty(__version__);
    }
}
