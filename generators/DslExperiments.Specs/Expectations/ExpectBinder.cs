namespace DslExperiments.Specs;

/// <summary>Gives names and types to parsed expectations.</summary>
/// <param name="methods">The spec's methods with their axes.</param>
/// <param name="metrics">What is measured.</param>
/// <param name="knowsMetrics">False when some of them could not be read.</param>
/// <param name="grids">The arms of the full study, or null when there are none to be matched.</param>
/// <param name="seeds">The seeds of the full study.</param>
/// <param name="bag">Takes the findings.</param>
internal sealed class ExpectBinder(MethodAxes[] methods, List<MetricSpec> metrics, bool knowsMetrics, Grid[]? grids, int[] seeds, DiagnosticBag bag)
{
    private readonly FilterBinder filters = new(grids, seeds, bag);

    /// <summary>Types a line; null after an error.</summary>
    public ExpectationSpec? Bind(ScalarNode line, ExpectSyntax syntax)
    {
        TypedNode? typed = Bind(syntax, line);
        if (typed is null)
        {
            return null;
        }

        if (!typed.IsCondition)
        {
            Report(ExpectRules.Type, line, syntax, $"an expectation is a condition, such as … < 1e-3, and this is {typed.Kind}");
            return null;
        }

        return new ExpectationSpec(typed.Text, typed.Node);
    }

    private TypedNode? Bind(ExpectSyntax syntax, ScalarNode line)
    {
        switch (syntax)
        {
            case ExpectSyntax.Number number:
                return new TypedNode(
                    new ExpectNode.Literal(number.Value),
                    false,
                    null,
                    NumberText.Format(number.Value),
                    number.Value < 0 ? TypedNode.Minus : TypedNode.Primary);
            case ExpectSyntax.Path path:
                return BindPath(path, line);
            case ExpectSyntax.Call call:
                return BindCall(call, line);
            case ExpectSyntax.Unary unary:
                return BindUnary(unary, line);
            default:
                ExpectSyntax.Binary binary = (ExpectSyntax.Binary)syntax;
                TypedNode? left = Bind(binary.Left, line);
                TypedNode? right = Bind(binary.Right, line);
                return left is null || right is null ? null : BindBinary(binary, left, right, line);
        }
    }

    private TypedNode? BindPath(ExpectSyntax.Path path, ScalarNode line)
    {
        MethodAxes? method = Array.Find(methods, m => m.Method == path.Method);
        if (method is null)
        {
            bool isMetric = Metrics.Find(path.Method + "." + path.Metric) is not null || metrics.Exists(m => m.Name == path.Method + "." + path.Metric);
            string hint = isMetric
                ? $"; write METHOD.{path.Method}.{path.Metric}, such as {methods[0].Method}.{path.Method}.{path.Metric}"
                : Suggestions.For(path.Method, methods.Select(m => m.Method));
            Report(ExpectRules.UnknownMethod, line, path.Start, path.MethodEnd, $"no method {Suggestions.Quote(path.Method)} in this spec{hint}");
        }

        bool measured = path.Metric == Metrics.TrainableParameters || metrics.Exists(metric => metric.Name == path.Metric);
        if (!measured && knowsMetrics && (method is not null || Metrics.Find(path.Method + "." + path.Metric) is null))
        {
            bool exists = Metrics.Find(path.Metric) is not null || path.Metric.StartsWith(Metrics.CustomPrefix, StringComparison.Ordinal);
            Report(
                exists ? ExpectRules.NotMeasured : ExpectRules.UnknownMetric,
                line,
                path.MetricStart,
                path.End,
                exists
                    ? $"metric {Suggestions.Quote(path.Metric)} is not measured; add it to metrics:"
                    : $"unknown metric {Suggestions.Quote(path.Metric)}{Suggestions.For(path.Metric, metrics.Select(m => m.Name).Concat(new[] { Metrics.TrainableParameters }))}");
        }

        if (method is null || !measured)
        {
            return null;
        }

        if (filters.Bind(path, method, line) is not EquatableArray<ArmFilter> bound)
        {
            return null;
        }

        string selection = path.Method + (bound.IsEmpty ? "" : "[" + string.Join(", ", bound) + "]");
        return new TypedNode(
            new ExpectNode.Path(path.Method, bound, path.Metric),
            false,
            new Selection(path.Method, selection, default),
            selection + "." + path.Metric,
            TypedNode.Primary);
    }

    private TypedNode? BindUnary(ExpectSyntax.Unary unary, ScalarNode line)
    {
        TypedNode? operand = Bind(unary.Operand, line);
        if (operand is null)
        {
            return null;
        }

        bool isNot = unary.Operator == "not";
        if (operand.IsCondition != isNot)
        {
            Report(ExpectRules.Type, line, unary.Operand, isNot ? $"'not' wants a condition, not {operand.Kind}" : $"'-' wants a number, not {operand.Kind}");
            return null;
        }

        return isNot
            ? new TypedNode(new ExpectNode.Not(operand.Node), true, operand.Arms, "not " + operand.Inside(TypedNode.Not), TypedNode.Not)
            : new TypedNode(new ExpectNode.Function("-", operand.Node), false, operand.Arms, "-" + operand.Inside(TypedNode.Minus), TypedNode.Minus);
    }

