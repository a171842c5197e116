using DslExperiments.Backbones;
using DslExperiments.Tasks;
using DslExperiments.Training;

namespace DslExperiments.Planning;

/// <summary>
/// What a training step computes on, from a task's options alone. Where only a file would tell, it is the most that the
/// options allow: texts of <c>max_length</c>, answers of <c>max_output</c>.
/// </summary>
/// <param name="Sequences">Sequences per seed that are kept, N; as many as a step has where every step makes its own.</param>
/// <param name="Length">Tokens per sequence, T.</param>
/// <param name="Reads">Tokens per sequence that the loss reads, R.</param>
internal sealed record Workload(int Sequences, int Length, int Reads)
{
    /// <summary>Answers of a multiple choice whose length only the file tells.</summary>
    private const int UnknownAnswer = 8;

    /// <summary>Sequences per step, B.</summary>
    public int Batch { get; init; }

    /// <summary>True when every step makes its own sequences and nothing is kept of them.</summary>
    public bool Streams { get; init; }

    /// <summary>True when sequences are tokens of a vocabulary; false for vectors.</summary>
    public bool IsTokens { get; init; }

    /// <summary>Answers that are scored; 0 for the whole vocabulary.</summary>
    public int Answers { get; init; }

    /// <summary>True when every sequence is read at places of its own and padded at its end.</summary>
    public bool IsRagged { get; init; }

    /// <summary>True when a trained layer answers in place of the vocabulary.</summary>
    public bool HasHead { get; init; }

    /// <summary>Tokens that a decoder is given; 0 without one.</summary>
    public int DecoderLength { get; init; }

    /// <summary>Tokens at the front of every sequence that virtual tokens replace.</summary>
    public int Placeholders { get; init; }

    /// <summary>True when a step has all sequences.</summary>
    public bool IsFull => Streams || Batch == Sequences;

    /// <summary>The workload of an arm.</summary>
    public static Workload Of(ArmDesign design) => Of(design.Task, design.Backbone, design.Training);

    /// <summary>The workload of a task on a backbone.</summary>
    public static Workload Of(TaskOptions task, TransformerOptions backbone, TrainingOptions training)
    {
        var all = task switch
        {
            IWorkload own => own.Workload,
            SharedTokenPairOptions o => new Workload(o.Sequences, o.Length, 1),
            TeacherPromptOptions o => new Workload(o.Sequences, o.Length, 1),
            DistinctQueriesOptions o => new Workload(o.Sequences, o.Length, 1),
            CommonTargetOptions o => new Workload(o.Sequences, o.Length, 1),
            SphereRegressionOptions o => new Workload(o.Sequences, 1, 1),
            HeadUpdateOptions o => new Workload(o.Sequences, 3, 1),
            CustomTaskOptions o => new Workload(o.Sequences, o.Length, o.Length),
            AssociationsOptions o => new Workload(o.Sequences, o.Length, 1) { IsTokens = true, Answers = o.Labels },
            LookupTableOptions when backbone.Construct is LookupNetwork network => new Workload(
                (int)Math.Pow(network.Symbols, network.Inputs), Math.Max(network.Inputs, 1) - 1 + network.Answers, network.Answers) { IsTokens = true },
            IntegerSequencesOptions o => new Workload(training.Batch, o.Placeholders + (2 * o.Length) - 1, o.Length)
            {
                IsTokens = true, Streams = true, Placeholders = o.Placeholders,
            },
            LanguageModellingOptions o => Text(o, o.Length, o.Length) with { IsRagged = !o.Joined },
            TextClassificationOptions o => Text(o, o.MaxLength, 1) with { Answers = o.Labels.Count, HasHead = o.Answer == AnswerForm.Head },
            TextToTextOptions o => Answered(o, o.MaxOutput),
            QuestionAnsweringOptions o => Answered(o, o.MaxOutput),
            MultipleChoiceOptions o => Answered(o, UnknownAnswer),
            _ => new Workload(Math.Max(1, task.Sequences), 1, 1),
        };
        int batch = training.Batch is > 0 and var given ? (all.Streams ? given : Math.Min(given, all.Sequences)) : all.Sequences;
        return all with { Batch = batch, Sequences = all.Streams ? batch : all.Sequences };

        Workload Answered(TextTaskOptions o, int answer) => Text(o, backbone.DecoderDepth > 0 ? o.MaxLength : o.MaxLength + answer - 1, answer);

        Workload Text(TextTaskOptions o, int length, int reads)
        {
            // An encoder reads the text, the decoder what is read of the answer.
            bool decodes = backbone.DecoderDepth > 0;
            int most = backbone.Context > 0 ? Math.Min(length, backbone.Context) : length;
            return new Workload(Math.Max(1, o.Limit), most, reads)
            {
                IsTokens = true, Streams = true, IsRagged = true, DecoderLength = decodes ? reads : 0,
            };
        }
    }
}

/// <summary>A task that tells what a step computes on, in place of <see cref="Workload.Of(ArmDesign)"/>.</summary>
internal interface IWorkload
{
    Workload Workload { get; }
}
