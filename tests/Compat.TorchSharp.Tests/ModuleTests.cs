using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace Compat.TorchSharp.Tests;

public sealed class ModuleTests
{
    [Fact]
    public void Fields_become_components()
    {
        using var scope = NewDisposeScope();
        var net = new Net();
        Assert.Equal(["first.bias", "first.weight", "scale", "tail.0.weight"], net.named_parameters().Select(p => p.name).Order(StringComparer.Ordinal));
        Assert.Equal(["offset"], net.named_buffers().Select(b => b.name));
        Assert.Equal(["first", "tail", "tail.0", "tail.1"], net.named_modules().Select(m => m.name));
        Assert.Equal(["first", "tail"], net.named_children().Select(m => m.name));
        Assert.Equal(4, net.parameters().Count());
        Assert.Equal(["scale"], net.named_parameters(recurse: false).Select(p => p.name));
        Assert.True(net.has_parameter("first.bias"));
        Assert.Null(net.get_parameter("nothing"));
    }

    [Fact]
    public void A_call_computes_and_trains()
    {
        using var scope = NewDisposeScope();
        var net = new Net();
        var output = net.call(ones(2, 3));
        Assert.Equal([2L, 1L], output.shape);
        output.sum().backward();
        Assert.All(net.parameters(), p => Assert.NotNull(p.grad));
        net.zero_grad();
        Assert.All(net.parameters(), p => Assert.Null(p.grad));
    }

    [Fact]
    public void Modes_and_types_reach_every_part()
    {
        using var scope = NewDisposeScope();
        var net = new Net();
        net.eval();
        Assert.All(net.modules(), m => Assert.False(m.training));
        net.train();
        Assert.All(net.modules(), m => Assert.True(m.training));
        var scale = net.get_parameter("scale");
        net.to(float64);
        Assert.Same(scale, net.get_parameter("scale"));
        Assert.All(net.parameters(), p => Assert.Equal((float64, true), (p.dtype, p.requires_grad)));
        Assert.Equal(float64, net.call(ones(1, 3, float64)).dtype);
    }

    [Fact]
    public void A_state_moves_between_modules()
    {
        using var scope = NewDisposeScope();
        Net a = new(), b = new();
        b.load_state_dict(a.state_dict());
        Numbers.SameBits(a.call(ones(1, 3)), b.call(ones(1, 3)));
        var state = a.state_dict();
        state.Remove("scale");
        Assert.Throws<InvalidOperationException>(() => b.load_state_dict(state));
        Assert.Equal(["scale"], b.load_state_dict(state, strict: false).missing_keys);
    }

    [Fact]
    public void Names_are_unique_and_tensors_present()
    {
        using var scope = NewDisposeScope();
        var net = new Net();
        Assert.Throws<InvalidOperationException>(() => net.register_parameter("scale", Parameter(ones(1))));
        Assert.Throws<InvalidOperationException>(() => net.register_module("first", Linear(1, 1)));
        Assert.Throws<ArgumentNullException>(() => net.register_buffer("nothing", null!));
    }

    [Fact]
    public void Hooks_see_and_change_a_call()
    {
        using var scope = NewDisposeScope();
        var module = Identity();
        var before = module.register_forward_pre_hook((_, x) => x + 1);
        module.register_forward_hook((_, _, y) => y * 10);
        Numbers.Close([20], module.call(ones(1)));
        before.remove();
        Numbers.Close([10], module.call(ones(1)));
    }

    [Fact]
    public void Layers_compute_what_their_functions_do()
    {
        using var scope = NewDisposeScope();
        var x = randn(2, 4);
        var linear = Linear(4, 3, hasBias: false);
        Numbers.Close(x.matmul(linear.weight.t()).Doubles(), linear.call(x), 1e-6);
        Assert.Null(linear.bias);
        Numbers.Close(F.layer_norm(x, [4]).Doubles(), LayerNorm(4).call(x), 1e-6);
        Assert.Equal(2, LayerNorm([4]).parameters().Count());
        Assert.Single(LayerNorm(4, bias: false).parameters());
        var embedding = Embedding(5, 2, padding_idx: 0);
        Numbers.SameBits(embedding.weight[3], embedding.call(tensor(3L)));
        Numbers.Close([0, 0], embedding.weight[0]);
        Numbers.SameBits(F.gelu(x), GELU().call(x));
        Numbers.SameBits(F.relu(x), ReLU().call(x));
        Numbers.SameBits(F.silu(x), SiLU().call(x));
        Numbers.SameBits(F.tanh(x), Tanh().call(x));
    }

    [Fact]
    public void Dropout_only_while_training()
    {
        using var scope = NewDisposeScope();
        var dropout = Dropout(0.5);
        var dropped = dropout.call(ones(1000)).Doubles();
        Assert.All(dropped, v => Assert.True(v is 0 or 2));
        Assert.InRange(dropped.Count(v => v == 0), 400, 600);
        dropout.eval();
        Numbers.Close(ones(10).Doubles(), dropout.call(ones(10)));
    }

