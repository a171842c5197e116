using DslExperiments.Specs.Tests.Support;

namespace DslExperiments.Specs.Tests;

/// <summary>The expectation language: precedence, canonical text, types.</summary>
public class ExpectationTests
{
    private const string Keys = """
        backbone: { kind: transformer, width: 8, heads: 1, norm: none, init: { mlp: spectral_norm(0.5) } }
        task: { family: shared_token_pair, targets: [random, teacher(4)] }
        methods:
          prompt: { length: [1, 2], init: [normal(1), uniform(0.5)] }
          lora: { rank: [1, 2, 4], on: [[q], [q, v]], rank_stabilized: [true, false] }
        training: { learning_rate: [0.1, 0.2] }
        seeds: 0..2
        metrics: [train.mse, certificate.mass, floor.mse, custom.gap]

        """;

    [Theory]
    [InlineData("1<2", "1 < 2")]
    [InlineData("1 < 2 and 2 < 3 or 3 < 4", "1 < 2 and 2 < 3 or 3 < 4")]
    [InlineData("1 < 2 and (2 < 3 or 3 < 4)", "1 < 2 and (2 < 3 or 3 < 4)")]
    [InlineData("(1 < 2 and 2 < 3) and 3 < 4", "1 < 2 and 2 < 3 and 3 < 4")]
    [InlineData("1 < 2 and (2 < 3 and 3 < 4)", "1 < 2 and (2 < 3 and 3 < 4)")]
    [InlineData("not 1 < 2", "not 1 < 2")]
    [InlineData("not (1 < 2 or 2 < 3)", "not (1 < 2 or 2 < 3)")]
    [InlineData("not not(1<2)", "not not 1 < 2")]
    [InlineData("(not 1 < 2) and 2 < 3", "not 1 < 2 and 2 < 3")]
    [InlineData("1+2*3 < 4", "1 + 2 * 3 < 4")]
    [InlineData("(1+2)*3 < 4", "(1 + 2) * 3 < 4")]
    [InlineData("1-(2-3) < 4-5-6", "1 - (2 - 3) < 4 - 5 - 6")]
    [InlineData("1/(2*3) == 4/2/2", "1 / (2 * 3) == 4 / 2 / 2")]
    [InlineData("-1 < - 2", "-1 < -2")]
    [InlineData("1 - -1 != 1e-3", "1 - -1 != 0.001")]
    [InlineData("-(1+2) < .5", "-(1 + 2) < 0.5")]
    [InlineData("-max(prompt.train.mse) < 1E+2", "-max(prompt.train.mse) < 100")]
    [InlineData("1_000 < 2", "1000 < 2")]
    [InlineData("prompt.train.mse>=prompt.floor.mse-1e-6", "prompt.train.mse >= prompt.floor.mse - 1e-6")]
    [InlineData("prompt [ length = 1 , seed!=0 ] . train . mse < 1", "prompt[length=1, seed!=0].train.mse < 1")]
    [InlineData("prompt[length==1].train.mse < 1", "prompt[length=1].train.mse < 1")]
    [InlineData("prompt[init=uniform( 5e-1 )].train.mse < 1", "prompt[init=uniform(0.5)].train.mse < 1")]
    [InlineData("prompt[init=normal].train.mse < 1", "prompt[init=normal(1)].train.mse < 1")]
    [InlineData("prompt[targets=teacher(4),length>=2].train.mse < 1", "prompt[targets=teacher(4), length>=2].train.mse < 1")]
    [InlineData("lora[on=[q,v]].train.mse < 1", "lora[on=[q, v]].train.mse < 1")]
    [InlineData("lora[rank_stabilized=True].train.mse < 1", "lora[rank_stabilized=true].train.mse < 1")]
    [InlineData("lora[learning_rate=1e-1].train.mse < 1", "lora[learning_rate=0.1].train.mse < 1")]
    [InlineData("lora[rank>0, rank<3].train.mse < 1", "lora[rank>0, rank<3].train.mse < 1")]
    [InlineData("lora.trainable_parameters <= 64 * 4", "lora.trainable_parameters <= 64 * 4")]
    [InlineData("max(best(lora[rank=4].train.mse, over:learning_rate)) < 1", "max(best(lora[rank=4].train.mse, over: learning_rate)) < 1")]
    [InlineData("quantile(prompt.train.mse,.9) < 1", "quantile(prompt.train.mse, 0.9) < 1")]
    [InlineData("count(prompt.train.mse < 1) >= 3", "count(prompt.train.mse < 1) >= 3")]
    [InlineData("not decreasing(mean(prompt.train.mse), along: length)", "not decreasing(mean(prompt.train.mse), along: length)")]
    [InlineData("increasing(mean(lora.train.mse) - mean(prompt.train.mse), along: seed)", "increasing(mean(lora.train.mse) - mean(prompt.train.mse), along: seed)")]
    [InlineData("abs(log10(prompt.train.mse)) < sqrt(2)", "abs(log10(prompt.train.mse)) < sqrt(2)")]
    [InlineData("mean(mean(prompt.train.mse, over: seed), over: length) < 1", "mean(mean(prompt.train.mse, over: seed), over: length) < 1")]
    [InlineData("mean(mean(prompt.train.mse, over: seed), over: length) < mean(mean(prompt.floor.mse, over: length), over: seed)", "mean(mean(prompt.train.mse, over: seed), over: length) < mean(mean(prompt.floor.mse, over: length), over: seed)")]
    [InlineData("prompt.custom.gap < 1", "prompt.custom.gap < 1")]
    [InlineData("prompt.train.mse > 1 or 1 < 2", "prompt.train.mse > 1 or 1 < 2")]
    public void Canonical_text_has_one_spelling_and_means_the_same(string text, string canonical)
    {
        ExpectationSpec first = Bind(text);
        Assert.Equal(canonical, first.Text);
        Assert.Equal(first, Bind(canonical));
    }