    private TypedNode? BindBinary(ExpectSyntax.Binary binary, TypedNode left, TypedNode right, ScalarNode line)
    {
        string symbol = binary.Operator;
        bool isLogical = symbol is "and" or "or";
        string wanted = isLogical ? "conditions" : "numbers";
        bool ok = true;
        foreach ((TypedNode side, ExpectSyntax syntax) in new[] { (left, binary.Left), (right, binary.Right) })
        {
            if (side.IsCondition != isLogical)
            {
                Report(ExpectRules.Type, line, syntax, $"'{symbol}' wants {wanted}, and this is {side.Kind}");
                ok = false;
            }
        }

        if (ok && left.Arms is not null && right.Arms is not null && left.Arms != right.Arms)
        {
            Report(
                ExpectRules.Selection,
                line,
                binary,
                $"'{symbol}' cannot pair {left.Kind} with {right.Kind}; aggregate one of them, or select the same arms with the same text");
            ok = false;
        }

        if (!ok)
        {
            return null;
        }

        Selection? arms = left.Arms ?? right.Arms;
        int precedence = symbol switch
        {
            "or" => TypedNode.Or,
            "and" => TypedNode.And,
            "+" or "-" => TypedNode.Sum,
            "*" or "/" => TypedNode.Product,
            _ => TypedNode.Comparison,
        };
        bool chains = precedence != TypedNode.Comparison;
        string text = left.Inside(chains ? precedence : precedence + 1) + " " + symbol + " " + right.Inside(precedence + 1);
        ExpectNode node = precedence switch
        {
            TypedNode.Or or TypedNode.And => new ExpectNode.Logical(symbol, left.Node, right.Node),
            TypedNode.Comparison => new ExpectNode.Comparison(symbol, left.Node, right.Node),
            _ => new ExpectNode.Arithmetic(symbol, left.Node, right.Node),
        };
        return new TypedNode(node, precedence <= TypedNode.Comparison, arms, text, precedence);
    }

    private TypedNode? BindCall(ExpectSyntax.Call call, ScalarNode line)
    {
        ExpectFunction? function = ExpectFunction.Find(call.Name);
        TypedNode?[] arguments = new TypedNode?[call.Arguments.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = Bind(call.Arguments[i], line);
        }

        if (function is null)
        {
            Report(ExpectRules.UnknownFunction, line, call.Start, call.NameEnd, $"unknown function {Suggestions.Quote(call.Name)}{Suggestions.For(call.Name, ExpectFunction.All.Select(f => f.Name))}");
            return null;
        }

        string keyword = function.Shape == ExpectShape.Trend ? "along" : function.Shape == ExpectShape.Map ? "" : "over";
        int wanted = function.Shape == ExpectShape.Quantile ? 2 : 1;
        bool fits = call.Arguments.Length == wanted
            && call.Named.Length <= (keyword.Length == 0 ? 0 : 1)
            && (function.Shape != ExpectShape.Trend || call.Named.Length == 1);
        foreach (NamedArgument named in call.Named)
        {
            fits &= named.Name == keyword;
        }

        if (!fits)
        {
            Report(ExpectRules.Arguments, line, call, $"{function.Name} is used as {function.Signature}");
            return null;
        }

        if (Array.IndexOf(arguments, null) >= 0)
        {
            return null;
        }

        NamedArgument? axis = call.Named.Length == 1 ? call.Named[0] : null;
        return function.Shape switch
        {
            ExpectShape.Map => BindMap(call, arguments[0]!, line),
            ExpectShape.Trend => BindTrend(call, arguments[0]!, axis!, line),
            _ => BindAggregate(function, call, arguments, axis, line),
        };
    }

    private TypedNode? BindMap(ExpectSyntax.Call call, TypedNode operand, ScalarNode line)
    {
        if (operand.IsCondition)
        {
            Report(ExpectRules.Type, line, call.Arguments[0], $"{call.Name} wants a number, not {operand.Kind}");
            return null;
        }

        return new TypedNode(new ExpectNode.Function(call.Name, operand.Node), false, operand.Arms, $"{call.Name}({operand.Text})", TypedNode.Primary);
    }

