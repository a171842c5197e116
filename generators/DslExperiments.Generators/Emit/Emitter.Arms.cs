using DslExperiments.Specs;

namespace DslExperiments.Generators.Emit;

/// <summary>One record per method; an arm is a value of it.</summary>
internal sealed partial class Emitter
{
    private const string ListPrefix = "global::System.Collections.Generic.IReadOnlyList<";

    private void EmitArms()
    {
        writer.Heading("Arms");
        writer.Open($"""
            /// <summary>One point of the sweep.</summary>
            /// <param name="Seed">The seed from which all of the arm's randomness derives.</param>
            public abstract partial record Arm(int Seed) : {Runtime.Root}ExperimentArm(Seed)
            """);
        for (int i = 0; i < names.Methods.Length; i++)
        {
            if (i > 0)
            {
                writer.Blank();
            }

            EmitArm(names.Methods[i]);
        }

        writer.Close();
    }

    private void EmitArm(MethodNames method)
    {
        AxisSpec[] axes = method.Spec.Axes.ToArray();
        writer.Lines($"/// <summary>An arm of <c>{Text.Xml(method.Spec.Name)}</c>.</summary>");
        foreach ((AxisSpec axis, string name) in axes.Zip(method.Axes, (axis, name) => (axis, name)))
        {
            writer.Lines($"/// <param name=\"{name}\"><c>{Text.Xml(axis.Key)}</c>.</param>");
        }

        string parameters = string.Concat(axes.Zip(method.Axes, (axis, name) => $"{axis.CSharpType} {name}, "));
        string settings = string.Join(", ", axes.Zip(method.Axes, (axis, name) => $"new({Literal.Of(axis.Name)}, {name})"));
        writer.Open($"""
            /// <param name="Seed">The seed from which all of the arm's randomness derives.</param>
            public sealed partial record {method.Record}({parameters}int Seed) : Arm(Seed)
            """);
        writer.Lines($$"""
            /// <inheritdoc/>
            public override string Method => {{Literal.Of(method.Spec.Name)}};

            /// <inheritdoc/>
            public override {{Runtime.ImmutableArray}}<{{Runtime.Root}}Setting> Settings => [{{settings}}];
            """);
        EmitListEquality(method, axes);
        writer.Close();
    }

    /// <summary>Lists compare by identity, arms by value: a record with a list says so itself.</summary>
    private void EmitListEquality(MethodNames method, AxisSpec[] axes)
    {
        if (!axes.Any(IsList))
        {
            return;
        }

        string[] lists = method.Axes.Where((_, i) => IsList(axes[i])).ToArray();
        string[] others = method.Axes.Where((_, i) => !IsList(axes[i])).Append("Seed").ToArray();
        string equal = string.Join("\n    && ", others.Select(name => $"{name} == other.{name}")
            .Concat(lists.Select(name => $"global::System.Linq.Enumerable.SequenceEqual({name}, other.{name})")));
        string hashed = string.Join(", ", others.Concat(lists.Select(name => name + ".Count")));
        writer.Lines($$"""

            /// <inheritdoc/>
            public bool Equals({{method.Record}}? other) => other is not null
                && {{equal}};

            /// <inheritdoc/>
            public override int GetHashCode() => ({{hashed}}).GetHashCode();
            """);
    }

    private static bool IsList(AxisSpec axis) => axis.CSharpType.StartsWith(ListPrefix, StringComparison.Ordinal);
}
