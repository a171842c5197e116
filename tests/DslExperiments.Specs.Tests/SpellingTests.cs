using DslExperiments.Specs.Tests.Support;

namespace DslExperiments.Specs.Tests;

/// <summary>A value's type comes from its field; equal spellings are equal experiments.</summary>
public class SpellingTests
{
    [Theory]
    [InlineData("1e-3")]
    [InlineData("1E-3")]
    [InlineData("1.0e-3")]
    [InlineData(".001")]
    [InlineData("0.001")]
    [InlineData("0.0010")]
    [InlineData("+0.001")]
    [InlineData("1e-03")]
    [InlineData("'0.001'")]
    [InlineData("\"1e-3\"")]
    [InlineData("0.00_1")]
    [InlineData("!!not-a-tag", false)]
    public void Spellings_of_a_number_are_one_experiment(string spelling, bool valid = true)
    {
        SpecResult result = Sample.With($"training: {{ learning_rate: {spelling} }}");
        Assert.Equal(valid, result.Spec is not null);
        if (valid)
        {
            Assert.Equal(Sample.Valid("training: { learning_rate: 0.001 }"), result.Spec);
        }
    }

    [Theory]
    [InlineData("5000")]
    [InlineData("5_000")]
    [InlineData("05000")]
    [InlineData("+5000")]
    [InlineData("'5000'")]
    [InlineData("0x1388")]
    [InlineData("0o11610")]
    public void Spellings_of_a_whole_number_are_one_experiment(string spelling) =>
        Assert.Equal(Sample.Valid("training: { steps: 5000, learning_rate: 0.1 }"), Sample.Valid($"training: {{ steps: {spelling}, learning_rate: 0.1 }}"));

    [Theory]
    [InlineData("012", 12)]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    public void A_leading_zero_is_not_octal(string spelling, int steps) =>
        Assert.Equal(Sample.Valid($"training: {{ steps: {steps} }}"), Sample.Valid($"training: {{ steps: {spelling} }}"));

    [Theory]
    [InlineData("5__000")]
    [InlineData("_5")]
    [InlineData("5_")]
    [InlineData("0x")]
    [InlineData("0o8")]
    [InlineData("5,000")]
    [InlineData("٥")]
    [InlineData("99999999999999999999")]
    [InlineData("1 000")]
    [InlineData("- 5")]
    public void Other_spellings_are_no_whole_numbers(string spelling) =>
        Assert.Contains(Sample.With($"training: {{ steps: '{spelling}' }}").Diagnostics, found => found.Id == "DSLX0104");

    [Theory]
    [InlineData("1e")]
    [InlineData("e3")]
    [InlineData(".")]
    [InlineData("1._0")]
    [InlineData("1_.0")]
    [InlineData("0x10")]
    [InlineData("1e-400")]
    [InlineData("1e400")]
    [InlineData("1e99999999")]
    [InlineData("NaN")]
    [InlineData("∞")]
    [InlineData("1d")]
    [InlineData("0.1 ± 0.2")]
    public void Other_spellings_are_no_numbers(string spelling) =>
        Assert.Contains(Sample.With($"training: {{ clip: '{spelling}' }}").Diagnostics, found => found.Id == "DSLX0105");

    [Fact]
    public void Minus_zero_is_zero() =>
        Assert.Equal(Sample.Valid("training: { clip: 0 }"), Sample.Valid("training: { clip: -0.0 }"));

    [Theory]
    [InlineData("uniform(0.5)")]
    [InlineData("uniform( 5e-1 )")]
    [InlineData("'uniform(.5)'")]
    [InlineData(" uniform (0.50)")]
    public void Spellings_of_a_call_are_one_experiment(string spelling) =>
        Assert.Equal(Sample.Valid("methods: { prompt: { init: uniform(0.5) } }"), Sample.Valid($"methods: {{ prompt: {{ init: {spelling} }} }}"));

    [Theory]
    [InlineData("normal", "normal(1)")]
    [InlineData("normal()", "normal(1)")]
    [InlineData("zeros()", "zeros")]
    [InlineData("kaiming_uniform", "kaiming_uniform(2.23606797749979)")]
    public void Defaults_of_arguments_are_filled_in(string spelling, string canonical)
    {
        ExperimentSpec spec = Sample.Valid($"methods: {{ prompt: {{ init: {spelling} }} }}");
        Assert.Equal(canonical, ValueText.Of(spec.Profiles[0].Methods[0].Options.Values.Single(value => value.Key == "init").Value));
    }

