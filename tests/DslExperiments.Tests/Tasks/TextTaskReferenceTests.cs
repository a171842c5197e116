using System.Globalization;
using System.Text.Json;
using DslExperiments.Backbones;
using DslExperiments.Checkpoints;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Tests.Backbones;
using DslExperiments.Tests.Hosting;
using DslExperiments.Text;
using DslExperiments.Text.Tokenizers;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Tasks;

/// <summary>Tasks on real checkpoints give the losses that other programs computed.</summary>
public sealed class TextTaskReferenceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SharedFact]
    public void Stories_have_the_references_cross_entropy()
    {
        using var scope = NewDisposeScope();
        var checkpoint = Checkpoint.Open(SharedData.PathOf("models/stories260k"));
        var tokenizer = TokenizerFiles.Open(SharedData.PathOf("models/stories260k"));
        var backbone = new Transformer(checkpoint.Options, [0, 1], CPU, checkpoint.Weights);
        var stories = RealModels.Reference("stories260k").GetProperty("stories").EnumerateArray()
            .Select(story => (Text: story.GetProperty("text").GetString()!, Nats: story.GetProperty("cross_entropy").EnumerateArray().Select(nats => nats.GetDouble()).ToArray())).ToArray();
        File.WriteAllLines(folder["stories.jsonl"], stories.Select(story => JsonSerializer.Serialize(new { text = story.Text })));

        // Without the token that ends a text, which the reference does not give.
        foreach (int length in (int[])[40, stories.Min(story => story.Nats.Length)])
        {
            var task = new LanguageModelling(
                new() { Train = "stories.jsonl", Eval = "stories.jsonl", Length = length, Joined = false }, backbone, [0, 1], new SpecFiles(folder.Location), tokenizer);
            double expected = stories.SelectMany(story => story.Nats.Take(length)).Average();
            Assert.All(task.LossOn(TextSplit.Eval, new Unadapted(backbone)), loss => Assert.Equal(expected, loss, 1e-4));
            Assert.All(task.Loss(backbone, new Unadapted(backbone), Batch.Fresh(0, 3)).data<float>(), loss => Assert.Equal(expected, loss, 1e-4));
        }
    }

    [SharedFact]
    public void Continuations_are_the_references()
    {
        using var scope = NewDisposeScope();
        var checkpoint = Checkpoint.Open(SharedData.PathOf("models/stories260k"));
        var tokenizer = TokenizerFiles.Open(SharedData.PathOf("models/stories260k"));
        var backbone = new Transformer(checkpoint.Options, [0], CPU, checkpoint.Weights);
        var prompts = RealModels.Reference("stories260k").GetProperty("prompts").EnumerateArray().ToArray();
        File.WriteAllLines(folder["prompts.jsonl"], prompts.Select(prompt => JsonSerializer.Serialize(
            new { input = prompt.GetProperty("text").GetString(), output = prompt.GetProperty("greedy_text").GetString() })));
        var task = new TextToText(
            new() { Train = "prompts.jsonl", Eval = "prompts.jsonl", MaxOutput = 40 }, backbone, [0], new SpecFiles(folder.Location), tokenizer);
        Assert.Equal(
            prompts.Select(prompt => tokenizer.Decode(prompt.GetProperty("greedy_ids").EnumerateArray().Select(id => id.GetInt32())).Trim()),
            task.Generate(TextSplit.Eval, new Unadapted(backbone))[0]);
    }

    [SharedFact]
    public void A_padded_batch_of_t5_has_the_references_loss()
    {
        using var scope = NewDisposeScope();
        var checkpoint = Checkpoint.Open(SharedData.PathOf("models/tiny-t5"));
        var backbone = new EncoderDecoder(checkpoint.Options, [0], CPU, checkpoint.Weights);
        var reference = RealModels.Reference("tiny-t5").GetProperty("cases").EnumerateArray().Single(one => one.GetProperty("name").GetString() == "batch with padding");

        // Our answers end with the token for it, so those of the reference that do not are cut to their length.
        var rows = reference.GetProperty("input_ids").EnumerateArray().Zip(reference.GetProperty("labels").EnumerateArray(), (input, labels) => (
            Input: input.Ids().Where(id => id > 1).ToArray(), Labels: labels.Ids().Where(id => id >= 0).ToArray())).ToArray();
        double sum = 0;
        int tokens = 0;
        foreach (var group in rows.GroupBy(row => row.Labels.Length))
        {
            File.WriteAllLines(folder[$"{group.Key}.tsv"], group.Select(row => $"{string.Join(' ', row.Input)}\t{string.Join(' ', row.Labels.Where(id => id > 1))}"));
            var options = new TextToTextOptions
            {
                Train = $"{group.Key}.tsv", Eval = $"{group.Key}.tsv", Header = false, Input = "1", Output = "2", MaxOutput = group.Key,
            };
            var task = new TextToText(options, backbone, [0], new SpecFiles(folder.Location), new Numerals());
            sum += task.LossOn(TextSplit.Eval, new Unadapted(backbone))[0] * group.Count() * group.Key;
            tokens += group.Count() * group.Key;
        }

        Assert.Equal(reference.GetProperty("loss").GetDouble(), sum / tokens, 3e-5);
    }

    [SharedFact]
    public void Rows_of_an_encoder_and_decoder_do_not_feel_each_other()
    {
        using var scope = NewDisposeScope();
        var checkpoint = Checkpoint.Open(SharedData.PathOf("models/tiny-t5"));
        var backbone = new EncoderDecoder(checkpoint.Options, [0, 0], CPU, checkpoint.Weights);
        string[] inputs = ["5 9 33", "17 4 4 90 12 77 31", "100 3", "8 8 8 8"], outputs = ["6", "7 8 9", "10 11", "12 13 14 15 16"];
        File.WriteAllLines(folder["all.tsv"], inputs.Zip(outputs, (input, output) => $"{input}\t{output}"));
        var adapter = new SoftPrompt([new() { Length = 2 }, new() { Length = 3 }], backbone, [1, 2]);
        var task = Make("all.tsv");
        double[] together = task.LossOn(TextSplit.Eval, adapter);
        string[][] texts = task.Generate(TextSplit.Eval, adapter);
        var sums = new double[2];
        for (int row = 0; row < 4; row++)
        {
            File.WriteAllText(folder[$"{row}.tsv"], $"{inputs[row]}\t{outputs[row]}\n");
            var alone = Make($"{row}.tsv");
            double[] losses = alone.LossOn(TextSplit.Eval, adapter);
            for (int arm = 0; arm < 2; arm++)
            {
                sums[arm] += losses[arm] * alone.SequenceOf(TextSplit.Eval, 0).Targets.Length;
                Assert.Equal(alone.Generate(TextSplit.Eval, adapter)[arm][0], texts[arm][row]);
            }
        }

        for (int arm = 0; arm < 2; arm++)
        {
            Assert.Equal(sums[arm] / (2 + 4 + 3 + 6), together[arm], 1e-5);
        }

        TextToText Make(string file) => new(
            new() { Train = file, Eval = file, Header = false, Input = "1", Output = "2", MaxOutput = 6 }, backbone, [0, 0], new SpecFiles(folder.Location), new Numerals());
    }

    /// <summary>Numbers are tokens; 0 fills up and 1 ends a text, as in T5's vocabulary.</summary>
    private sealed class Numerals : TextTokenizer
    {
        public override int VocabularySize => 128;

        public override int? BosId => null;

        public override int? EosId => 1;

        public override int? PadId => 0;

        public override int? UnknownId => 2;

        public override string ContentHash => "numerals";

        public override int[] Encode(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : 2)];

        public override string Decode(IEnumerable<int> ids) => string.Join(' ', ids.Where(id => id > 1).Select(Piece));

        public override string Piece(int id) => id.ToString(CultureInfo.InvariantCulture);
    }
}
