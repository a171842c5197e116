using System.Reflection;

namespace DslExperiments.Generators.Emit;

/// <summary>What the emitted code names of the runtime and of .NET, always from the root.</summary>
internal static class Runtime
{
    public const string Root = "global::DslExperiments.";
    public const string Backbones = Root + "Backbones.";
    public const string Cohorts = Root + "Cohorts.";
    public const string Expectations = Root + "Expectations.";
    public const string Hosting = Root + "Hosting.";
    public const string MethodsNamespace = Root + "Methods.";
    public const string Metrics = Root + "Metrics.";
    public const string Results = Root + "Results.";
    public const string Tasks = Root + "Tasks.";
    public const string Training = Root + "Training.";
    public const string ImmutableArray = "global::System.Collections.Immutable.ImmutableArray";
    public const string Unreachable = "throw new global::System.Diagnostics.UnreachableException()";

    /// <summary>The attribute of everything generated.</summary>
    public static readonly string GeneratedCode =
        $"[global::System.CodeDom.Compiler.GeneratedCode(\"DslExperiments\", {Literal.Of(typeof(Runtime).GetTypeInfo().Assembly.GetName().Version?.ToString(3))})]";
}
