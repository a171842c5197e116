namespace DslExperiments.Specs;

/// <summary>A number that theory gives for an experiment.</summary>
/// <param name="Name">The constant's name in C#: <c>PromptTokensNeeded</c>.</param>
/// <param name="Statement">The statement that proves it: <c>D4</c>.</param>
/// <param name="Value">The number.</param>
/// <param name="Doc">What it counts.</param>
public sealed record BoundConstantSpec(string Name, string Statement, long Value, string Doc);
