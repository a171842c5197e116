using DslExperiments.Tasks;

namespace DslExperiments.Metrics;

/// <summary>
/// <c>exact_match</c>: the share of the evaluation's sequences whose whole answer greedy decoding gives. Texts are compared
/// as their family does: character by character, or without case, punctuation and articles for answers to questions.
/// </summary>
public sealed class ExactMatch : Metric
{
    /// <inheritdoc/>
    public override string Name => "exact_match";

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) => trained.Task is TextTask
        ? trained.Texts.OfTexts(TextSplit.Eval, Of)
        : TokenEvaluation.ExactMatch(trained, trained.Tokens.Test);

    /// <summary>1 for a right answer and 0 for others.</summary>
    internal static double Of(GenerationTask task, string given, string wanted) => task.IsAnswer(given, wanted) ? 1 : 0;
}

/// <summary><c>exact_match.…</c>: the same on one function of <see cref="IntegerSequences"/>, whatever the arm learned.</summary>
public abstract class FunctionMatch : Metric
{
    private readonly SequenceFunction function;

    private protected FunctionMatch(string name, SequenceFunction function)
    {
        Name = name;
        this.function = function;
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override double[] Measure(TrainedCohort trained) =>
        TokenEvaluation.ExactMatch(trained, ((IntegerSequences)trained.Task).TestOf(function));
}

/// <summary><c>exact_match.ascending</c>.</summary>
public sealed class AscendingMatch() : FunctionMatch("exact_match.ascending", SequenceFunction.Ascending);

/// <summary><c>exact_match.descending</c>.</summary>
public sealed class DescendingMatch() : FunctionMatch("exact_match.descending", SequenceFunction.Descending);

/// <summary><c>exact_match.add1</c>.</summary>
public sealed class Add1Match() : FunctionMatch("exact_match.add1", SequenceFunction.Add1);

/// <summary><c>exact_match.add2</c>.</summary>
public sealed class Add2Match() : FunctionMatch("exact_match.add2", SequenceFunction.Add2);

/// <summary><c>exact_match.ascending_add1</c>.</summary>
public sealed class AscendingAdd1Match() : FunctionMatch("exact_match.ascending_add1", SequenceFunction.AscendingAdd1);

/// <summary><c>exact_match.double_hist</c>.</summary>
public sealed class DoubleHistMatch() : FunctionMatch("exact_match.double_hist", SequenceFunction.DoubleHist);
