using DslExperiments.Metrics.Text;
using DslExperiments.Tasks;

namespace DslExperiments.Metrics;

/// <summary>What the arms of a cohort make of a task's texts; computed once, whichever metrics ask for it.</summary>
internal sealed class TextEvaluation(TrainedCohort trained)
{
    private readonly Dictionary<TextSplit, double[][][]> ranked = [];
    private readonly Dictionary<TextSplit, string[][]> generated = [];
    private readonly Dictionary<TextSplit, double[]> losses = [];

    /// <summary>A number per arm; NaN for a task that has no such answers, or no rows of another domain.</summary>
    public double[] OfClasses(TextSplit split, Func<IReadOnlyList<int>, IReadOnlyList<int>, double> measure) => Has(split) && trained.Task is IRankedAnswers task
        ? [.. Ranked(split).Select(arm => measure([.. arm.Select(static row => ClassRates.Likeliest(row))], Labels(task, split)))]
        : Nothing();

    /// <summary>A number per arm from given and right classes and the rows' groups; NaN without groups.</summary>
    public double[] OfGroups(Func<IReadOnlyList<int>, IReadOnlyList<int>, IReadOnlyList<string>, double> measure)
    {
        if (trained.Task is not IRankedAnswers task || task.Rows(TextSplit.Eval).Any(static row => row.Group.Length == 0))
        {
            return Nothing();
        }

        string[] groups = [.. task.Rows(TextSplit.Eval).Select(static row => row.Group)];
        return OfClasses(TextSplit.Eval, (given, right) => measure(given, right, groups));
    }

    /// <summary>The mean over rows of the best of a text's scores against each right one, per arm; NaN for a task that gives no texts.</summary>
    public double[] OfTexts(TextSplit split, Func<GenerationTask, string, string, double> score)
    {
        if (!Has(split) || trained.Task is not GenerationTask task)
        {
            return Nothing();
        }

        if (!generated.TryGetValue(split, out var texts))
        {
            generated[split] = texts = task.Generate(split, trained.Adapter);
        }

        var rows = task.Rows(split);
        return [.. texts.Select(arm => arm.Select((text, row) => rows[row].References.Max(wanted => score(task, text, wanted))).Average())];
    }

    /// <summary>The mean cross-entropy of a token that is to be given, per arm.</summary>
    public double[] Losses(TextSplit split)
    {
        if (!Has(split))
        {
            return Nothing();
        }

        if (!losses.TryGetValue(split, out var known))
        {
            // A classification's answer is one of its classes, whose probabilities other metrics read as well.
            losses[split] = known = trained.Task is TextClassification task
                ? [.. Ranked(split).Select(arm => arm.Select((row, i) => -row[task.Rows(split)[i].Label]).Average())]
                : ((TextTask)trained.Task).LossOn(split, trained.Adapter);
        }

        return known;
    }

    /// <summary>Log-probabilities of the answers: per arm, per row, per answer.</summary>
    public double[][][] Ranked(TextSplit split)
    {
        if (!ranked.TryGetValue(split, out var known))
        {
            ranked[split] = known = ((IRankedAnswers)trained.Task).Rank(split, trained.Adapter);
        }

        return known;
    }

    /// <summary>NaN for every arm.</summary>
    public double[] Nothing() => [.. Enumerable.Repeat(double.NaN, trained.Cohort.Count)];

    /// <summary>The right answers.</summary>
    public static int[] Labels(IRankedAnswers task, TextSplit split) => [.. task.Rows(split).Select(static row => row.Label)];

    private bool Has(TextSplit split) => trained.Task is TextTask task && (split != TextSplit.Transfer || task.HasTransfer);
}
