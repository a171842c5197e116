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

        // Rows of one length go together: none needs to be filled up.
        foreach (var length in Enumerable.Range(0, rows.Count).GroupBy(row => rows[row].Input.Length))
        {
            foreach (int[] chunk in Chunks(length, _ => (length.Key + most, 1), adapter.Arms))
            {
                using var scope = NewDisposeScope();
                using var frozen = no_grad();
                var ids = Together([.. chunk.Select(row => new TextSequence(rows[row].Input, [length.Key - 1], [Form.Pad]))]).Ids;
                long[] given = Decoding.Greedy(Backbone, ids, adapter, most).cpu().contiguous().data<long>().ToArray();
                for (int arm = 0; arm < adapter.Arms; arm++)
                {
                    for (int i = 0; i < chunk.Length; i++)
                    {
                        var tokens = given.Skip(((arm * chunk.Length) + i) * most).Take(most).TakeWhile(token => token != Form.Tokenizer.EosId);
                        texts[arm][chunk[i]] = Form.Tokenizer.Decode(tokens.Select(static token => (int)token)).Trim();
                    }
                }
            }
        }

        return texts;
    }

    /// <summary>True when a text is a right one, by the rules of the family.</summary>
    public abstract bool IsAnswer(string given, string wanted);
}
