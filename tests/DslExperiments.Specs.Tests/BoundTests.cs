using DslExperiments.Specs.Tests.Support;

namespace DslExperiments.Specs.Tests;

/// <summary>What is claimed to be proven, against hand calculations; and that nothing is claimed outside the proofs' conditions.</summary>
public class BoundTests
{
    private const string Head = "backbone: { kind: transformer, depth: 1, width: 2, causal: true, norm: none, attention: { output: false, scale: none }, mlp: { hidden: 0 }, construct: HEAD }\n";

    private const string Contractive = """
        backbone:
          { kind: transformer, depth: DEPTH, width: 8, causal: true, norm: none, attention: { output: false, scale: none }, mlp: { hidden: 16 },
            init: { query: spectral_norm(2), key: spectral_norm(0.5), value: spectral_norm(0.02), mlp: spectral_norm(0.6), mlp_out: spectral_norm(0.5) } }
        task: { family: common_target, length: 2 }
        methods: { prompt: { length: 4, norm_cap: 1 } }
        metrics: [output_gap, input_gap]
        expect: [min(prompt.output_gap) >= 0]

        """;

    [Fact]
    public void The_certified_gap_is_the_product_over_layers()
    {
        // One layer: (1 - 0.02 (√2 + √2 + 1)) (1 - 0.3). Two: tokens have grown to 1.02 · 1.3 before the second.
        double first = (1 - (0.02 * ((2 * Math.Sqrt(2)) + 1))) * 0.7;
        double size = 1.02 * 1.3;
        double second = (1 - (0.02 * (Math.Sqrt(2) + (size * size * (Math.Sqrt(2) + 1))))) * 0.7;
        Assert.Equal(first, Factor(Contractive.Replace("DEPTH", "1", StringComparison.Ordinal))!.Value, 12);
        Assert.Equal(first * second, Factor(Contractive.Replace("DEPTH", "2", StringComparison.Ordinal))!.Value, 12);
    }

    [Theory]
    [InlineData("causal: true", "causal: false")]
    [InlineData("norm_cap: 1", "norm_cap: 0")]
    [InlineData("value: spectral_norm(0.02)", "value: normal(0.02)")]
    [InlineData("value: spectral_norm(0.02)", "value: spectral_norm(0.5)")]
    [InlineData("mlp_out: spectral_norm(0.5)", "mlp_out: spectral_norm(2)")]
    [InlineData("mlp: { hidden: 16 }", "mlp: { hidden: 16, activation: gelu }")]
    [InlineData("mlp_out: spectral_norm(0.5)", "mlp_out: spectral_norm(0.5), bias: normal(0.1)")]
    public void No_gap_is_certified_without_its_conditions(string from, string to) =>
        Assert.Null(Factor(Contractive.Replace("DEPTH", "2", StringComparison.Ordinal).Replace(from, to, StringComparison.Ordinal)));

    [Theory]
    [InlineData("value(0.5)", "length: 3", 0.5)]
    [InlineData("value(-1.25)", "length: 3", 0.25)]
    [InlineData("value(-0.5)", "length: 3", 0.0)]
    [InlineData("value(-0.1)", "length: 1, key_cap: 1", 0.168941421369995)] // 0.9 - 1/(1 + e^-1)
    [InlineData("value(-0.1)", "length: 4, key_cap: 1", 0.49539032480831)] // 0.9 - 1/(1 + 4 e^-1)
    [InlineData("value(-0.9)", "length: 1, key_cap: 1", 0.168941421369995)] // 1/(1 + e) - 0.1
    [InlineData("value(-0.5)", "length: 3, form: block_input", 0.25)]       // every slot has mass 1: 1/(1 + 3)
    [InlineData("query(2)", "length: 9", 0.850937092220868)]                // 2 sinh 2 / (2 cosh 2 + 1)
    [InlineData("query(-2)", "length: 1", 0.850937092220868)]
    public void Floors_of_the_toy_heads_are_the_closed_forms(string update, string prefix, double error)
    {
        var keys = Head.Replace("HEAD", update[0] == 'q' ? "query_head" : "value_head", StringComparison.Ordinal)
            + $"task: {{ family: head_update, update: {update} }}\nmethods: {{ prefix: {{ {prefix} }} }}\nmetrics: [train.max_error]\nexpect: [min(prefix.train.max_error) >= 0]\n";
        var bound = Sample.Valid(keys).Profiles[0].Arms[0].Bounds.SingleOrDefault(b => b.Metric == "train.max_error");
        Assert.Equal(error, bound?.Value ?? 0, 9);
    }

