using DslExperiments.Specs;

namespace DslExperiments.Generators.Emit;

/// <summary>
/// <c>expect:</c> as typed C#. Series and scalars of the runtime carry the language's operators, so an expectation reads
/// in C# as it does in the spec; filters are lambdas over typed arms.
/// </summary>
internal sealed partial class Emitter
{
    private const string Expect = Runtime.Expectations + "Expect.";

    // Precedence of C# operators, loosest first; operands that bind more loosely than their operator get parentheses.
    private enum Binding
    {
        Or,
        And,
        Comparison,
        Additive,
        Multiplicative,
        Unary,
        Primary,
    }

    private void EmitExpectations()
    {
        writer.Heading("Expectations");
        writer.Lines("/// <inheritdoc/>");
        writer.Open($$"""protected override {{Runtime.ImmutableArray}}<{{Runtime.Expectations}}Expectation<Arm, Metrics>> ExpectationList { get; } =""", "[");
        foreach (ExpectationSpec expectation in spec.Expectations)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Lines($"new({Literal.Of(expectation.Text)}, static results =>");
            writer.Indentation++;
            writer.Lines(Expression(expectation.Condition, Binding.Or, new Along[0]) + "),");
            writer.Indentation--;
        }

        writer.Close("];");
    }

    private string Expression(ExpectNode node, Binding atLeast, Along[] along)
    {
        (string text, Binding binding) = node switch
        {
            ExpectNode.Literal literal => (Literal.Of(literal.Value), literal.Value < 0 ? Binding.Unary : Binding.Primary),
            ExpectNode.Path path => (Series(path, along), Binding.Primary),
            ExpectNode.Aggregate aggregate => (Aggregate(aggregate, along), Binding.Primary),
            ExpectNode.Function { Name: "-" } negation => ("-" + Expression(negation.Operand, Binding.Primary, along), Binding.Unary),
            ExpectNode.Function function => (Expect + CSharpNames.Pascal(function.Name) + "(" + Expression(function.Operand, Binding.Or, along) + ")", Binding.Primary),
            ExpectNode.Arithmetic { Operator: "+" or "-" } sum => Binary(sum.Operator, sum.Left, sum.Right, Binding.Additive, along),
            ExpectNode.Arithmetic product => Binary(product.Operator, product.Left, product.Right, Binding.Multiplicative, along),
            ExpectNode.Comparison comparison => Comparison(comparison, along),
            ExpectNode.Logical { Operator: "and" } and => Binary("&", and.Left, and.Right, Binding.And, along),
            ExpectNode.Logical or => Binary("|", or.Left, or.Right, Binding.Or, along),
            ExpectNode.Not not => ("!" + Expression(not.Operand, Binding.Primary, along), Binding.Unary),
            ExpectNode.Trend trend => (Trend(trend, along), Binding.Primary),
            _ => throw new NotSupportedException("An expectation of kind " + node.GetType().Name + " has no C# form."),
        };
        return binding < atLeast ? "(" + text + ")" : text;
    }

    private (string Text, Binding Binding) Binary(string symbol, ExpectNode left, ExpectNode right, Binding binding, Along[] along) =>
        (Beside(Expression(left, binding, along), symbol, Expression(right, binding + 1, along)), binding);

    /// <summary>Both sides on one line where they fit.</summary>
    private static string Beside(string left, string symbol, string right) =>
        left + (left.Length + right.Length > SourceWriter.MaxLine ? "\n    " : " ") + symbol + " " + right;

    private (string Text, Binding Binding) Comparison(ExpectNode.Comparison comparison, Along[] along)
    {
        (string text, Binding binding) = Binary(comparison.Operator, comparison.Left, comparison.Right, Binding.Comparison, along);

        // Two literals would be compared by C# itself, which knows no verdicts.
        return IsLiteral(comparison.Left) && IsLiteral(comparison.Right) ? ($"({Runtime.Expectations}Scalar)" + text, binding) : (text, binding);
    }

    private static bool IsLiteral(ExpectNode node) => node switch
    {
        ExpectNode.Literal => true,
        ExpectNode.Function { Name: "-" } negation => IsLiteral(negation.Operand),
        ExpectNode.Arithmetic arithmetic => IsLiteral(arithmetic.Left) && IsLiteral(arithmetic.Right),
        _ => false,
    };

    /// <summary><c>prompt[length=10].train.mse</c>.</summary>
    private string Series(ExpectNode.Path path, Along[] along)
    {
        string arms = Arms(path, along);
        if (path.Metric == "trainable_parameters")
        {
            return arms + ".TrainableParameters";
        }

        int metric = spec.Metrics.Select(known => known.Name).ToList().IndexOf(path.Metric);
        return arms + ".Series(static m => m." + names.Metrics[metric] + ")";
    }

    /// <summary>The arms of a path: those that pass its filters and, inside a trend, have the current value of its axis.</summary>
    private string Arms(ExpectNode.Path path, Along[] along)
    {
        MethodNames method = names.Method(path.Method);
        List<string> conditions = path.Filters.Select(filter => Filter(method, filter)).ToList();
        bool captures = false;
        foreach (Along current in along)
        {
            if (method.Axis(current.Axis) is string member)
            {
                conditions.Add(Equal("arm." + member, current.Variable, IsListAxis(method, current.Axis)));
                captures = true;
            }
        }

        string filters = conditions.Count == 0 ? "" : (captures ? "" : "static ") + "arm => " + string.Join(" && ", conditions);
        return $"results.Of<Arm.{method.Record}>({filters})";
    }

    private static string Filter(MethodNames method, ArmFilter filter)
    {
        string member = "arm." + method.Axis(filter.Axis);
        string value = filter.Value is SpecValue.List list
            ? "new " + list.ItemCSharpType + "[] { " + string.Join(", ", list.Items.Select(Values.Of)) + " }"
            : filter.Other is string other ? "arm." + method.Axis(other) : Values.Of(filter.Value!);
        return filter.Operator switch
        {
            "=" => Equal(member, value, filter.Value is SpecValue.List),
            "!=" when filter.Value is SpecValue.List => "!" + Equal(member, value, isList: true),
            _ => member + " " + filter.Operator + " " + value,
        };
    }

    private static string Equal(string member, string value, bool isList) => isList
        ? $"global::System.Linq.Enumerable.SequenceEqual({member}, {value})"
        : member + " == " + value;

    private static bool IsListAxis(MethodNames method, string axis) => method.Spec.Axes.Any(known => known.Name == axis && IsList(known));

    private string Aggregate(ExpectNode.Aggregate aggregate, Along[] along)
    {
        string arguments = Expression(aggregate.Operand, Binding.Or, along);
        if (aggregate.Fraction is double fraction)
        {
            arguments += ", " + Literal.Of(fraction);
        }

        if (aggregate.Function == "best")
        {
            arguments += ", lowerIsBetter: " + Literal.Of(aggregate.LowerIsBetter);
        }

        if (aggregate.Over is not null)
        {
            MethodNames method = names.Method(PathsOf(aggregate.Operand).First(path => names.Method(path.Method).Axis(aggregate.Over) is not null).Method);
            string erased = IsListAxis(method, aggregate.Over) ? "[]" : "default!";
            arguments += $", over: static (Arm.{method.Record} arm) => arm with {{ {method.Axis(aggregate.Over)} = {erased} }}";
        }

        return Expect + CSharpNames.Pascal(aggregate.Function) + "(" + arguments + ")";
    }

    private string Trend(ExpectNode.Trend trend, Along[] along)
    {
        ExpectNode.Path first = PathsOf(trend.Operand).First(path => names.Method(path.Method).Axis(trend.Along) is not null);
        string variable = CSharpNames.Camel(trend.Along);
        while (along.Any(outer => outer.Variable == variable) || variable is "arm" or "results" or "m")
        {
            variable += "Value";
        }

        string values = Arms(first, along) + ".Values(static arm => arm." + names.Method(first.Method).Axis(trend.Along) + ")";
        string operand = Expression(trend.Operand, Binding.Or, along.Append(new Along(trend.Along, variable)).ToArray());
        string separator = values.Length + operand.Length > SourceWriter.MaxLine ? ",\n    " : ", ";
        return Expect + (trend.Increasing ? "Increasing(" : "Decreasing(") + values + separator + variable + " => " + operand + ")";
    }

    private static IEnumerable<ExpectNode.Path> PathsOf(ExpectNode node) => node switch
    {
        ExpectNode.Path path => new[] { path },
        ExpectNode.Aggregate aggregate => PathsOf(aggregate.Operand),
        ExpectNode.Function function => PathsOf(function.Operand),
        ExpectNode.Arithmetic arithmetic => PathsOf(arithmetic.Left).Concat(PathsOf(arithmetic.Right)),
        ExpectNode.Comparison comparison => PathsOf(comparison.Left).Concat(PathsOf(comparison.Right)),
        ExpectNode.Logical logical => PathsOf(logical.Left).Concat(PathsOf(logical.Right)),
        ExpectNode.Not not => PathsOf(not.Operand),
        ExpectNode.Trend trend => PathsOf(trend.Operand),
        _ => Array.Empty<ExpectNode.Path>(),
    };

    /// <summary>The axis that an enclosing trend walks along, and the lambda's parameter that holds its current value.</summary>
    private sealed record Along(string Axis, string Variable);
}
