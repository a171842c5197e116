using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Tests.Hosting;
using DslExperiments.Tests.Text;
using DslExperiments.Text;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Tasks;

/// <summary>Tasks on text files, on small drawn backbones.</summary>
public sealed class TextTaskTests : IDisposable
{
    private static readonly TransformerOptions Bytes = new()
    {
        Width = 8, Heads = 2, Causal = true, Vocabulary = 259, Positions = Positions.Rotary, Mlp = new() { Hidden = 8 }, Dtype = Precision.Float64,
        Init = new BackboneInit { Embedding = new Normal(1) },
    };

    private readonly TemporaryFolder folder = new();
    private readonly IDisposable scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_classification_reads_the_last_token_and_scores_the_labels_tokens_alone()
    {
        Sentiment();
        int[] seeds = [5];
        var backbone = new Transformer(Bytes, seeds, CPU);
        var task = new TextClassification(SentimentOptions, backbone, seeds, Files, new TestBytes());
        Assert.Equal(['n', 'p'], task.AnswerTokens.Select(token => (char)token));
        Assert.Equal(0, task.Classes);
        var adapter = new Unadapted(backbone);

        // Every row alone, by the softmax over two of the logits at its last token.
        double[] nats = [.. task.Rows(TextSplit.Train).Select(row =>
        {
            long[] ids = [256, .. new TestBytes().Encode($"It is {Texts[row.Line - 2]}.")];
            Assert.Equal(ids, row.Input.Select(id => (long)id));
            var content = backbone.Embed(tensor(ids, [1, 1, ids.Length], int64), 0, [ids.Length - 1]);
            double[] logits = backbone.Logits(content, adapter, Batch.All).contiguous().data<double>().ToArray();
            var (n, p) = (logits['n'], logits['p']);
            return Math.Log(Math.Exp(n) + Math.Exp(p)) - (row.Label == 0 ? n : p);
        })];
        Close(nats.Average(), task.Loss(backbone, adapter, Batch.Fresh(0, 0)).item<double>());
        Close(nats.Average(), task.LossOn(TextSplit.Eval, adapter)[0]);
        double[][] ranked = task.Rank(TextSplit.Eval, adapter)[0];
        for (int row = 0; row < nats.Length; row++)
        {
            Close(1, ranked[row].Sum(Math.Exp));
            Close(nats[row], -ranked[row][task.Rows(TextSplit.Eval)[row].Label]);
        }
    }

    [Fact]
    public void A_trained_layer_decides_by_the_last_tokens_output()
    {
        Sentiment();
        int[] seeds = [5, 5];
        var backbone = new Transformer(Bytes, seeds, CPU);
        var task = new TextClassification(SentimentOptions with { Answer = AnswerForm.Head }, backbone, seeds, Files, new TestBytes());
        Assert.Equal(2, task.Classes);
        Assert.Empty(task.AnswerTokens);
        var adapter = new Frozen([new(), new()], backbone, [1, 2], task);
        double[][][] ranked = task.Rank(TextSplit.Eval, adapter);
        for (int row = 0; row < Texts.Length; row++)
        {
            long[] ids = [.. task.Rows(TextSplit.Eval)[row].Input];
            var outputs = backbone.Forward(backbone.Embed(tensor(ids, [1, 1, ids.Length], int64), 0, [ids.Length - 1]), adapter, Batch.All);
            for (int arm = 0; arm < 2; arm++)
            {
                var tensors = adapter.Export(arm);
                var scores = tensors["classifier.weight"].matmul(outputs[arm].view(-1)) + tensors["classifier.bias"];
                Close(scores.log_softmax(0)[0].item<double>(), ranked[arm][row][0]);
            }
        }
    }

