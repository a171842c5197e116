using DslExperiments.Results;

namespace DslExperiments.Expectations;

/// <summary>One line of a spec's <c>expect:</c>, compiled.</summary>
/// <param name="Text">The line as the spec has it.</param>
/// <param name="Check">Its meaning.</param>
public sealed record Expectation<TArm, TMetrics>(string Text, Func<ExperimentResults<TArm, TMetrics>, Verdict> Check)
    where TArm : ExperimentArm
    where TMetrics : struct;
