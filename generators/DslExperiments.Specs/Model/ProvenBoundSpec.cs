namespace DslExperiments.Specs;

/// <summary>What is proven about a metric of an arm before it runs: it is at least <paramref name="Value"/>, times another metric where one is named.</summary>
/// <param name="Statement">The statement that proves it: <c>D4</c>.</param>
/// <param name="Metric">The metric that cannot be smaller.</param>
/// <param name="Value">
/// The bound or its factor; 0 without <paramref name="Per"/> for a metric that is positive by an amount that the data decides.
/// </param>
/// <param name="Per">The metric that the bound is a multiple of, or null.</param>
public sealed record ProvenBoundSpec(string Statement, string Metric, double Value, string? Per = null);
