namespace DslExperiments.Specs;

/// <summary>A kind of finding. Its id is never given to another one, even when it is no longer found.</summary>
/// <param name="Id"><c>DSLX</c> and four digits.</param>
/// <param name="Title">What is wrong, in a few words.</param>
/// <param name="Severity">Error or warning.</param>
/// <param name="Explanation">Why it is refused and what to do, for the reference page.</param>
/// <param name="Example">Top-level keys of a spec that show it; empty when a file alone cannot show it.</param>
/// <param name="Fix">The same keys put right.</param>
public sealed record DiagnosticRule(string Id, string Title, SpecSeverity Severity, string Explanation, string Example, string Fix);
