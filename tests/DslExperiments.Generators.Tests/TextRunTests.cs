using DslExperiments.Generators.Tests.Support;
using DslExperiments.Hosting;
using DslExperiments.Results;

namespace DslExperiments.Generators.Tests;

/// <summary>Every family of tasks on texts and every kind of language model at work through generated code, on files of a few rows.</summary>
public sealed class TextRunTests : IClassFixture<TextRunTests.TextStudies>
{
    private const string Shape = "depth: 1, width: 8, heads: 2, mlp: { hidden: 16 }, vocabulary: 259, tokenizer: bytes";
    private const string Tail = "training: { learning_rate: 0.01, steps: 4, batch: 4 }\nseeds: 0..1\n";

    private static readonly (string Name, string Text)[] Files =
    [
        ("reviews.csv", "text,label,town\n\"good, warm\",good,a\ncold,bad,a\n\"warm \"\"and\"\" good\",good,b\nbad,bad,b\n"),
        ("pairs.jsonl", ("{'in': {'text': 'ab'}, 'output': ['ba', 'b a']}\n{'in': {'text': 'cd'}, 'output': 'dc'}\n").Replace('\'', '"')),
        ("spans.jsonl", "{'question': 'who?', 'context': 'it was Ann.', 'answer': ['Ann', 'ann']}\n{'question': 'where?', 'context': 'in a hut', 'answer': 'hut'}\n".Replace('\'', '"')),
        ("choices.tsv", "text\tfirst\tsecond\tlabel\ttown\nit is\twarm\tcold\t1\ta\nit was\ta cat\ta hut\tsecond\tb\nso it is\tcold\twarm\twarm\tb\n"),
        ("story.txt", "Once there was a cat.\nIt was warm in the hut, and the cat was warm.\n"),
    ];

    private static readonly Dictionary<string, string> Specs = new()
    {
        ["gpt2-classification"] = $$"""
            summary: Labels by verbalizers, with every method, compared between groups.
            backbone: { kind: gpt2, context: 64, {{Shape}} }
            task: { family: text_classification, train: $/reviews.csv, eval: $/reviews.csv, transfer: $/reviews.csv, labels: [bad, good], verbalizers: [n, y], template: "{text}: ", group: town }
            methods:
              prompt: { length: [1, 3], init: [class_labels, from_text(it is), sampled_vocabulary(0)] }
              prefix: { length: 2, form: [key_value, block_input] }
              iapt: { length: 2, bottleneck: 2 }
              lora: { rank: 2, on: [all] }
              prompt_lora: { prompt: { length: 2 } }
              prefix_lora: {}
              hard_prompt: { length: 2, candidates: 2 }
              full: {}
              frozen: {}
            metrics: [accuracy, macro_f1, majority.accuracy, ensemble.accuracy, accuracy_gap, parity_gap, odds_gap, eval.loss, transfer.accuracy, transfer.macro_f1, transfer.loss, energy, co2]
            expect:
              - min(frozen.accuracy) >= 0 and max(frozen.accuracy) <= 1
              - min(prompt.odds_gap) >= 0 and max(prompt.odds_gap) <= 1
              - max(full.eval.loss) < max(frozen.eval.loss)
            {{Tail}}
            """,
        ["gpt2-head"] = $$"""
            extends: gpt2-classification
            summary: The same labels by a trained head.
            task: { answer: head, verbalizers: ~, transfer: ~ }
            methods: { hard_prompt: ~, iapt: ~ }
            metrics: [accuracy, accuracy_gap, eval.loss]
            expect: [max(full.eval.loss) < 1]
            """,
        ["t5-answers"] = $$"""
            summary: Answers out of passages, by an encoder and a decoder.
            backbone: { kind: t5, decoder_depth: 2, {{Shape}} }
            task: { family: question_answering, train: $/spans.jsonl, eval: $/spans.jsonl, max_output: 4 }
            methods:
              prompt: { length: 2, init: sampled_vocabulary(0) }
              prefix: { length: 2 }
              iapt: { length: 2, bottleneck: 2 }
              lora: { rank: 2, on: [[all], [cross]], training: { optimizer: adafactor } }
              full: {}
              frozen: {}
            metrics: [exact_match, token_f1, rouge_l, eval.loss]
            expect:
              - min(prompt.token_f1) >= 0 and max(prompt.rouge_l) <= 1
              - max(full.eval.loss) < max(frozen.eval.loss)
            {{Tail}}
            """,
        ["t5-choices"] = $$"""
            summary: Choices by an encoder and a decoder.
            backbone: { kind: t5, {{Shape}} }
            task: { family: multiple_choice, train: $/choices.tsv, eval: $/choices.tsv, choices: [first, second], normalize: [true, false], group: town }
            methods: { prompt: { length: 2 }, full: {} }
            metrics: [accuracy, majority.accuracy, accuracy_gap, eval.loss]
            expect: [min(prompt.accuracy) >= 0]
            {{Tail}}
            """,
        ["llama-texts"] = $$"""
            summary: Texts for texts, with prompts that another spec starts from.
            backbone: { kind: llama, context: 64, kv_heads: 1, attention: { bias: true }, {{Shape.Replace("hidden: 16", "hidden: 16, bias: true")}} }
            task: { family: text_to_text, train: $/pairs.jsonl, eval: $/pairs.jsonl, transfer: $/pairs.jsonl, template: "{in.text} > ", max_output: 4 }
            methods:
              prompt: { length: 3 }
              hard_prompt: { text: reverse, examples: 1, candidates: 0 }
            metrics: [eval.loss, exact_match, token_f1, rouge_l, transfer.exact_match, transfer.token_f1]
            expect: [min(prompt.eval.loss) > 0]
            {{Tail}}
            """,
        ["llama-again"] = """
            extends: llama-texts
            summary: Starts from what the other spec has found.
            methods: { prompt: { length: 5, init: from_run(llama-texts) }, hard_prompt: ~ }
            task: { transfer: ~ }
            metrics: [eval.loss]
            """,
        ["gpt2-stories"] = $$"""
            summary: Running text.
            backbone: { kind: gpt2, context: 64, {{Shape.Replace("hidden: 16", "hidden: 16, activation: relu")}} }
            task: { family: language_modelling, train: $/story.txt, eval: $/story.txt, length: 16 }
            methods: { prefix: { length: 2, reparametrization: 4 }, full: {}, frozen: {} }
            metrics: [perplexity, eval.loss]
            expect:
              - max(full.perplexity) < min(frozen.perplexity)
              - prefix.perplexity > 1
            {{Tail}}
            """,
    };