    [Theory]
    [InlineData("true", "True")]
    [InlineData("true", "TRUE")]
    [InlineData("false", "False")]
    [InlineData("false", "'false'")]
    public void Truth_has_the_spellings_of_YAML_1_2(string one, string other) =>
        Assert.Equal(Sample.Valid($"backbone: {{ kind: transformer, width: 8, causal: {one} }}"), Sample.Valid($"backbone: {{ kind: transformer, width: 8, causal: {other} }}"));

    [Theory]
    [InlineData("summary: A prompt can be trained.")]
    [InlineData("summary: 'A prompt can be trained.'")]
    [InlineData("summary: >\n  A prompt\n  can be trained.\n")]
    [InlineData("summary: |\n  A prompt\n  can be trained.\n")]
    [InlineData("summary: A prompt\n  can   be trained.   # comment")]
    [InlineData("# no backbone:\nbackbone:\n    width: 8\n    heads: 2\n    kind: transformer")]
    [InlineData("seeds: [0, 1]")]
    [InlineData("seeds:\n- 0\n- 1")]
    [InlineData("seeds: 0 .. 1")]
    [InlineData("methods: { prompt: { length: 1..2 } }")]
    [InlineData("methods: { prompt: { length: &a [1, 2], training: {} } }")]
    [InlineData("training: { learning_rate: &x 0.1 }")]
    [InlineData("expect: ['min(prompt.train.mse)>=0.0']")]
    [InlineData("expect: ['(min ( (prompt.train.mse) )) >= 0e5']")]
    [InlineData("profiles: {}")]
    [InlineData("zip: []")]
    public void Layout_does_not_matter(string keys) => Assert.Equal(Sample.Valid(""), Sample.Valid(keys));

    [Fact]
    public void Line_ends_and_a_byte_order_mark_do_not_matter()
    {
        ExperimentSpec expected = Sample.Valid("");
        Assert.Equal(expected, Sample.Compile(DiagnosticCatalog.ExampleSpec.Replace("\n", "\r\n", StringComparison.Ordinal)).Spec);
        Assert.Equal(expected, Sample.Compile(DiagnosticCatalog.ExampleSpec.Replace("\n", "\r", StringComparison.Ordinal)).Spec);
        Assert.Equal(expected, Sample.Compile("\uFEFF" + DiagnosticCatalog.ExampleSpec).Spec);
        Assert.Equal(expected, Sample.Compile("---\n" + DiagnosticCatalog.ExampleSpec + "...\n").Spec);
        Assert.Equal(expected, Sample.Compile("# comment\n\n" + DiagnosticCatalog.ExampleSpec.Replace("\n", "   # comment\n\n", StringComparison.Ordinal)).Spec);
    }

    [Fact]
    public void Values_of_ranges_are_neat_and_their_ends_exact()
    {
        ExperimentSpec log = Sample.Valid("training: { learning_rate: 'log(1e-4, 1e-1, 7)', schedule: linear }");
        Assert.Equal("[0.0001, 0.000316227766, 0.001, 0.00316227766, 0.01, 0.0316227766, 0.1]", Values(log, "learning_rate"));
        ExperimentSpec linear = Sample.Valid("training: { learning_rate: 0.1, clip: 'linear(0, 0.3, 4)' }");
        Assert.Equal("[0, 0.1, 0.2, 0.3]", Values(linear, "clip"));
        ExperimentSpec down = Sample.Valid("training: { learning_rate: 'log(1, 0.01, 3)' }");
        Assert.Equal("[1, 0.1, 0.01]", Values(down, "learning_rate"));
    }

    private static string Values(ExperimentSpec spec, string axis)
    {
        int index = spec.Methods[0].Axes.Select(a => a.Name).ToList().IndexOf(axis);
        return "[" + string.Join(", ", spec.Profiles[0].Arms.Select(arm => ValueText.Of(arm.Values[index])).Distinct()) + "]";
    }
}