    [Fact]
    public void The_tree_is_typed()
    {
        ExpectNode node = Bind("max(best(lora[rank>=2].train.mse, over: learning_rate)) < -0.5 * quantile(prompt.certificate.mass, 0.9)").Condition;
        ExpectNode.Comparison comparison = Assert.IsType<ExpectNode.Comparison>(node);
        Assert.Equal(
            new ExpectNode.Aggregate(
                "max",
                new ExpectNode.Aggregate(
                    "best",
                    new ExpectNode.Path("lora", new[] { new ArmFilter("rank", ">=", new SpecValue.Int(2)) }, "train.mse"),
                    null,
                    "learning_rate",
                    LowerIsBetter: true),
                null,
                null,
                LowerIsBetter: false),
            comparison.Left);
        Assert.Equal(
            new ExpectNode.Arithmetic(
                "*",
                new ExpectNode.Literal(-0.5),
                new ExpectNode.Aggregate("quantile", new ExpectNode.Path("prompt", default, "certificate.mass"), 0.9, null, LowerIsBetter: false)),
            comparison.Right);
    }

    [Theory]
    [InlineData("train.mse", true)]
    [InlineData("certificate.mass", false)]
    [InlineData("trainable_parameters", true)]
    public void Best_knows_the_metric(string metric, bool lower)
    {
        ExpectNode.Comparison comparison = (ExpectNode.Comparison)Bind($"max(best(mean(prompt.{metric}, over: seed), over: length)) < 1").Condition;
        ExpectNode.Aggregate best = (ExpectNode.Aggregate)((ExpectNode.Aggregate)comparison.Left).Operand;
        Assert.Equal(("best", lower), (best.Function, best.LowerIsBetter));
    }

    [Fact]
    public void Best_of_a_custom_metric_is_refused() =>
        Assert.Equal("DSLX0407", Assert.Single(Sample.With(Keys + "expect: ['best(prompt.custom.gap) < 1']").Diagnostics).Id);

    [Fact]
    public void A_colon_needs_no_quotes_when_it_is_the_only_one()
    {
        ExperimentSpec plain = Sample.Valid(Keys + "expect:\n  - max(best(lora.train.mse, over: seed)) < 1\n  - not decreasing(mean(prompt.train.mse), along:   length)");
        ExperimentSpec quoted = Sample.Valid(Keys + "expect: ['max(best(lora.train.mse, over: seed)) < 1', 'not decreasing(mean(prompt.train.mse), along: length)']");
        Assert.Equal(quoted, plain);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(80, false)]
    public void Nesting_has_a_limit(int depth, bool valid)
    {
        foreach (string text in new[]
        {
            new string('(', depth) + "1 < 2" + new string(')', depth),
            string.Concat(Enumerable.Repeat("not ", depth)) + "1 < 2",
            "1" + string.Concat(Enumerable.Repeat(" + 1", depth)) + " < 2",
            string.Concat(Enumerable.Repeat("-", depth)) + "max(prompt.train.mse) < 2",
            string.Concat(Enumerable.Repeat("abs(", depth)) + "1" + new string(')', depth) + " < 2",
            "1 < 2" + string.Concat(Enumerable.Repeat(" and 1 < 2", depth)),
        })
        {
            SpecResult result = Sample.With(Keys + $"expect: ['{text}']");
            Assert.Equal(valid, result.Spec is not null);
            Assert.All(result.Diagnostics, found => Assert.Equal("DSLX0410", found.Id));
        }
    }

    [Theory]
    [InlineData(100_000)]
    public void A_monster_is_refused_without_a_crash(int depth)
    {
        SpecResult result = Sample.With(Keys + $"expect: ['{new string('(', depth)}']");
        Assert.Equal("DSLX0110", Assert.Single(result.Diagnostics).Id);
    }

    [Fact]
    public void Metrics_become_members()
    {
        ExperimentSpec spec = Sample.Valid(Keys + "expect: [1 < 2]");
        Assert.Equal(
            [
                new MetricSpec("train.mse", "TrainMse", "global::DslExperiments.Metrics.TrainMse", true),
                new MetricSpec("certificate.mass", "CertificateMass", "global::DslExperiments.Metrics.CertificateMass", false),
                new MetricSpec("floor.mse", "FloorMse", "global::DslExperiments.Metrics.PromptFloor", true),
                new MetricSpec("custom.gap", "CustomGap", null, true),
            ],
            spec.Metrics);
    }

    private static ExpectationSpec Bind(string text) => Sample.Valid(Keys + $"expect: ['{text}']").Expectations[0];
}
