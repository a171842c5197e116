using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Text;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>
/// Texts and the texts to be given for them: <see cref="TextToText"/> and <see cref="QuestionAnswering"/>. The loss is the
/// cross-entropy of the answer's tokens and of the one that ends it; evaluation decodes greedily.
/// </summary>
public abstract class GenerationTask : TextTask
{
    private readonly int most;

    private protected GenerationTask(
        TextTaskOptions options, int most, Transformer backbone, IReadOnlyList<int> seeds, SpecFiles files, TextEncoder encoder)
        : base(options, backbone, seeds, files, encoder)
    {
        this.most = most;
        CheckContext("task.max_length", Longest(_ => most));
    }

    /// <inheritdoc/>
    public override TextSequence SequenceOf(TextSplit split, int index)
    {
        var row = Rows(split)[index];
        return TextSequence.Of(Form, row.Input, row.Answers[0]);
    }

    /// <summary>What every arm gives for every row by greedy decoding: texts, per arm and row.</summary>
    public string[][] Generate(TextSplit split, Adapter adapter)
    {
        var rows = Rows(split);
        var texts = Enumerable.Range(0, adapter.Arms).Select(_ => new string[rows.Count]).ToArray();
        int perGroup = adapter.Arms / Backbone.Groups.Count;
        foreach (int[] chunk in Chunks(Enumerable.Range(0, rows.Count), row => (rows[row].Input.Length + most, 1), adapter.Arms * perGroup))
        {
            var given = Continue(adapter, [.. chunk.Select(row => rows[row].Input)]);
            for (int arm = 0; arm < adapter.Arms; arm++)
            {
                for (int i = 0; i < chunk.Length; i++)
                {
                    texts[arm][chunk[i]] = Form.Tokenizer.Decode(given[arm][i]).Trim();
                }
            }
        }

        return texts;
    }

    /// <summary>The most likely tokens after every input, up to the one that ends a text, per arm and input.</summary>
    private List<int>[][] Continue(Adapter adapter, int[][] inputs)
    {
        int groups = Backbone.Groups.Count, perGroup = adapter.Arms / groups, n = inputs.Length, eos = Form.Tokenizer.EosId!.Value;
        var given = Enumerable.Range(0, adapter.Arms).Select(_ => inputs.Select(static _ => new List<int>()).ToArray()).ToArray();
        for (int step = 0; step < most && given.Any(arm => arm.Any(IsOpen)); step++)
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();

            // Each arm goes its own way: its sequences are a part of its seed's, [G, (A/G) N, T].
            var data = Collate([.. Enumerable.Range(0, groups).Select(group => Enumerable.Range(group * perGroup, perGroup)
                .SelectMany(arm => inputs.Select((input, i) => Next(input, given[arm][i]))).ToArray())]);
            var likeliest = Scores(adapter, data).argmax(-1).view(groups, perGroup, perGroup, n).diagonal(0, 1, 2);
            long[] next = likeliest.transpose(1, 2).contiguous().cpu().data<long>().ToArray();
            for (int arm = 0; arm < adapter.Arms; arm++)
            {
                for (int i = 0; i < n; i++)
                {
                    if (IsOpen(given[arm][i]))
                    {
                        given[arm][i].Add((int)next[(arm * n) + i]);
                    }
                }
            }
        }

        foreach (var tokens in given.SelectMany(static arm => arm).Where(tokens => !IsOpen(tokens)))
        {
            tokens.RemoveAt(tokens.Count - 1);
        }

        return given;

        bool IsOpen(List<int> tokens) => tokens.Count == 0 || tokens[^1] != eos;

        // The one token that is to be given next stands for any.
        TextSequence Next(int[] input, List<int> before)
        {
            var whole = TextSequence.Of(Form, input, [.. before, eos]);
            return whole with { Reads = [whole.Reads[^1]], Targets = [eos] };
        }
    }

    /// <summary>True when a text is a right one, by the rules of the family.</summary>
    public abstract bool IsAnswer(string given, string wanted);
}
