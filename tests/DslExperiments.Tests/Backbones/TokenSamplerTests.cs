using DslExperiments.Backbones;
using DslExperiments.Backbones.Generation;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using ChiSquared = MathNet.Numerics.Distributions.ChiSquared;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Backbones;

/// <summary>Tokens are drawn with the chances that the options say.</summary>
public class TokenSamplerTests
{
    private static readonly double[] Chances = [0.05, 0.4, 0.1, 0.25, 0.2];

    private static double[] Scores => [.. Chances.Select(chance => Math.Log(chance) + 7)];

    [Theory]
    [InlineData(0, 1.0, new[] { 0, 1, 2, 3, 4 })]
    [InlineData(1, 1.0, new[] { 1 })]
    [InlineData(3, 1.0, new[] { 1, 3, 4 })]
    [InlineData(9, 1.0, new[] { 0, 1, 2, 3, 4 })]
    [InlineData(0, 0.39, new[] { 1 })]
    [InlineData(0, 0.41, new[] { 1, 3 })]
    [InlineData(0, 0.84, new[] { 1, 3, 4 })]
    [InlineData(0, 0.86, new[] { 1, 2, 3, 4 })]
    [InlineData(0, 0.96, new[] { 0, 1, 2, 3, 4 })]
    [InlineData(2, 0.61, new[] { 1 })] // 0.4 / 0.65 of what is left
    [InlineData(2, 0.62, new[] { 1, 3 })]
    public void Just_the_right_tokens_are_kept(int topK, double topP, int[] expected)
    {
        var (tokens, chances) = TokenSampler.Kept(Scores, 1, topK, topP);
        Assert.Equal(expected, tokens);
        double sum = expected.Sum(token => Chances[token]);
        Assert.All(tokens.Zip(chances), pair => Assert.Equal(Chances[pair.First] / sum, pair.Second, 1e-12));
    }

    [Fact]
    public void Equal_tokens_at_the_edge_of_the_most_likely_ones_all_stay()
    {
        Assert.Equal([0, 1, 2], TokenSampler.Kept([1.0, 1.0, 1.0, 0.0], 1, 2, 1).Tokens);
        Assert.Equal([0, 1], TokenSampler.Kept([1.0, 1.0, 1.0, 1.0], 1, 0, 0.5).Tokens);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(2.0)]
    public void A_temperature_divides_scores(double temperature)
    {
        var (_, chances) = TokenSampler.Kept(Scores, temperature, 0, 1);
        double[] powers = [.. Chances.Select(chance => Math.Pow(chance, 1 / temperature))];
        Assert.All(chances.Zip(powers), pair => Assert.Equal(pair.Second / powers.Sum(), pair.First, 1e-12));
    }

    [Fact]
    public void The_nucleus_of_a_large_vocabulary_equals_that_of_sorting_everything()
    {
        double[] scores = [.. randn([5000], float64, generator: new TorchSharp.torch.Generator(3, CPU)).data<double>().ToArray().Select(score => 3 * score)];
        double sum = scores.Sum(Math.Exp);
        foreach (double share in (double[])[0.01, 0.5, 0.9, 0.999])
        {
            double reached = 0;
            int[] expected = [.. Enumerable.Range(0, 5000).OrderByDescending(token => scores[token]).TakeWhile(token =>
            {
                bool open = reached < share;
                reached += Math.Exp(scores[token]) / sum;
                return open;
            }).Order()];
            Assert.Equal(expected, TokenSampler.Kept(scores, 1, 0, share).Tokens);
        }
    }

    [Fact]
    public void Draws_of_a_model_have_its_chances()
    {
        using var scope = NewDisposeScope();
        var backbone = new Transformer(
            new TransformerOptions
            {
                Depth = 1, Width = 4, Causal = true, Vocabulary = 5, Dtype = Precision.Float64, Init = new BackboneInit { Embedding = new Normal(0.7) },
            },
            [3], CPU);
        var adapter = new Unadapted(backbone);
        const int Draws = 4000;
        var written = new TokenGenerator(backbone, adapter).Generate(
            [.. Enumerable.Range(0, Draws).Select(sample => new GenerationRequest([1, 2], 0, sample))], new() { MaxTokens = 2, Temperature = 1.5, Seed = 8 });

        // Chances of pairs of tokens, from whole sequences.
        double statistic = 0;
        double[] first = Chance([1, 2]);
        for (int token = 0; token < 5; token++)
        {
            double[] second = Chance([1, 2, token]);
            for (int next = 0; next < 5; next++)
            {
                double expected = Draws * first[token] * second[next];
                int found = written.Count(draw => draw.Ids[0] == token && draw.Ids[1] == next);
                Assert.True(expected > 5, "Every pair is to be expected more than a few times.");
                statistic += (found - expected) * (found - expected) / expected;
            }
        }

        Assert.True(statistic < ChiSquared.InvCDF(24, 0.999), $"The statistic is {statistic}.");
        Assert.True(statistic > ChiSquared.InvCDF(24, 0.001), $"The statistic is {statistic}: too even for draws.");

        double[] Chance(long[] text)
        {
            var content = backbone.Embed(tensor(text, [1, 1, text.Length], int64), 0, [text.Length - 1]);
            return (backbone.Logits(content, adapter, Batch.All) / 1.5).softmax(-1).view(-1).data<double>().ToArray();
        }
    }
}