    [Fact]
    public void Attention_is_the_composition_of_its_parts()
    {
        using var scope = NewDisposeScope();
        Tensor q = randn([2, 3, 4], float64), k = randn([2, 5, 4], float64), v = randn([2, 5, 6], float64);
        var scores = q.matmul(k.mT) / 2;
        Numbers.Close(scores.softmax(-1).matmul(v).Doubles(), F.scaled_dot_product_attention(q, k, v));
        var allowed = ones(3, 5, @bool).tril();
        var masked = scores.masked_fill(~allowed, double.NegativeInfinity).softmax(-1).matmul(v).Doubles();
        Numbers.Close(masked, F.scaled_dot_product_attention(q, k, v, is_casual: true));
        Numbers.Close(masked, F.scaled_dot_product_attention(q, k, v, allowed));
        Numbers.Close(masked, F.scaled_dot_product_attention(q, k, v, zeros(3, 5, float64).masked_fill(~allowed, double.NegativeInfinity)));
    }

    [Fact]
    public void Losses_have_their_closed_forms()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new[,] { { 1.0, 2.0, 3.0 }, { 1.0, 0.0, 0.0 } });
        var target = tensor(new[] { 2L, 0L });
        var each = new[] { Math.Log(1 + Math.Exp(-1) + Math.Exp(-2)), Math.Log(1 + (2 * Math.Exp(-1))) };
        Numbers.Close(each, F.cross_entropy(logits, target, reduction: Reduction.None));
        Numbers.Close([each.Average()], F.cross_entropy(logits, target));
        Numbers.Close([each.Sum()], F.nll_loss(F.log_softmax(logits, 1), target, reduction: Reduction.Sum));
        Numbers.Close([each[1]], F.cross_entropy(logits, tensor(new[] { -100L, 0L })));
        Tensor a = tensor([1.0, 2.0]), b = tensor([0.0, 4.0]);
        Numbers.Close([2.5], F.mse_loss(a, b));
        Numbers.Close([1.5], F.l1_loss(a, b));
        Numbers.Close([Math.Log(2)], F.binary_cross_entropy_with_logits(tensor([0.0]), tensor([1.0])));
        Numbers.Close([0.6, 0.8], F.normalize(tensor(new[,] { { 3.0, 4.0 } })));
    }

    [Fact]
    public void Initial_values_have_their_distributions()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var weight = empty(200, 100, float64);
        Assert.Equal((100L, 200L), init.CalculateFanInAndFanOut(weight));
        Bounded(init.xavier_uniform_(weight), Math.Sqrt(6.0 / 300));
        Bounded(init.kaiming_uniform_(weight, Math.Sqrt(5)), 1 / Math.Sqrt(100));
        Spread(init.xavier_normal_(weight), Math.Sqrt(2.0 / 300));
        Spread(init.kaiming_normal_(weight, nonlinearity: init.NonlinearityType.ReLU), Math.Sqrt(2.0 / 100));
        Spread(init.normal_(weight, 0, 3), 3);
        Numbers.Close([7, 7], init.constant_(empty(2), 7));
        Bounded(Linear(100, 200).weight, 1 / Math.Sqrt(100));

        static void Bounded(Tensor x, double bound)
        {
            Assert.InRange(x.abs().max().ToDouble(), 0.98 * bound, bound);
            Spread(x, bound / Math.Sqrt(3));
        }

        static void Spread(Tensor x, double std) => Assert.InRange(x.std().ToDouble() / std, 0.97, 1.03);
    }

    [Fact]
    public void Gradients_are_clipped_to_a_common_norm()
    {
        using var scope = NewDisposeScope();
        Parameter a = Parameter(ones(1)), b = Parameter(ones(1));
        (a * 3 + b * 4).backward();
        Assert.Equal(5, nn.utils.clip_grad_norm_([a, b], 1), 5);
        Numbers.Close([0.6], a.grad!, 1e-5);
        Assert.Equal(1, nn.utils.clip_grad_norm_([a, b], 9), 5);
        Numbers.Close([0.6], a.grad!, 1e-5);
        nn.utils.clip_grad_value_([a, b], 0.5);
        Numbers.Close([0.5], b.grad!);
    }

    [Fact]
    public void Parameters_as_one_vector()
    {
        using var scope = NewDisposeScope();
        var linear = Linear(2, 3);
        var vector = nn.utils.parameters_to_vector(linear.parameters());
        Assert.Equal([9L], vector.shape);
        nn.utils.vector_to_parameters(zeros(9), linear.parameters());
        Numbers.Close(new double[3], linear.bias!);
    }

    private sealed class Net : Module<Tensor, Tensor>
    {
        private readonly Parameter scale = Parameter(ones(1));
        private readonly Linear first = Linear(3, 4);
        private readonly Sequential tail = Sequential(Linear(4, 1, hasBias: false), Identity());
        private readonly Tensor offset = ones(1);

        public Net() : base(nameof(Net)) => RegisterComponents();

        public override Tensor forward(Tensor input) => (tail.call(first.call(input) * scale)) + offset;
    }
}
