using DslExperiments.Backbones;
using DslExperiments.Backbones.Generation;
using DslExperiments.Methods;
using DslExperiments.Text;

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
        var generator = new TokenGenerator(Backbone, adapter);
        var greedy = new GenerationOptions { MaxTokens = most, EndTokens = [Form.Tokenizer.EosId!.Value], DecoderStart = Form.Start };
        foreach (int[] chunk in Chunks(Enumerable.Range(0, rows.Count), row => (rows[row].Input.Length + most, 1), adapter.Arms))
        {
            var places = Enumerable.Range(0, adapter.Arms).SelectMany(arm => chunk.Select(row => (Arm: arm, Row: row))).ToArray();
            var given = generator.Generate([.. places.Select(place => new GenerationRequest(rows[place.Row].Input, place.Arm))], greedy);
            for (int i = 0; i < places.Length; i++)
            {
                texts[places[i].Arm][places[i].Row] = Form.Tokenizer.Decode(given[i].Ids).Trim();
            }
        }

        return texts;
    }

    /// <summary>True when a text is a right one, by the rules of the family.</summary>
    public abstract bool IsAnswer(string given, string wanted);
}
