namespace DslExperiments.Specs;

/// <summary>A parsed expectation before its names and types are known.</summary>
/// <param name="Start">Where it begins in the text.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Depth">Number of nodes on the longest way down.</param>
internal abstract record ExpectSyntax(int Start, int End, int Depth)
{
    internal sealed record Number(int Start, int End, double Value) : ExpectSyntax(Start, End, 1);

    internal sealed record Path(int Start, int End, string Method, FilterSyntax[] Filters, string Metric, int MetricStart) : ExpectSyntax(Start, End, 1)
    {
        public int MethodEnd => Start + Method.Length;
    }

    internal sealed record Call(int Start, int End, int Depth, string Name, ExpectSyntax[] Arguments, NamedArgument[] Named) : ExpectSyntax(Start, End, Depth)
    {
        public int NameEnd => Start + Name.Length;
    }

    internal sealed record Unary(int Start, ExpectSyntax Operand, string Operator) : ExpectSyntax(Start, Operand.End, Operand.Depth + 1);

    internal sealed record Binary(string Operator, int OperatorStart, ExpectSyntax Left, ExpectSyntax Right)
        : ExpectSyntax(Left.Start, Right.End, Math.Max(Left.Depth, Right.Depth) + 1);
}

/// <summary><c>over: learning_rate</c>.</summary>
internal sealed record NamedArgument(string Name, int Start, string Value, int ValueStart);

/// <summary><c>rank &gt;= 2</c> in brackets.</summary>
internal sealed record FilterSyntax(string Axis, int AxisStart, string Operator, int OperatorStart, string Value, int ValueStart);