    [Fact]
    public void Fewer_virtual_tokens_than_queries_leave_an_error()
    {
        var arms = Sample.Valid("""
            backbone: { kind: transformer, width: 8, norm: none, attention: { output: false }, mlp: { hidden: 0 }, init: { value: identity } }
            task: { family: distinct_queries, sequences: [2, 3] }
            methods: { prompt: { length: [1, 2, 3] } }
            metrics: [train.mse, floor.mse]
            expect: [min(prompt.train.mse) >= 0]

            """).Profiles[0].Arms;
        Assert.All(arms, arm => Assert.Contains(new ProvenBoundSpec("D4", "train.mse", 1, "floor.mse"), arm.Bounds));

        // (n, m) = (2, 1), (3, 1), (3, 2).
        Assert.Equal(3, arms.DistinctBy(arm => arm.Values).Count(arm => arm.Bounds.Contains(new ProvenBoundSpec("D4", "train.mse", 0))));
    }

    [Fact]
    public void Theory_counts_parameters()
    {
        // n = 3, d = 8: 3 tokens, 3 * 8 numbers (D4). n = 4, d = 10: rank 4, 2 * 4 * 10 + 4 numbers (D5).
        var own = Sample.Valid("backbone: { kind: transformer, width: 8, norm: none, attention: { output: false }, mlp: { hidden: 0 }, init: { value: identity } }\ntask: { family: distinct_queries, sequences: 3 }\nmethods: { prompt: {} }\n");
        Assert.Equal([("PromptTokensNeeded", 3L), ("PromptParametersNeeded", 24L)], own.BoundConstants.Select(constant => (constant.Name, constant.Value)));
        var shared = Sample.Valid("backbone: { kind: transformer, width: 10, norm: none, mlp: { hidden: 32 } }\ntask: { family: shared_token_pair, sequences: [2, 4] }\nmethods: { prompt: {} }\n");
        Assert.Equal(
            [("RankSufficientFor2", 2L), ("UpdatedWeightsSufficientFor2", 42L), ("RankSufficientFor4", 4L), ("UpdatedWeightsSufficientFor4", 84L)],
            shared.BoundConstants.Select(constant => (constant.Name, constant.Value)));
        Assert.Empty(Sample.Valid("backbone: { kind: transformer, width: 10, norm: pre, mlp: { hidden: 32 } }\ntask: { family: shared_token_pair }\nmethods: { prompt: {} }\n").BoundConstants);
        Assert.Empty(Sample.Valid("backbone: { kind: transformer, width: 10, norm: none, mlp: { hidden: 3 } }\ntask: { family: shared_token_pair, sequences: 4 }\nmethods: { prompt: {} }\n").BoundConstants);
    }

    [Theory]
    [InlineData("heads: 1", true)]
    [InlineData("heads: 2", false)]
    [InlineData("depth: 2", false)]
    [InlineData("norm: pre", false)]
    [InlineData("positions: sinusoidal", false)]
    [InlineData("mlp: { hidden: 16 }", false)]
    [InlineData("mlp: { hidden: 16 }, init: { mlp: spectral_norm(0.9) }", true)]
    public void A_shared_query_is_out_of_reach_only_where_the_proof_holds(string setting, bool proven)
    {
        var rest = string.Concat(new[] { "norm: none", "mlp: { hidden: 0 }", "attention: { output: false }" }
            .Where(entry => !setting.Contains(entry[..entry.IndexOf(':', StringComparison.Ordinal)] + ":", StringComparison.Ordinal)).Select(entry => ", " + entry));
        var arm = Sample.Valid($"backbone: {{ kind: transformer, width: 8, {setting}{rest} }}\nmethods: {{ prompt: {{}} }}\nmetrics: [train.mse]\nexpect: [min(prompt.train.mse) >= 0]\n").Profiles[0].Arms[0];
        Assert.Equal(proven, arm.Bounds.Contains(new ProvenBoundSpec("D2", "train.mse", 0)));
    }

    [Fact]
    public void A_teachers_targets_are_not_out_of_reach()
    {
        var arm = Sample.Valid("""
            backbone: { kind: transformer, width: 8, norm: none, attention: { output: false }, mlp: { hidden: 0 } }
            task: { family: shared_token_pair, targets: teacher(2) }
            methods: { prompt: {} }
            metrics: [train.mse]
            expect: [min(prompt.train.mse) < 1e-9]

            """).Profiles[0].Arms[0];
        Assert.DoesNotContain(arm.Bounds, bound => bound.Statement == "D2");
    }

    private static double? Factor(string keys) =>
        Sample.Valid(keys).Profiles[0].Arms[0].Bounds.SingleOrDefault(bound => bound.Per == "input_gap")?.Value;
}