    private TypedNode? BindAggregate(ExpectFunction function, ExpectSyntax.Call call, TypedNode?[] arguments, NamedArgument? over, ScalarNode line)
    {
        TypedNode operand = arguments[0]!;
        bool wantsCondition = function.Shape == ExpectShape.Count;
        if (operand.IsCondition != wantsCondition || operand.Arms is null)
        {
            Report(ExpectRules.Type, line, call.Arguments[0], $"{call.Name} wants {(wantsCondition ? "a condition per arm" : "a series, one number per arm")}, not {operand.Kind}");
            return null;
        }

        double? fraction = null;
        string text = $"{call.Name}({operand.Text}";
        if (function.Shape == ExpectShape.Quantile)
        {
            if (arguments[1]!.Node is not ExpectNode.Literal { Value: >= 0 and <= 1 } literal)
            {
                Report(ExpectRules.Arguments, line, call.Arguments[1], "quantile's fraction is a number from 0 to 1");
                return null;
            }

            fraction = literal.Value;
            text += ", " + NumberText.Format(literal.Value);
        }

        bool lowerIsBetter = false;
        if (call.Name == "best")
        {
            if (Orientation(operand.Node) is not bool orientation)
            {
                Report(ExpectRules.Type, line, call.Arguments[0], "best wants a metric of which it is known whether lower is better; use min or max");
                return null;
            }

            lowerIsBetter = orientation;
        }

        Selection? arms = null;
        if (over is not null)
        {
            MethodAxes method = Array.Find(methods, m => m.Method == operand.Arms.Method)!;
            if (!CheckAxis(method, over, line))
            {
                return null;
            }

            if (operand.Arms.Over.Contains(over.Value))
            {
                Report(ExpectRules.UnknownAxis, line, over.ValueStart, over.ValueStart + over.Value.Length, $"the axis '{over.Value}' is already gone from {operand.Kind}");
                return null;
            }

            arms = operand.Arms with { Over = operand.Arms.Over.Concat(new[] { over.Value }).OrderBy(name => name, StringComparer.Ordinal).ToEquatableArray() };
            text += ", over: " + over.Value;
        }

        return new TypedNode(new ExpectNode.Aggregate(call.Name, operand.Node, fraction, over?.Value, lowerIsBetter), false, arms, text + ")", TypedNode.Primary);
    }

    private TypedNode? BindTrend(ExpectSyntax.Call call, TypedNode operand, NamedArgument along, ScalarNode line)
    {
        if (operand.IsCondition || operand.Arms is not null)
        {
            Report(ExpectRules.Type, line, call.Arguments[0], $"{call.Name} wants a scalar, such as mean(…), not {operand.Kind}");
            return null;
        }

        List<string> used = new();
        CollectMethods(operand.Node, used);
        if (used.Count == 0)
        {
            Report(ExpectRules.Type, line, call.Arguments[0], $"{call.Name} wants a scalar that depends on the arms");
            return null;
        }

        bool ok = true;
        foreach (string name in used)
        {
            ok &= CheckAxis(Array.Find(methods, m => m.Method == name)!, along, line);
        }

        return ok
            ? new TypedNode(new ExpectNode.Trend(call.Name == "increasing", operand.Node, along.Value), true, null, $"{call.Name}({operand.Text}, along: {along.Value})", TypedNode.Primary)
            : null;
    }

    private bool CheckAxis(MethodAxes method, NamedArgument axis, ScalarNode line)
    {
        if (axis.Value == FilterBinder.Seed || method.Find(axis.Value) is not null)
        {
            return true;
        }

        Report(ExpectRules.UnknownAxis, line, axis.ValueStart, axis.ValueStart + axis.Value.Length, FilterBinder.UnknownAxis(method, axis.Value));
        return false;
    }

    /// <summary>Whether lower is better for a metric, seen through aggregates; null when unknown or mixed.</summary>
    private static bool? Orientation(ExpectNode node) => node switch
    {
        ExpectNode.Path { Metric: Metrics.TrainableParameters } => true,
        ExpectNode.Path path => Metrics.Find(path.Metric)?.LowerIsBetter,
        ExpectNode.Aggregate { Function: not "count" } aggregate => Orientation(aggregate.Operand),
        _ => null,
    };

    private static void CollectMethods(ExpectNode node, List<string> found)
    {
        switch (node)
        {
            case ExpectNode.Path path:
                if (!found.Contains(path.Method))
                {
                    found.Add(path.Method);
                }

                break;
            case ExpectNode.Aggregate aggregate:
                CollectMethods(aggregate.Operand, found);
                break;
            case ExpectNode.Function function:
                CollectMethods(function.Operand, found);
                break;
            case ExpectNode.Arithmetic arithmetic:
                CollectMethods(arithmetic.Left, found);
                CollectMethods(arithmetic.Right, found);
                break;
            case ExpectNode.Comparison comparison:
                CollectMethods(comparison.Left, found);
                CollectMethods(comparison.Right, found);
                break;
            case ExpectNode.Logical logical:
                CollectMethods(logical.Left, found);
                CollectMethods(logical.Right, found);
                break;
            case ExpectNode.Not not:
                CollectMethods(not.Operand, found);
                break;
        }
    }

    private void Report(DiagnosticRule rule, ScalarNode line, ExpectSyntax at, string message) => Report(rule, line, at.Start, at.End, message);

    private void Report(DiagnosticRule rule, ScalarNode line, int start, int end, string message) =>
        bag.Report(rule, line, line.Part(start, end - start), message);
}
