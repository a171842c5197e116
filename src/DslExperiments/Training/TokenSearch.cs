using DslExperiments.Cohorts;
using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Training;

/// <summary>
/// The search for the tokens of a <see cref="HardPrompt"/> (Ebrahimi et al. 2018; Shin et al. 2020). Every step takes one
/// position of each arm's prompt, drawn by its seed and the step; there it tries the tokens v for which the gradient g at the
/// row promises the largest fall of the loss, <c>-g · (E_v - E_now)</c>, on the batch that the gradient is from, and keeps the
/// best of them unless it is worse than the token that stands there. A head, where there is one, is trained by the arms'
/// optimiser beside it.
/// </summary>
public sealed class TokenSearch : Optimizer
{
    private readonly HardPrompt prompt;
    private readonly Optimizer? others;
    private readonly int[] candidates;
    private readonly Tensor? forbidden;

    /// <summary>Starts from the prompt's tokens.</summary>
    /// <param name="trainings">Settings of every arm; the search itself has none.</param>
    /// <param name="prompt">What is searched.</param>
    /// <param name="others">Trains what is no token, such as a head; or null.</param>
    internal TokenSearch(IReadOnlyList<TrainingOptions> trainings, HardPrompt prompt, Optimizer? others)
        : base(trainings, prompt)
    {
        this.prompt = prompt;
        this.others = others;
        forbidden = Forbidden(prompt);
        int most = prompt.Backbone.Options.Vocabulary - 1 - (forbidden is null ? 0 : (int)forbidden.sum().item<long>());
        candidates = [.. Enumerable.Range(0, prompt.Arms).Select(arm => Math.Min(prompt.CandidatesOf(arm), most))];
        var state = new Dictionary<string, Tensor> { ["tokens"] = prompt.Tokens };
        foreach (var (name, tensor) in others?.State ?? new Dictionary<string, Tensor>())
        {
            state.Add(name, tensor);
        }

        State = state;
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public override void Step(int step, Batch batch, Tensor losses)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        if (candidates.Any(count => count > 0))
        {
            Search(step, batch, losses);
        }

        if (others is not null)
        {
            // The rows of tokens follow from the tokens, whatever decay or moments would make of them.
            var rows = prompt.Rows.Values.clone();
            prompt.Rows.Gradients.zero_();
            others.Step(step, batch, losses);
            prompt.Rows.Values.copy_(rows);
        }
    }

    /// <inheritdoc/>
    protected override void Update(int step) => throw new InvalidOperationException("A search needs the batch that its gradient is from.");

    /// <summary>Tokens that say nothing: what begins, ends and fills up texts, and rows that no text has; [V], or null for none.</summary>
    private static Tensor? Forbidden(HardPrompt prompt)
    {
        if (prompt.Task?.Tokenizer is not { } tokenizer)
        {
            return null;
        }

        int vocabulary = prompt.Backbone.Options.Vocabulary;
        int?[] special = [tokenizer.BosId, tokenizer.EosId, tokenizer.PadId, tokenizer.UnknownId];
        bool[] flags = [.. Enumerable.Range(0, vocabulary).Select(token => token >= tokenizer.VocabularySize || special.Contains(token))];
        return tensor(flags).to(prompt.Backbone.Device);
    }

    private void Search(int step, Batch batch, Tensor losses)
    {
        var task = prompt.Task ?? throw new InvalidOperationException("A search needs the prompt's task, whose loss is searched.");
        int arms = prompt.Arms, most = candidates.Max();
        var device = prompt.Backbone.Device;
        var places = tensor(Enumerable.Range(0, arms).Select(arm => Place(arm, step)).ToArray(), int64, device).unsqueeze(1);
        var at = arange(prompt.Prompt.Count, int64, device).unsqueeze(0).eq(places).unsqueeze(-1);
        var before = prompt.Rows.Values.clone();
        var current = prompt.Tokens.gather(1, places);
        var proposed = Promising((prompt.Rows.Gradients * at).sum(1), current, most);

        var allowed = tensor(candidates.Select(count => (long)count).ToArray(), int64, device);
        var best = full(arms, double.PositiveInfinity, losses.dtype, device);
        var chosen = current.squeeze(1).clone();
        for (int k = 0; k < most; k++)
        {
            using var inner = NewDisposeScope();
            var tokens = proposed.select(1, k);
            prompt.Rows.Values.copy_(where(at, RowsOf(tokens).unsqueeze(1), before));
            prompt.Buffer.Publish();
            var tried = task.Loss(prompt.Backbone, prompt, batch);
            var better = tried.lt(best) & allowed.gt(k);
            chosen.copy_(where(better, tokens, chosen));
            best.copy_(where(better, tried, best));
        }

        // No number is not better, and an arm that diverged stays as it is.
        var accepted = best.le(losses.detach());
        chosen = where(accepted, chosen, current.squeeze(1));
        prompt.Tokens.scatter_(1, places, chosen.unsqueeze(1));
        prompt.Rows.Values.copy_(where(at & accepted.view(-1, 1, 1), RowsOf(chosen).unsqueeze(1), before));
        prompt.Buffer.Publish();
    }

    private long Place(int arm, int step) => (long)(Seeds.Derive(prompt.ArmSeeds[arm], $"search/{step}") % (ulong)prompt.Prompt.Lengths[arm]);

    /// <summary>The tokens that a gradient [A, D] promises most from, [A, K], the best first.</summary>
    private Tensor Promising(Tensor gradient, Tensor current, int count)
    {
        var table = prompt.Backbone.Embedding!;
        long groups = table.shape[0], vocabulary = table.shape[1];
        var promise = -gradient.to(table.dtype).view(groups, -1, gradient.shape[1]).bmm(table.transpose(1, 2)).view(prompt.Arms, vocabulary);
        promise = promise.scatter(1, current, full([prompt.Arms, 1], double.NegativeInfinity, promise.dtype, promise.device));
        promise = forbidden is null ? promise : promise.masked_fill(forbidden.unsqueeze(0), double.NegativeInfinity);

        // A gradient that is no number promises nothing; any order will do, and nothing is kept of it.
        return promise.nan_to_num(0).topk(count, 1).indexes;
    }

    /// <summary>Rows of the embedding of one token per arm, [A] to [A, D].</summary>
    private Tensor RowsOf(Tensor tokens)
    {
        var table = prompt.Backbone.Embedding!;
        long groups = table.shape[0], vocabulary = table.shape[1];
        var group = arange(prompt.Arms, int64, tokens.device).floor_divide(prompt.Arms / groups);
        return table.view(-1, table.shape[2]).index_select(0, (group * vocabulary) + tokens).to(prompt.Values.dtype);
    }
}
