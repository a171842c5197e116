using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones.Generation;

/// <summary>
/// Continues texts token by token, each with the arm of an adapter that it asks for: the texts of a batch may belong to
/// different tasks. Keys and values of earlier tokens are kept, so that a new token costs one row.
/// </summary>
/// <remarks>
/// Texts are laid out as arms times sequences. With a backbone of one seed only the arms that are asked for compute, and
/// what they train is taken together once per batch; with several seeds all arms compute. A text's continuation does not
/// depend on the others in the batch beyond rounding.
/// </remarks>
/// <param name="backbone">A causal backbone with a vocabulary, or an encoder and decoder.</param>
/// <param name="adapter">The adapter, A arms.</param>
public sealed class TokenGenerator(Transformer backbone, Adapter adapter)
{
    /// <summary>Continues texts.</summary>
    /// <param name="requests">The texts and their arms.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends early: with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>A continuation per text, in the texts' order.</returns>
    /// <exception cref="ArgumentException">A text is empty or has a token that is none, there is no such arm, or an option is out of range.</exception>
    /// <exception cref="NotSupportedException">The backbone's tokens see later ones, or it has no vocabulary.</exception>
    public IReadOnlyList<GeneratedTokens> Generate(
        IReadOnlyList<GenerationRequest> requests, GenerationOptions options, CancellationToken cancellation = default)
    {
        AssertFits(requests, options);
        if (requests.Count == 0)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        adapter.Prepare();
        var batch = new RequestBatch(requests, adapter, canSelect: backbone.Groups.Count == 1);
        var arms = batch.Arms is null ? adapter : new ArmSelection(backbone, adapter, batch.Arms);
        var (ids, lengths) = batch.Tokens(backbone.Device);
        Continuation texts = backbone is EncoderDecoder both
            ? new DecoderContinuation(both, arms, ids, lengths, options.MaxTokens, options.DecoderStart)
            : new CausalContinuation(backbone, arms, ids, lengths, (int)ids.shape[2] + options.MaxTokens, options.FirstPosition);

        var written = requests.Select(_ => new List<int>()).ToArray();
        bool[] ended = new bool[requests.Count];
        var streams = requests.Select(request => TokenSampler.StreamOf(options.Seed, request.Ids, request.Sample)).ToArray();
        var scores = Step(texts.First);
        for (int step = 0; step < options.MaxTokens; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            int[] chosen = Choose(scores, batch, streams, step, options);
            scores.Dispose();
            for (int request = 0; request < requests.Count; request++)
            {
                if (!ended[request])
                {
                    ended[request] = options.EndTokens.Contains(chosen[request]);
                    if (!ended[request])
                    {
                        written[request].Add(chosen[request]);
                    }
                }
            }

            if (step == options.MaxTokens - 1 || ended.All(done => done))
            {
                break;
            }

            scores = Step(() => texts.Next(batch.Spread(chosen, backbone.Device)));
        }

        return [.. written.Zip(ended, (tokens, end) => new GeneratedTokens(tokens, end))];
    }

    private static Tensor Step(Func<Tensor> compute)
    {
        using var inner = NewDisposeScope();
        return compute().MoveToOuterDisposeScope();
    }

    /// <summary>The next token of every request.</summary>
    private static int[] Choose(Tensor scores, RequestBatch batch, ulong[] streams, int step, GenerationOptions options)
    {
        using var scope = NewDisposeScope();
        if (options.Temperature == 0)
        {
            long[] likeliest = scores.argmax(-1).cpu().data<long>().ToArray();
            return [.. Enumerable.Range(0, streams.Length).Select(request => (int)likeliest[batch.SlotOf(request)])];
        }

        int vocabulary = (int)scores.shape[2];
        double[] all = scores.to(float64).cpu().contiguous().data<double>().ToArray();
        return [.. Enumerable.Range(0, streams.Length).Select(request => TokenSampler.At(
            TokenSampler.UniformOf(streams[request], step),
            TokenSampler.Kept(all.AsSpan(batch.SlotOf(request) * vocabulary, vocabulary), options.Temperature, options.TopK, options.TopP)))];
    }

    private void AssertFits(IReadOnlyList<GenerationRequest> requests, GenerationOptions options)
    {
        int vocabulary = backbone.Options.Vocabulary;
        if (vocabulary == 0 || (backbone is not EncoderDecoder && !backbone.Options.Causal))
        {
            throw new NotSupportedException("Texts are continued by causal backbones with a vocabulary and by those with a decoder.");
        }

        Assert(options.MaxTokens >= 1, $"A continuation has at least 1 token, not {options.MaxTokens}.");
        Assert(options.Temperature >= 0, $"A temperature is 0 or more, not {options.Temperature}.");
        Assert(options.TopK >= 0, $"The number of most likely tokens is 0 or more, not {options.TopK}.");
        Assert(options.TopP is > 0 and <= 1, $"The share of most likely tokens is above 0 and at most 1, not {options.TopP}.");
        Assert(options.DecoderStart >= 0 && options.DecoderStart < vocabulary, $"Tokens are 0 to {vocabulary - 1}; a decoder cannot start from {options.DecoderStart}.");
        foreach (var request in requests)
        {
            Assert(request.Ids.Count > 0, "A text that is continued has at least one token.");
            Assert(request.Arm >= 0 && request.Arm < adapter.Arms, $"The adapter has arms 0 to {adapter.Arms - 1}, not {request.Arm}.");
            foreach (int id in request.Ids)
            {
                Assert(id >= 0 && id < vocabulary, $"Tokens are 0 to {vocabulary - 1}, not {id}.");
            }
        }

        static void Assert(bool holds, string otherwise)
        {
            if (!holds)
            {
                throw new ArgumentException(otherwise, nameof(requests));
            }
        }
    }
}
