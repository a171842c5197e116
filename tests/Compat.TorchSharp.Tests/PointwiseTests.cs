using TorchSharp;
using static TorchSharp.torch;

namespace Compat.TorchSharp.Tests;

/// <summary>Operators of one element against System.Math.</summary>
public sealed class PointwiseTests
{
    private static readonly Dictionary<string, (Func<Tensor, Tensor> Op, Func<double, double> Expected, double Low, double High)> Unary = new()
    {
        ["abs"] = (x => x.abs(), Math.Abs, -2, 2),
        ["acos"] = (x => x.acos(), Math.Acos, -0.9, 0.9),
        ["acosh"] = (x => x.acosh(), Math.Acosh, 1.1, 3),
        ["asin"] = (x => x.asin(), Math.Asin, -0.9, 0.9),
        ["asinh"] = (x => x.asinh(), Math.Asinh, -2, 2),
        ["atan"] = (x => x.atan(), Math.Atan, -2, 2),
        ["atanh"] = (x => x.atanh(), Math.Atanh, -0.9, 0.9),
        ["ceil"] = (x => x.ceil(), Math.Ceiling, -2, 2),
        ["cos"] = (x => x.cos(), Math.Cos, -2, 2),
        ["cosh"] = (x => x.cosh(), Math.Cosh, -2, 2),
        ["exp"] = (x => x.exp(), Math.Exp, -2, 2),
        ["exp2"] = (x => x.exp2(), x => Math.Pow(2, x), -2, 2),
        ["expm1"] = (x => x.expm1(), x => Math.Exp(x) - 1, -2, 2),
        ["floor"] = (x => x.floor(), Math.Floor, -2, 2),
        ["frac"] = (x => x.frac(), x => x - Math.Truncate(x), -2, 2),
        ["log"] = (x => x.log(), Math.Log, 0.1, 3),
        ["log10"] = (x => x.log10(), Math.Log10, 0.1, 3),
        ["log1p"] = (x => x.log1p(), x => Math.Log(1 + x), -0.5, 3),
        ["log2"] = (x => x.log2(), Math.Log2, 0.1, 3),
        ["neg"] = (x => -x, x => -x, -2, 2),
        ["reciprocal"] = (x => x.reciprocal(), x => 1 / x, 0.1, 3),
        ["relu"] = (x => x.relu(), x => Math.Max(0, x), -2, 2),
        ["round"] = (x => x.round(), x => Math.Round(x, MidpointRounding.ToEven), -2, 2),
        ["rsqrt"] = (x => x.rsqrt(), x => 1 / Math.Sqrt(x), 0.1, 3),
        ["sigmoid"] = (x => x.sigmoid(), x => 1 / (1 + Math.Exp(-x)), -2, 2),
        ["sign"] = (x => x.sign(), x => Math.Sign(x), -2, 2),
        ["silu"] = (x => x.silu(), x => x / (1 + Math.Exp(-x)), -2, 2),
        ["sin"] = (x => x.sin(), Math.Sin, -2, 2),
        ["sinh"] = (x => x.sinh(), Math.Sinh, -2, 2),
        ["sqrt"] = (x => x.sqrt(), Math.Sqrt, 0.1, 3),
        ["square"] = (x => x.square(), x => x * x, -2, 2),
        ["tan"] = (x => x.tan(), Math.Tan, -1, 1),
        ["tanh"] = (x => x.tanh(), Math.Tanh, -2, 2),
        ["trunc"] = (x => x.trunc(), Math.Truncate, -2, 2),
        ["softplus"] = (x => x.softplus(), x => Math.Log(1 + Math.Exp(x)), -2, 2),
        ["leaky_relu"] = (x => x.leaky_relu(0.1), x => x > 0 ? x : 0.1 * x, -2, 2),
        ["elu"] = (x => x.elu(), x => x > 0 ? x : Math.Exp(x) - 1, -2, 2),
        ["log_sigmoid"] = (x => x.log_sigmoid(), x => -Math.Log(1 + Math.Exp(-x)), -2, 2),
        ["gelu tanh"] = (x => x.gelu(global::TorchSharp.Modules.GELU.Approximate.tanh), x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))), -2, 2),
        ["clamp"] = (x => x.clamp(-0.5, 0.7), x => Math.Clamp(x, -0.5, 0.7), -2, 2),
        ["clamp_min"] = (x => x.clamp_min(0.3), x => Math.Max(x, 0.3), -2, 2),
        ["clamp max only"] = (x => x.clamp(max: 0.3), x => Math.Min(x, 0.3), -2, 2),
        ["pow 3"] = (x => x.pow(3), x => x * x * x, -2, 2),
        ["x + 1"] = (x => x + 1, x => x + 1, -2, 2),
        ["1 - x"] = (x => 1 - x, x => 1 - x, -2, 2),
        ["x / 3"] = (x => x / 3, x => x / 3, -2, 2),
        ["2 / x"] = (x => 2 / x, x => 2 / x, 0.5, 2),
        ["2.5 * x"] = (x => 2.5 * x, x => 2.5 * x, -2, 2),
        ["x % 0.7"] = (x => x % 0.7, x => x - (0.7 * Math.Floor(x / 0.7)), -2, 2),
        ["fmod"] = (x => x.fmod(0.7), x => x % 0.7, -2, 2),
        ["div floor"] = (x => x.div(0.7, RoundingMode.floor), x => Math.Floor(x / 0.7), -2, 2),
        ["div trunc"] = (x => x.div(0.7, RoundingMode.trunc), x => Math.Truncate(x / 0.7), -2, 2),
        ["add alpha"] = (x => x.add(3, 2), x => x + 6, -2, 2),
    };

    private static readonly Dictionary<string, (Func<Tensor, Tensor, Tensor> Op, Func<double, double, double> Expected)> Binary = new()
    {
        ["+"] = ((a, b) => a + b, (a, b) => a + b),
        ["-"] = ((a, b) => a - b, (a, b) => a - b),
        ["*"] = ((a, b) => a * b, (a, b) => a * b),
        ["/"] = ((a, b) => a / b, (a, b) => a / b),
        ["%"] = ((a, b) => a % b, (a, b) => a - (b * Math.Floor(a / b))),
        ["add alpha"] = ((a, b) => a.add(b, 0.5), (a, b) => a + (0.5 * b)),
        ["atan2"] = ((a, b) => a.atan2(b), Math.Atan2),
        ["pow"] = ((a, b) => a.abs().pow(b), (a, b) => Math.Pow(Math.Abs(a), b)),
        ["fmod"] = ((a, b) => a.fmod(b), (a, b) => a % b),
        ["floor_divide"] = ((a, b) => a.floor_divide(b), (a, b) => Math.Floor(a / b)),
        ["maximum"] = ((a, b) => a.maximum(b), Math.Max),
        ["minimum"] = ((a, b) => torch.min(a, b), Math.Min),
        ["copysign"] = ((a, b) => a.copysign(b), Math.CopySign),
        ["hypot"] = ((a, b) => a.hypot(b), (a, b) => Math.Sqrt((a * a) + (b * b))),
        ["logaddexp"] = ((a, b) => a.logaddexp(b), (a, b) => Math.Log(Math.Exp(a) + Math.Exp(b))),
        ["lerp"] = ((a, b) => a.lerp(b, torch.tensor(0.25)), (a, b) => a + (0.25 * (b - a))),
        ["addcmul"] = ((a, b) => a.addcmul(a, b, 0.5), (a, b) => a + (0.5 * a * b)),
        ["addcdiv"] = ((a, b) => a.addcdiv(a, b), (a, b) => a + (a / b)),
        ["where"] = ((a, b) => torch.where(a > b, a, b), Math.Max),
        ["eq"] = ((a, b) => a == b, (a, b) => a == b ? 1 : 0),
        ["ne"] = ((a, b) => a != b, (a, b) => a != b ? 1 : 0),
        ["lt"] = ((a, b) => a < b, (a, b) => a < b ? 1 : 0),
        ["ge"] = ((a, b) => a >= b, (a, b) => a >= b ? 1 : 0),
        ["logical and"] = ((a, b) => (a > 0).logical_and(b > 0), (a, b) => a > 0 && b > 0 ? 1 : 0),
        ["or"] = ((a, b) => (a > 0) | (b > 0), (a, b) => a > 0 || b > 0 ? 1 : 0),
        ["xor"] = ((a, b) => (a > 0) ^ (b > 0), (a, b) => a > 0 != b > 0 ? 1 : 0),
    };

    private static readonly Dictionary<string, Func<Tensor, Tensor>> InPlace = new()
    {
        ["abs"] = x => x.abs_(), ["exp"] = x => x.exp_(), ["neg"] = x => x.neg_(), ["relu"] = x => x.relu_(), ["sqrt"] = x => x.sqrt_(),
        ["tanh"] = x => x.tanh_(), ["silu"] = x => x.silu_(), ["x + 1"] = x => x.add_(1), ["square"] = x => x.mul_(x), ["x / 3"] = x => x.div_(3),
        ["clamp"] = x => x.clamp_(-0.5, 0.7), ["pow 3"] = x => x.pow_(3), ["gelu tanh"] = x => x.gelu_(global::TorchSharp.Modules.GELU.Approximate.tanh),
        ["sigmoid"] = x => torch.sigmoid_(x), ["add alpha"] = x => x.add_(3, 2), ["reciprocal"] = x => x.reciprocal_(),
    };

    public static TheoryData<string> UnaryNames => [.. Unary.Keys];

    public static TheoryData<string> BinaryNames => [.. Binary.Keys];

    public static TheoryData<string> InPlaceNames => [.. InPlace.Keys];

    [Theory]
    [MemberData(nameof(UnaryNames))]
    public void Unary_operators_follow_System_Math(string name)
    {
        using var scope = NewDisposeScope();
        var (op, expected, low, high) = Unary[name];
        var x = linspace(low, high, 23, float64);
        Numbers.Close(x.Doubles().Select(expected), op(x));
    }

    [Theory]
    [MemberData(nameof(BinaryNames))]
    public void Binary_operators_follow_System_Math(string name)
    {
        using var scope = NewDisposeScope();
        var (op, expected) = Binary[name];
        double[] left = [-1.5, -0.5, 0.25, 1.75, 2, 0.5], right = [0.5, -0.75, 1.25, -2, 2, 3];
        Numbers.Close(left.Zip(right, expected), op(tensor(left), tensor(right)));
    }

    [Theory]
    [MemberData(nameof(InPlaceNames))]
    public void Operators_in_place_change_and_return_their_own_tensor(string name)
    {
        using var scope = NewDisposeScope();
        var x = linspace(0.1, 2, 11, float64);
        var expected = Unary[name].Op(x);
        Assert.Same(x, InPlace[name](x));
        Numbers.Close(expected.Doubles(), x);
    }

    [Fact]
    public void Comparison_with_a_number_from_either_side()
    {
        using var scope = NewDisposeScope();
        var x = arange(5);
        Assert.Equal([false, false, true, false, false], (x == 2).data<bool>().ToArray());
        Assert.Equal([false, false, false, true, true], (x > 2).data<bool>().ToArray());
        Assert.Equal([false, false, false, true, true], ((Scalar)2 < x).data<bool>().ToArray());
        Assert.Equal([true, true, true, false, false], ((Scalar)2 >= x).data<bool>().ToArray());
        Assert.Equal([true, false, true, true, true], (x != 1).data<bool>().ToArray());
    }

    [Fact]
    public void Equality_is_elementwise_and_Equals_is_not()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(new[] { 1f, 2f }), tensor(new[] { 1f, 3f }));
        Assert.Equal([true, false], a.equal(b).data<bool>().ToArray());
        Assert.False(a.Equals(b));
        Assert.True(a.Equals(a.clone()));
        Assert.True(a.allclose(a + 1e-7));
    }

    [Fact]
    public void Not_a_number_and_infinity_are_told_apart()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity]);
        Assert.Equal([false, true, false, false], x.isnan().data<bool>().ToArray());
        Assert.Equal([false, false, true, true], x.isinf().data<bool>().ToArray());
        Assert.Equal([true, false, false, false], torch.isfinite(x).data<bool>().ToArray());
        Assert.Equal([false, false, true, false], x.isposinf().data<bool>().ToArray());
        Assert.Equal([false, false, false, true], x.isneginf().data<bool>().ToArray());
        Numbers.Close([1, 7, 8, -9], x.nan_to_num(7, 8, -9));
    }

    [Fact]
    public void Bits_of_integers()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (tensor(new[] { 12L, 10L }), tensor(new[] { 10L, 3L }));
        Assert.Equal([8L, 2L], (a & b).data<long>().ToArray());
        Assert.Equal([14L, 11L], (a | b).data<long>().ToArray());
        Assert.Equal([6L, 9L], (a ^ b).data<long>().ToArray());
        Assert.Equal([-13L, -11L], (~a).data<long>().ToArray());
    }

    [Fact]
    public void Types_of_results_follow_promotion()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(float32, (ones(2, int64) * 0.5).dtype);
        Assert.Equal(float32, (ones(2, int64) / 2).dtype);
        Assert.Equal(float64, (ones(2) + ones(2, float64)).dtype);
        Assert.Equal(float32, (ones(2) + ones(1, float64).squeeze()).dtype);
        Assert.Equal(@bool, (ones(2) > 0).dtype);
        Assert.Equal(bfloat16, (ones(2, bfloat16) * 2).dtype);
    }
}
