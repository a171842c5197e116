using static TorchSharp.torch;

namespace Compat.TorchSharp.Tests;

public sealed class GeneratorTests
{
    private static readonly Dictionary<string, Func<Generator, Tensor>> Draws = new()
    {
        ["rand"] = g => rand([100L], generator: g),
        ["randn"] = g => randn([100L], generator: g),
        ["randint"] = g => randint(0, 10, [100L], generator: g),
        ["randperm"] = g => randperm(100, generator: g),
        ["normal_"] = g => empty(100).normal_(1, 2, g),
        ["uniform_"] = g => empty(100).uniform_(1, 2, g),
        ["bernoulli_"] = g => empty(100).bernoulli_(0.3, g),
        ["bernoulli"] = g => full(100, 0.3).bernoulli(g),
        ["exponential_"] = g => empty(100).exponential_(2, g),
        ["random_"] = g => empty(100, int64).random_(0, 50, g),
        ["multinomial"] = g => ones(10).multinomial(100, true, g),
        ["normal"] = g => normal(0, 1, [100L], generator: g),
        ["init"] = g => nn.init.normal_(empty(100), generator: g),
    };

    public static TheoryData<string> Names => [.. Draws.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_draws_the_same_numbers(string name)
    {
        using var scope = NewDisposeScope();
        using Generator first = new(42), second = new(42), other = new(43);
        var a = Draws[name](first);
        Numbers.SameBits(a, Draws[name](second));
        Assert.False(a.Equals(Draws[name](other)));
        Assert.False(a.Equals(Draws[name](first)));
    }

    [Fact]
    public void A_state_can_be_kept_and_put_back()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5);
        var state = generator.get_state();
        var expected = randn([8L], generator: generator);
        generator.set_state(state);
        Numbers.SameBits(expected, randn([8L], generator: generator));
        generator.manual_seed(5);
        Numbers.SameBits(expected, randn([8L], generator: generator));
        Assert.Equal(5L, generator.initial_seed());
    }

    [Fact]
    public void The_default_generator_is_seeded_and_leaves_others_alone()
    {
        using var scope = NewDisposeScope();
        manual_seed(7);
        var expected = randn(8);
        using var own = new Generator(1);
        manual_seed(7);
        _ = randn([8L], generator: own);
        Numbers.SameBits(expected, randn(8));
        var state = get_rng_state();
        expected = rand(8);
        set_rng_state(state);
        Numbers.SameBits(expected, rand(8));
        Assert.Equal(7L, initial_seed());
    }
}
