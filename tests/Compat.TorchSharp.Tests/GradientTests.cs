using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Compat.TorchSharp.Tests;

/// <summary>Every differentiable operator against central differences in float64.</summary>
public sealed class GradientTests
{
    private static readonly Dictionary<string, (Func<Tensor[], Tensor> Op, long[][] Shapes, double Low, double High)> Cases = new()
    {
        ["abs"] = One(x => x.abs(), 0.2), ["acos"] = One(x => x.acos(), -0.8, 0.8), ["acosh"] = One(x => x.acosh(), 1.3, 3),
        ["asin"] = One(x => x.asin(), -0.8, 0.8), ["asinh"] = One(x => x.asinh()), ["atan"] = One(x => x.atan()),
        ["atanh"] = One(x => x.atanh(), -0.8, 0.8), ["cos"] = One(x => x.cos()), ["cosh"] = One(x => x.cosh()),
        ["digamma"] = One(x => x.digamma(), 1, 3), ["erf"] = One(x => x.erf()), ["erfc"] = One(x => x.erfc()),
        ["erfinv"] = One(x => x.erfinv(), -0.8, 0.8), ["exp"] = One(x => x.exp()), ["exp2"] = One(x => x.exp2()), ["expm1"] = One(x => x.expm1()),
        ["lgamma"] = One(x => x.lgamma(), 1, 3), ["log"] = One(x => x.log(), 0.3, 3), ["log10"] = One(x => x.log10(), 0.3, 3),
        ["log1p"] = One(x => x.log1p(), -0.5, 2), ["log2"] = One(x => x.log2(), 0.3, 3), ["neg"] = One(x => -x),
        ["reciprocal"] = One(x => x.reciprocal(), 0.5, 2), ["relu"] = One(x => x.relu(), 0.1), ["rsqrt"] = One(x => x.rsqrt(), 0.5, 2),
        ["sigmoid"] = One(x => x.sigmoid()), ["silu"] = One(x => x.silu()), ["selu"] = One(x => x.selu(), 0.1), ["sin"] = One(x => x.sin()),
        ["sinc"] = One(x => x.sinc(), 0.2), ["sinh"] = One(x => x.sinh()), ["sqrt"] = One(x => x.sqrt(), 0.3, 2), ["square"] = One(x => x.square()),
        ["tan"] = One(x => x.tan(), -1, 1), ["tanh"] = One(x => x.tanh()), ["gelu"] = One(x => x.gelu()),
        ["gelu tanh"] = One(x => F.gelu(x, global::TorchSharp.Modules.GELU.Approximate.tanh)), ["softplus"] = One(x => x.softplus()),
        ["leaky_relu"] = One(x => x.leaky_relu(0.1), 0.1), ["elu"] = One(x => x.elu(), 0.1), ["log_sigmoid"] = One(x => x.log_sigmoid()),
        ["hardswish"] = One(x => x.hardswish()), ["clamp"] = One(x => x.clamp(-5, 5)), ["pow 2.5"] = One(x => x.pow(2.5), 0.3, 2),
        ["scalar arithmetic"] = One(x => (3 - (2 / x * 1.5) + 1) / 4, 0.5, 2), ["nan_to_num"] = One(x => x.nan_to_num()),

        ["add"] = Two((a, b) => a + b), ["add alpha"] = Two((a, b) => a.add(b, 3)), ["sub"] = Two((a, b) => a - b), ["mul"] = Two((a, b) => a * b),
        ["div"] = Two((a, b) => a / b, 0.5, 2), ["pow"] = Two((a, b) => a.pow(b), 0.5, 2), ["atan2"] = Two((a, b) => a.atan2(b), 0.5, 2),
        ["maximum"] = Two((a, b) => a.maximum(b)), ["minimum"] = Two((a, b) => a.minimum(b)), ["hypot"] = Two((a, b) => a.hypot(b), 0.5, 2),
        ["logaddexp"] = Two((a, b) => a.logaddexp(b)), ["xlogy"] = Two((a, b) => a.xlogy(b), 0.5, 2), ["where"] = Two((a, b) => where(Mask(), a, b)),
        ["lerp"] = Two((a, b) => a.lerp(b, a)), ["addcmul"] = Two((a, b) => a.addcmul(a, b, 0.5)), ["addcdiv"] = Two((a, b) => a.addcdiv(a, b, 0.5), 0.5, 2),
        ["broadcast"] = (x => x[0] * x[1] + x[1], [[3, 1, 2], [4, 1]], -1, 1),

        ["sum"] = One(x => x.sum() * x), ["sum dims"] = One(x => x.sum(0, keepdim: true) * x), ["mean"] = One(x => x.mean([1], true) * x),
        ["prod"] = One(x => x.prod(1)), ["var"] = One(x => x.var(1)), ["std"] = One(x => x.std(1, unbiased: false)), ["max dim"] = One(x => x.max(1).values),
        ["min dim"] = One(x => x.min(0).values), ["amax"] = One(x => x.amax([1])), ["logsumexp"] = One(x => x.logsumexp(1)),
        ["cumsum"] = One(x => x.cumsum(1)), ["cumprod"] = One(x => x.cumprod(1), 0.5, 2), ["norm"] = One(x => x.norm()), ["norm dim"] = One(x => x.norm(1)),
        ["vector_norm"] = One(x => linalg.vector_norm(x, 3, [1]), 0.5, 2), ["sort"] = One(x => x.sort(1).Values.cumsum(1)), ["topk"] = One(x => x.topk(2).values),
        ["softmax"] = One(x => x.softmax(1)), ["log_softmax"] = One(x => x.log_softmax(0)), ["median"] = One(x => x.median()),

        ["view"] = One(x => x.view(2, 6).square()), ["reshape"] = One(x => x.t().reshape(-1).square()), ["permute"] = One(x => x.permute(1, 0) * x.t()),
        ["expand"] = One(x => x.unsqueeze(0).expand(2, 3, 4).square()), ["repeat"] = One(x => x.repeat(2, 1).square()), ["flip"] = One(x => x.flip(0) * x),
        ["roll"] = One(x => x.roll(1, 1) * x), ["flatten"] = One(x => x.flatten().square()), ["narrow"] = One(x => x.narrow(1, 1, 2).square()),
        ["slice"] = One(x => x[TensorIndex.Ellipsis, 1..3].square()), ["select"] = One(x => x[1].square()), ["index"] = One(x => x[tensor(new[] { 2L, 0L, 2L })].square()),
        ["index_select"] = One(x => x.index_select(1, tensor(new[] { 3L, 3L, 0L })).square()), ["gather"] = One(x => x.gather(1, tensor(new[,] { { 0L, 0L }, { 1L, 3L }, { 2L, 2L } })).square()),
        ["scatter"] = Two((a, b) => a.scatter(1, zeros(3, 1, int64), b.narrow(1, 0, 1)) * a), ["scatter_add"] = Two((a, b) => a.scatter_add(1, zeros(3, 4, int64), b).square()),
        ["index_add"] = Two((a, b) => a.index_add(0, tensor(new[] { 0L, 0L, 2L }), b, 2).square()), ["masked_fill"] = One(x => x.masked_fill(Mask(), 2).square()),
        ["masked_select"] = One(x => x.masked_select(Mask()).square()), ["tril"] = One(x => x.tril().square()), ["triu"] = One(x => x.triu(1).square()),
        ["diag"] = One(x => x.mm(x.t()).diag()), ["diagonal"] = One(x => x.diagonal().square()), ["diag_embed"] = One(x => x.diag_embed().square()),
        ["cat"] = Two((a, b) => cat([a, b], 1).square()), ["stack"] = Two((a, b) => stack([a, b]).square()), ["split"] = One(x => x.split(2, 1)[1].square()),
        ["chunk"] = One(x => x.chunk(2, 1)[0].square()), ["unbind"] = One(x => x.unbind(1)[2].square()), ["unfold"] = One(x => x.unfold(1, 2, 1).square()),
        ["repeat_interleave"] = One(x => x.repeat_interleave(2, 1).square()), ["movedim"] = One(x => x.movedim([0], [1]).square()), ["pad"] = One(x => F.pad(x, (1, 2)).square()),
        ["unflatten"] = One(x => x.unflatten(1, 2, 2).square()), ["take_along_dim"] = One(x => x.take_along_dim(x.argsort(1), 1).cumsum(1)),

        ["mm"] = (x => x[0].mm(x[1]), [[3, 4], [4, 2]], -1, 1), ["bmm"] = (x => x[0].bmm(x[1]), [[2, 3, 4], [2, 4, 2]], -1, 1),
        ["matmul"] = (x => x[0].matmul(x[1]), [[2, 3, 4], [4, 2]], -1, 1), ["mv"] = (x => x[0].mv(x[1]), [[3, 4], [4]], -1, 1),
        ["dot"] = (x => x[0].dot(x[1]), [[4], [4]], -1, 1), ["outer"] = (x => x[0].outer(x[1]), [[3], [4]], -1, 1),
        ["addmm"] = (x => x[0].addmm(x[1], x[2], 0.5f, 2), [[3, 2], [3, 4], [4, 2]], -1, 1),
        ["baddbmm"] = (x => x[0].baddbmm(x[1], x[2], 0.5f, 2), [[2, 3, 2], [2, 3, 4], [2, 4, 2]], -1, 1),
        ["einsum"] = (x => einsum("aij,ajk->aik", x[0], x[1]), [[2, 3, 4], [2, 4, 2]], -1, 1),
        ["tensordot"] = (x => tensordot(x[0], x[1], [1], [0]), [[3, 4], [4, 2]], -1, 1), ["kron"] = (x => x[0].kron(x[1]), [[2, 2], [2, 2]], -1, 1),
        ["inv"] = (x => linalg.inv(x[0] + 4 * eye(3, dtype: float64)), [[3, 3]], -1, 1), ["det"] = (x => linalg.det(x[0]), [[3, 3]], -1, 1),
        ["solve"] = (x => linalg.solve(x[0] + 4 * eye(3, dtype: float64), x[1]), [[3, 3], [3, 2]], -1, 1),
        ["solve right"] = (x => linalg.solve(x[0] + 4 * eye(3, dtype: float64), x[1], left: false), [[3, 3], [2, 3]], -1, 1),
        ["svdvals"] = (x => linalg.svdvals(x[0]), [[3, 4]], -1, 1), ["cholesky"] = (x => linalg.cholesky(x[0].mm(x[0].t()) + 4 * eye(3, dtype: float64)), [[3, 3]], -1, 1),
        ["matrix_norm"] = (x => linalg.matrix_norm(x[0]), [[3, 4]], -1, 1), ["matrix_norm 2"] = (x => linalg.matrix_norm(x[0], 2.0), [[3, 4]], -1, 1),

        ["linear"] = (x => F.linear(x[0], x[1], x[2]), [[2, 3], [4, 3], [4]], -1, 1), ["layer_norm"] = (x => F.layer_norm(x[0], [4], x[1], x[2]), [[3, 4], [4], [4]], -1, 1),
        ["cross_entropy"] = One(x => F.cross_entropy(x, tensor(new[] { 0L, 3L, 1L }), label_smoothing: 0.1)), ["nll_loss"] = One(x => F.nll_loss(x.log_softmax(1), tensor(new[] { 0L, 3L, 1L }))),
        ["mse_loss"] = Two((a, b) => F.mse_loss(a, b)), ["huber_loss"] = Two((a, b) => F.huber_loss(a, b, 0.3)), ["kl_div"] = Two((a, b) => F.kl_div(a.log_softmax(1), b.softmax(1), log_target: false)),
        ["bce logits"] = Two((a, b) => F.binary_cross_entropy_with_logits(a, b.sigmoid())), ["normalize"] = One(x => F.normalize(x), 0.5, 2),
        ["attention"] = (x => F.scaled_dot_product_attention(x[0], x[1], x[2], is_casual: true), [[2, 3, 4], [2, 3, 4], [2, 3, 4]], -1, 1),
        ["attention mask"] = (x => F.scaled_dot_product_attention(x[0], x[1], x[2], x[3]), [[2, 3, 4], [2, 5, 4], [2, 5, 4], [3, 5]], -1, 1),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_finite_differences(string name)
    {
        using var scope = NewDisposeScope();
        var (op, shapes, low, high) = Cases[name];
        var generator = new Generator(17);
        var inputs = shapes.Select(s => empty(s, float64).uniform_(low, high, generator).requires_grad_()).ToArray();
        var output = op(inputs);
        var weights = empty(output.shape, float64).uniform_(-1, 1, generator);
        var analytic = autograd.grad([(output * weights).sum()], inputs);

        using var quiet = no_grad();
        const double Step = 1e-6;
        for (var i = 0; i < inputs.Length; i++)
        {
            var numeric = new double[inputs[i].numel()];
            var values = inputs[i].data<double>();
            for (var j = 0; j < numeric.Length; j++)
            {
                var value = values[j];
                values[j] = value + Step;
                var above = (op(inputs) * weights).sum().ToDouble();
                values[j] = value - Step;
                var below = (op(inputs) * weights).sum().ToDouble();
                values[j] = value;
                numeric[j] = (above - below) / (2 * Step);
            }

            Numbers.Close(numeric, analytic[i], 1e-6);
        }
    }

    private static Tensor Mask() => arange(12).view(3, 4).remainder(2).eq(0);

    private static (Func<Tensor[], Tensor>, long[][], double, double) One(Func<Tensor, Tensor> op, double low = -1.5, double high = 1.5) =>
        (x => op(x[0]), [[3, 4]], low, high);

    private static (Func<Tensor[], Tensor>, long[][], double, double) Two(Func<Tensor, Tensor, Tensor> op, double low = -1.5, double high = 1.5) =>
        (x => op(x[0], x[1]), [[3, 4], [3, 4]], low, high);
}