    private readonly TextStudies studies;

    public TextRunTests(TextStudies studies) => this.studies = studies;

    public static TheoryData<string> Names => [.. Specs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_study_of_texts_trains_and_judges_itself(string name)
    {
        if (name == "llama-again")
        {
            await studies.RunAsync("llama-texts");
        }

        dynamic results = await studies.RunAsync(name);
        foreach (dynamic arm in results.Arms)
        {
            Assert.Equal(ArmStatus.Finished, (ArmStatus)arm.Status);
        }

        Assert.All((IEnumerable<ExpectationOutcome>)results.Expectations, outcome => Assert.True(outcome.Held, $"{outcome.Text}: {outcome.Detail}"));
    }

    /// <summary>The files in a folder, and the specs that name them, compiled together.</summary>
    public sealed class TextStudies : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("dslx").FullName;
        private readonly System.Reflection.Assembly assembly;

        public TextStudies()
        {
            foreach (var (name, text) in Files)
            {
                File.WriteAllText(Path.Combine(folder, name), text);
            }

            assembly = new TestProject(Specs.Select(spec => new Spec(spec.Key, spec.Value.Replace("$/", folder + "/", StringComparison.Ordinal))))
                .Run().AssertNoDiagnostics().AssertCompiles().Load();
        }

        public void Dispose() => Directory.Delete(folder, recursive: true);

        internal async Task<dynamic> RunAsync(string name)
        {
            var type = assembly.GetTypes().Single(type => type.BaseType is { IsGenericType: true } && type.Name == DslExperiments.Specs.CSharpNames.Pascal(name));

            // Prompts of other runs are looked for beside a run's folder.
            string run = Path.Combine(folder, "runs", name == "llama-texts" ? name : "", $"of-{name}");
            dynamic task = type.GetMethod("RunAsync")!.Invoke(null, [(Action<RunOptions>)(options => options.Quiet().Out(run)), CancellationToken.None])!;
            return await task;
        }
    }
}