    [Fact]
    public void Batches_are_permutations_of_epochs_and_depend_on_seed_and_step_alone()
    {
        Sentiment();
        int[] seeds = [3, 4];
        var backbone = new Transformer(Bytes, seeds, CPU);
        var task = new TextClassification(SentimentOptions, backbone, seeds, Files, new TestBytes());
        string[][] epochs = [.. Enumerable.Range(0, 2).Select(epoch =>
            Enumerable.Range(0, 3).SelectMany(step => Texts1(task.Train(Batch.Fresh((3 * epoch) + step, 2)), 1)).ToArray())];
        Assert.All(epochs, epoch => Assert.Equal(Texts.Select(text => $"It is {text}.").Order(), epoch.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);

        var alone = new TextClassification(SentimentOptions, new Transformer(Bytes, [4], CPU), [4], Files, new TestBytes());
        alone.Train(Batch.Fresh(5, 2));
        Assert.Equal(Texts1(task.Train(Batch.Fresh(1, 2)), 1), Texts1(alone.Train(Batch.Fresh(1, 2)), 0));
        Assert.NotEqual(Texts1(task.Train(Batch.Fresh(1, 2)), 0), Texts1(task.Train(Batch.Fresh(1, 2)), 1));

        static string[] Texts1(TokenData data, int group) => [.. Enumerable.Range(0, data.Sequences).Select(row =>
            new TestBytes().Decode(data.Ids[group, row].contiguous().data<long>().Select(id => (int)id)))];
    }

    [Fact]
    public void An_arm_alone_is_the_arm_in_its_cohort()
    {
        Sentiment();
        int[] seeds = [3, 3, 4, 4];
        var backbone = new Transformer(Bytes, seeds, CPU);
        var together = new TextClassification(SentimentOptions, backbone, seeds, Files, new TestBytes());
        PromptOptions[] options = [.. seeds.Select((_, arm) => new PromptOptions { Length = 1 + arm })];
        var adapter = new SoftPrompt(options, backbone, seeds);
        double[] losses = together.Loss(backbone, adapter, Batch.Fresh(2, 2)).data<double>().ToArray();
        double[] evaluated = together.LossOn(TextSplit.Eval, adapter);
        for (int arm = 0; arm < seeds.Length; arm++)
        {
            var own = new Transformer(Bytes, [seeds[arm]], CPU);
            var alone = new TextClassification(SentimentOptions, own, [seeds[arm]], Files, new TestBytes());
            var prompt = new SoftPrompt([options[arm]], own, [seeds[arm]]);
            Close(alone.Loss(own, prompt, Batch.Fresh(2, 2)).item<double>(), losses[arm]);
            Close(alone.LossOn(TextSplit.Eval, prompt)[0], evaluated[arm]);
        }
    }

    [Fact]
    public void The_loss_of_texts_is_that_of_every_token_of_an_answer_and_of_its_end()
    {
        Write("train.jsonl", "{\"input\": \"ab\", \"output\": [\"xyz\", \"x\"]}\n{\"input\": \"abcd\", \"output\": \"q\"}\n");
        int[] seeds = [1];
        var backbone = new Transformer(Bytes, seeds, CPU);
        var options = new TextToTextOptions { Train = "train.jsonl", Eval = "train.jsonl", Template = "{input}>", MaxOutput = 4 };
        var task = new TextToText(options, backbone, seeds, Files, new TestBytes());
        var adapter = new Unadapted(backbone);

        // The answer of the first row fills all four tokens that an output may have.
        int[][] rows = [[256, 'a', 'b', '>', ' ', 'x', 'y', 'z'], [256, 'a', 'b', 'c', 'd', '>', ' ', 'q', 257]];
        int[] first = [4, 6];
        double sum = 0;
        for (int row = 0; row < 2; row++)
        {
            long[] ids = [.. rows[row][..^1]];
            var content = backbone.Embed(tensor(ids, [1, 1, ids.Length], int64), 0, [.. Enumerable.Range(0, ids.Length)]);
            var logs = backbone.Logits(content, adapter, Batch.All).log_softmax(-1);
            for (int i = first[row]; i < rows[row].Length; i++)
            {
                sum -= logs[0, 0, i - 1, rows[row][i]].item<double>();
            }
        }

        Close(sum / 7, task.Loss(backbone, adapter, Batch.Fresh(0, 2)).item<double>());
        Close(sum / 7, task.LossOn(TextSplit.Eval, adapter)[0]);
        Assert.Equal(["xyz", "x"], task.Rows(TextSplit.Eval)[0].References);

        // Of the whole evaluation as one batch, a read that only fills up is right.
        var test = task.Test;
        var right = task.IsRight(adapter, test);
        Assert.Equal([1L, 2, 4], right.shape);
        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 0], test.Weights!.to(int64).view(-1).data<long>());
        Assert.True(right[0, 1, 3].item<bool>());
        Assert.Equal(task.CrossEntropy(adapter, test)[0, 1, 0].item<double>(), task.CrossEntropy(adapter, test.Slice(1, 1))[0, 0, 0].item<double>(), 1e-10);
    }

    [Fact]
    public void Generated_texts_are_those_of_rows_alone()
    {
        Write("train.tsv", "input\toutput\nab\tx\nabcd\ty\nba\tz\n");
        int[] seeds = [1, 1];
        var backbone = new Transformer(Bytes, seeds, CPU);
        var task = new TextToText(new() { Train = "train.tsv", Eval = "train.tsv", MaxOutput = 5 }, backbone, seeds, Files, new TestBytes());
        var adapter = new SoftPrompt([new() { Length = 2 }, new() { Length = 3 }], backbone, [1, 2]);
        string[][] texts = task.Generate(TextSplit.Eval, adapter);
        for (int row = 0; row < 3; row++)
        {
            long[] ids = [.. task.Rows(TextSplit.Eval)[row].Input];
            for (int arm = 0; arm < 2; arm++)
            {
                var given = new List<long>();
                for (; given.Count < 5 && (given.Count == 0 || given[^1] != 257);)
                {
                    long[] all = [.. ids, .. given];
                    var content = backbone.Embed(tensor(all, [1, 1, all.Length], int64), 0, [all.Length - 1]);
                    given.Add(backbone.Logits(content, adapter, Batch.All)[arm].argmax(-1).item<long>());
                }

                Assert.Equal(new TestBytes().Decode(given.Select(id => (int)id)).Trim(), texts[arm][row]);
            }
        }
    }

    [Fact]
    public void Choices_are_ranked_by_the_likelihood_of_their_tokens()
    {
        Write("train.csv", "text,one,two,answer\nab,xyz,q,2\ncd,q,rst,one\ne,u,v,v\n");
        int[] seeds = [2];
        var backbone = new Transformer(Bytes, seeds, CPU);
        foreach (bool normalize in (bool[])[true, false])
        {
            var options = new MultipleChoiceOptions { Train = "train.csv", Eval = "train.csv", Choices = ["one", "two"], Label = "answer", Normalize = normalize };
            var task = new MultipleChoice(options, backbone, seeds, Files, new TestBytes());
            Assert.Equal([1, 0, 1], task.Rows(TextSplit.Train).Select(row => row.Label));
            var adapter = new Unadapted(backbone);
            double[][] ranked = task.Rank(TextSplit.Eval, adapter)[0];
            string[][] choices = [["xyz", "q"], ["q", "rst"], ["u", "v"]];
            string[] inputs = ["ab", "cd", "e"];
            double right = 0, tokens = 0;
            for (int row = 0; row < 3; row++)
            {
                double[] sums = [.. choices[row].Select(choice => LogLikelihood(backbone, [256, .. inputs[row]], [' ', .. choice]))];
                double[] scores = [.. sums.Select((sum, choice) => normalize ? sum / (choices[row][choice].Length + 1) : sum)];
                Close(scores[0] - scores[1], ranked[row][0] - ranked[row][1]);
                Close(1, ranked[row].Sum(Math.Exp));
                int label = task.Rows(TextSplit.Eval)[row].Label;
                right += sums[label];
                tokens += choices[row][label].Length + 1;
            }

            Close(-right / tokens, task.LossOn(TextSplit.Eval, adapter)[0]);
            Close(-right / tokens, task.Loss(backbone, adapter, Batch.Fresh(0, 3)).item<double>());
        }
    }

    [Fact]
    public void Joined_texts_are_read_once_by_evaluation_and_at_random_places_by_training()
    {
        Write("train.txt", "abcdefghijklmnopqrstuvwxyz");
        Write("eval.txt", "abcdefg");
        int[] seeds = [7];
        var backbone = new Transformer(Bytes, seeds, CPU);
        var task = new LanguageModelling(new() { Train = "train.txt", Eval = "eval.txt", Length = 3 }, backbone, seeds, Files, new TestBytes());
        Assert.Equal(3, task.SequencesIn(TextSplit.Eval));
        Assert.Equal([[256, 'a', 'b'], [256, 'd', 'e'], [256, 'g']], Enumerable.Range(0, 3).Select(i => task.SequenceOf(TextSplit.Eval, i).Ids));
        Assert.Equal([.. "abcdefg".Select(c => (int)c), 257], Enumerable.Range(0, 3).SelectMany(i => task.SequenceOf(TextSplit.Eval, i).Targets));
        double[] nats = [-LogLikelihood(backbone, [256], [.. "abc"]), -LogLikelihood(backbone, [256], [.. "def"]), -LogLikelihood(backbone, [256], ['g', (char)257])];
        Close(nats.Sum() / 8, task.LossOn(TextSplit.Eval, new Unadapted(backbone))[0]);

        var starts = Enumerable.Range(0, 40).SelectMany(step => task.Train(Batch.Fresh(step, 4)).Targets.select(2, 0).contiguous().data<long>().ToArray()).ToArray();
        Assert.Equal(25, starts.Distinct().Count());
        Assert.Equal(task.Train(Batch.Fresh(3, 4)).Ids.data<long>().ToArray(), task.Train(Batch.Fresh(3, 4)).Ids.data<long>().ToArray());
    }

    [Fact]
    public void Limits_of_joined_texts_are_on_windows()
    {
        Write("train.txt", "abcdefghijklmnopqrstuvwxyz");
        int[] seeds = [7];
        var backbone = new Transformer(Bytes, seeds, CPU);
        var options = new LanguageModellingOptions { Train = "train.txt", Eval = "train.txt", Length = 3, Limit = 4, EvalLimit = 5 };
        var task = new LanguageModelling(options, backbone, seeds, Files, new TestBytes());
        Assert.Equal((4, 5), (task.SequencesIn(TextSplit.Train), task.SequencesIn(TextSplit.Eval)));
        string[] kept = [.. Enumerable.Range(0, 4).Select(i => Text(task.SequenceOf(TextSplit.Train, i).Targets))];
        Assert.All(kept, text => Assert.Equal(0, ("abcdefghijklmnopqrstuvwxyz".IndexOf(text[0], StringComparison.Ordinal)) % 3));
        var seen = Enumerable.Range(0, 2).SelectMany(step => Rows(task.Train(Batch.Fresh(step, 2)))).ToArray();
        Assert.Equal(kept.Order(), seen.Order());

        static string Text(IEnumerable<int> ids) => new TestBytes().Decode(ids);

        static IEnumerable<string> Rows(TokenData data) => Enumerable.Range(0, data.Sequences)
            .Select(row => Text(data.Targets[0, row].contiguous().data<long>().Select(id => (int)id)));
    }

    [Fact]
    public void Without_a_token_that_begins_the_first_token_is_not_given()
    {
        Write("train.tsv", "text\na b c\nb c\n");
        int[] seeds = [7];
        var backbone = new Transformer(Bytes with { Vocabulary = 6 }, seeds, CPU);
        var words = new TestWords("a", "b", "c");
        var joined = new LanguageModelling(new() { Train = "train.tsv", Eval = "train.tsv", Length = 4 }, backbone, seeds, Files, words);
        Assert.Equal([[3, 4, 5, 2], [4, 5]], Enumerable.Range(0, joined.SequencesIn(TextSplit.Eval)).Select(i => joined.SequenceOf(TextSplit.Eval, i).Ids));
        Assert.Equal([[4, 5, 2, 4], [5, 2]], Enumerable.Range(0, joined.SequencesIn(TextSplit.Eval)).Select(i => joined.SequenceOf(TextSplit.Eval, i).Targets));
        var apart = new LanguageModelling(new() { Train = "train.tsv", Eval = "train.tsv", Length = 3, Joined = false }, backbone, seeds, Files, words);
        Assert.Equal([[3, 4], [4, 5]], Enumerable.Range(0, 2).Select(i => apart.SequenceOf(TextSplit.Eval, i).Ids));
        Assert.Equal([[4, 5], [5, 2]], Enumerable.Range(0, 2).Select(i => apart.SequenceOf(TextSplit.Eval, i).Targets));
    }

    [Fact]
    public void A_template_makes_running_text_of_a_row()
    {
        Write("train.tsv", "text\tlabel\na b\tgood\nb c\tbad\n");
        Write("train.txt", "a b\n");
        int[] seeds = [7];
        var backbone = new Transformer(Bytes with { Vocabulary = 9 }, seeds, CPU);
        var words = new TestWords("a", "b", "c", "it", "good", "bad");
        Assert.Equal([[3, 4, 6, 7], [4, 5, 6, 8]], Read("train.tsv", joined: false, "{text} it {label}"));
        Assert.Equal([[6, 3, 4, 2, 6, 4], [5]], Read("train.tsv", joined: true, "it {text}"));
        Assert.Equal([[6, 3, 4]], Read("train.txt", joined: false, "it {text}"));
        var error = Assert.Throws<ExperimentUsageException>(() => Read("train.txt", joined: false, "{text} {label}"));
        Assert.StartsWith("task.template: ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("train.txt has no column 'label'. Its columns are text.", error.Message, StringComparison.Ordinal);

        IEnumerable<int[]> Read(string file, bool joined, string template)
        {
            var options = new LanguageModellingOptions { Train = file, Eval = file, Length = 6, Joined = joined, Template = template };
            var task = new LanguageModelling(options, backbone, seeds, Files, words);
            return Enumerable.Range(0, task.SequencesIn(TextSplit.Eval)).Select(i => task.SequenceOf(TextSplit.Eval, i).Ids.ToArray());
        }
    }

    [Fact]
    public void Long_inputs_lose_their_end_and_limits_draw_rows()
    {
        Sentiment();
        int[] seeds = [5];
        var backbone = new Transformer(Bytes, seeds, CPU);
        var task = new TextClassification(
            SentimentOptions with { MaxLength = 5, Limit = 4, EvalLimit = 3 }, backbone, seeds, Files, new TestBytes());
        Assert.All(task.Rows(TextSplit.Train), row => Assert.Equal([256, 'I', 't', ' ', '.'], row.Input));
        Assert.Equal((4, 3), (task.Rows(TextSplit.Train).Count, task.Rows(TextSplit.Eval).Count));

        // What the template has after the text stays, even alone, and is cut as well where it is too long.
        var form = new TextForm(Bytes, new TestBytes());
        Assert.Equal([256, .. Chars("abcdef it")], form.Input("abcdef it", 10, " it"));
        Assert.Equal([256, .. Chars("abc it")], form.Input("abcdef it", 7, " it"));
        Assert.Equal([256, .. Chars("it")], form.Input("abcdef it", 3, " it"));
        Assert.Equal([256, .. Chars("abc")], form.Input("abcdef it", 4));
        var words = new TextForm(Bytes, new TestWords("a", "b", "c", "it", "was"));
        Assert.Equal([3, 6, 7], words.Input("a b c it was ", 3, " it was "));

        static int[] Chars(string text) => [.. text.Select(letter => (int)letter)];
    }

    [Theory]
    [InlineData(Positions.Rotary)]
    [InlineData(Positions.Learned)]
    public void Virtual_tokens_need_room_in_the_context(Positions positions)
    {
        Sentiment();
        var backbone = new Transformer(Bytes with { Positions = positions, VirtualPositions = VirtualPositions.Counted, Context = 24 }, [1], CPU);
        var task = new TextClassification(SentimentOptions, backbone, [1], Files, new TestBytes());
        var fits = new SoftPrompt([new PromptOptions { Length = 5 }], backbone, [1]);
        Assert.Equal(1, task.Loss(backbone, fits, Batch.All).numel());
        var wide = new SoftPrompt([new PromptOptions { Length = 6 }], backbone, [1]);
        Assert.Equal(
            "task.max_length: the longest sequence has 19 tokens with its answer and 6 virtual ones before it, but backbone.context is 24; set a smaller task.max_length, or fewer virtual tokens.",
            Assert.Throws<ExperimentUsageException>(() => task.Loss(backbone, wide, Batch.All)).Message);
    }

    [Fact]
    public void Mistakes_of_a_task_are_explained()
    {
        Sentiment();
        Write("wrong.tsv", "sentence\tverdict\tkind\nfine\tpozitive\ta\n\tnegative\ta\ngood\tpositive\t\n");
        Error(
            "wrong.tsv(2): the label 'pozitive' is not among task.labels [negative, positive]; did you mean 'positive'?\nwrong.tsv(3): 'sentence' is empty.",
            SentimentOptions with { Train = "wrong.tsv" });
        Error("task.label: train.tsv has no column 'verdic'; did you mean 'verdict'? Its columns are sentence, verdict, kind.", SentimentOptions with { Label = "verdic" });
        Error("task.group: train.tsv has no column 'knd'; did you mean 'kind'? Its columns are sentence, verdict, kind.", SentimentOptions with { Group = "knd" });
        Error(
            "task.verbalizers: 'bed' of label 'positive' begins with the same token as 'bad'; take words whose first tokens differ, or answer: head.",
            SentimentOptions with { Verbalizers = ["bad", "bed"] });
        Error("task.eval: name a file.", SentimentOptions with { Eval = "" });
        Assert.Contains("task.train: 'no.tsv' was not found", Message(SentimentOptions with { Train = "no.tsv" }));
        Assert.Contains("the vocabulary has 100 tokens", Message(SentimentOptions, Bytes with { Vocabulary = 100 }));

        Assert.StartsWith(
            "task.max_length: the longest sequence has 19 tokens with its answer, but backbone.context is 18,",
            Message(SentimentOptions, Bytes with { Positions = Positions.Learned, Context = 18 }));
        Assert.StartsWith("task.max_length: the longest sequence has 19 tokens with its answer, but backbone.context is 18,", Message(SentimentOptions, Bytes with { Context = 18 }));

        var both = new Transformer(Bytes with { Causal = false }, [1], CPU);
        Assert.Contains("cannot continue a text", Assert.Throws<ExperimentUsageException>(() => new TextToText(
            new() { Train = "train.tsv", Eval = "train.tsv" }, both, [1], Files, new TestBytes())).Message);

        void Error(string message, TextClassificationOptions options) => Assert.Equal(message, Message(options));

        string Message(TextClassificationOptions options, TransformerOptions? shape = null) => folder.MessageOf(Assert.Throws<ExperimentUsageException>(() =>
            new TextClassification(options, new Transformer(shape ?? Bytes, [1], CPU), [1], Files, new TestBytes())));
    }

    [Fact]
    public void An_answer_is_a_span_of_the_passage_but_for_case_punctuation_and_articles()
    {
        const string Right = "{\"question\": \"Who?\", \"context\": \"It was Ada-Maria, a queen.\", \"answer\": ";
        Write("right.jsonl", $"{Right}\"ada-maria\"}}\n{Right}[\"nobody\", \"The queen!\"]}}\n");
        Write("wrong.jsonl", $"{Right}\"it was\"}}\n{Right}[\"the king\", \"Bob\"]}}\n");
        Assert.Equal(2, Answers("right.jsonl").Rows(TextSplit.Train).Count);
        Assert.Equal(
            "wrong.jsonl(2): the answer 'the king' is not in 'context'; answers in words of their own are of the family text_to_text.",
            folder.MessageOf(Assert.Throws<ExperimentUsageException>(() => Answers("wrong.jsonl"))));

        QuestionAnswering Answers(string train) =>
            new(new() { Train = train, Eval = "right.jsonl" }, new Transformer(Bytes, [1], CPU), [1], Files, new TestBytes());
    }

    [Fact]
    public void Examples_are_rows_with_their_answers()
    {
        Sentiment();
        var backbone = new Transformer(Bytes, [1], CPU);
        var task = new TextClassification(SentimentOptions, backbone, [1], Files, new TestBytes());
        string all = new TestBytes().Decode(task.Examples(0, 6)), two = new TestBytes().Decode(task.Examples(0, 2));
        Assert.Equal("It is fine.positiveIt is a mess.negativeIt is really good.positiveIt is bad.negativeIt is good.positiveIt is not so good.negative", all);
        Assert.Equal(2, two.Split("It is").Length - 1);
        Assert.NotEqual(task.Examples(0, 2), task.Examples(1, 2));
        Assert.Equal(["negative", "positive"], task.LabelTokens.Select(tokens => new TestBytes().Decode(tokens)));
    }

    [Fact]
    public void Verbalizers_that_no_token_stands_for_are_refused()
    {
        Sentiment();
        var backbone = new Transformer(Bytes with { Vocabulary = 9 }, [1], CPU);
        var words = new TestWords("good", "bad", "fine", "It", "is", ".");
        var error = Assert.Throws<ExperimentUsageException>(() => new TextClassification(
            SentimentOptions with { Verbalizers = ["awful", "good"] }, backbone, [1], Files, words));
        Assert.Equal("task.verbalizers: 'awful' of label 'negative' begins with no token that the tokenizer knows; take another word.", error.Message);
        var task = new TextClassification(SentimentOptions with { Verbalizers = ["bad", "good"] }, backbone, [1], Files, words);
        Assert.Equal([4L, 3], task.AnswerTokens);
    }

    private static readonly string[] Texts = ["fine", "a mess", "really good", "bad", "good", "not so good"];

    private static TextClassificationOptions SentimentOptions => new()
    {
        Train = "train.tsv", Eval = "train.tsv", Text = "sentence", Label = "verdict", Template = "It is {text}.", Labels = ["negative", "positive"],
    };

    private SpecFiles Files => new(folder.Location);

    private static double LogLikelihood(Transformer backbone, int[] input, char[] answer)
    {
        long[] ids = [.. input, .. answer[..^1]];
        var content = backbone.Embed(tensor(ids, [1, 1, ids.Length], int64), 0, [.. Enumerable.Range(input.Length - 1, answer.Length)]);
        var logs = backbone.Logits(content, new Unadapted(backbone), Batch.All).log_softmax(-1);
        return answer.Select((token, i) => logs[0, 0, i, token].item<double>()).Sum();
    }

    private static void Close(double expected, double actual) => Assert.Equal(expected, actual, 1e-10);

    private void Sentiment()
    {
        string[] labels = ["positive", "negative", "positive", "negative", "positive", "negative"];
        Write("train.tsv", "sentence\tverdict\tkind\n" + string.Concat(Texts.Select((text, i) => $"{text}\t{labels[i]}\t{(i < 3 ? "a" : "b")}\n")));
    }

    private void Write(string name, string content) => File.WriteAllText(folder[name], content);
}
