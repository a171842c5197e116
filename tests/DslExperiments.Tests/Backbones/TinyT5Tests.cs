using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Backbones;

/// <summary>A T5 v1.1 computes what Hugging Face's implementation computes.</summary>
public class TinyT5Tests
{
    [SharedTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Scores_losses_and_gradients_equal_the_reference(int index)
    {
        using var scope = NewDisposeScope();
        var expected = TinyT5.Reference("reference.json").GetProperty("cases")[index];
        var backbone = new EncoderDecoder(TinyT5.Options, [0], CPU, TinyT5.Weights());
        var adapter = new FullTuning([new FullOptions()], backbone, [0]);
        var (content, labels) = TinyT5.ContentOf(backbone, expected);

        // The frozen backbone goes other ways: with constants kept, and without.
        var logits = TinyT5.Numbers(expected.GetProperty("logits"));
        AssertClose(logits, backbone.Logits(content, new Unadapted(backbone), Batch.All)[0], 3e-5);

        var actual = backbone.Logits(content, adapter, Batch.All)[0];
        AssertClose(logits, actual, 3e-5);
        var loss = TinyT5.Loss(actual, labels[0]);
        Assert.Equal(expected.GetProperty("loss").GetDouble(), loss.item<float>(), 1e-5);

        loss.backward();
        var norms = expected.GetProperty("grad_l2");
        Assert.Equal(norms.EnumerateObject().Count(), adapter.Tensors.Count);
        foreach (var (ours, theirs) in TinyT5.Names())
        {
            double norm = norms.GetProperty(theirs).GetDouble();
            double found = adapter.Tensors.Single(tensor => tensor.Name == ours).Gradients.to(float64).square().sum().sqrt().item<double>();
            Assert.True(Math.Abs(found - norm) <= (1e-4 * norm) + 1e-6, $"{theirs}: {found} in place of {norm}");
        }
    }

    [SharedFact]
    public void A_soft_prompt_before_the_encoder_equals_the_reference()
    {
        using var scope = NewDisposeScope();
        var expected = TinyT5.Reference("adapters-reference.json").GetProperty("cases")[0];
        var backbone = new EncoderDecoder(TinyT5.Options, [0], CPU, TinyT5.Weights());
        var prompt = TinyT5.Numbers(expected.GetProperty("prompt"));
        var adapter = new SoftPrompt([new() { Length = (int)prompt.shape[0] }], backbone, [0]);
        using (no_grad())
        {
            adapter.Tensors[0].Values[0].copy_(prompt);
        }

        var (content, labels) = TinyT5.ContentOf(backbone, expected);
        var actual = backbone.Logits(content, adapter, Batch.All)[0];
        AssertClose(TinyT5.Numbers(expected.GetProperty("logits")), actual, 3e-5);
        var loss = TinyT5.Loss(actual, labels[0]);
        Assert.Equal(expected.GetProperty("loss").GetDouble(), loss.item<float>(), 1e-5);
        loss.backward();
        AssertClose(TinyT5.Numbers(expected.GetProperty("prompt_grad")), adapter.Tensors[0].Gradients[0], 1e-5);
    }

    [SharedFact]
    public void Buckets_of_distances_equal_the_reference()
    {
        var expected = TinyT5.Reference("reference.json").GetProperty("relative_position_buckets");
        foreach (var (name, bothWays) in (ReadOnlySpan<(string, bool)>)[("encoder_bidirectional", true), ("decoder_causal", false)])
        {
            int[] buckets = [.. expected.GetProperty(name).EnumerateArray().Select(bucket => bucket.GetInt32())];
            Assert.Equal(buckets, Enumerable.Range(-160, 321).Select(distance => RelativeBuckets.Of(distance, bothWays, 32, 128)));
        }
    }

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        double gap = (expected - actual.to(float64)).abs().max().item<double>();
        Assert.True(gap <= tolerance, $"The largest gap is {gap}.");
    }
}
