namespace DslExperiments.Specs;

/// <summary>One line of <c>expect:</c>, type-checked.</summary>
/// <param name="Text">The line as canonical text: one space around operators, numbers normalised.</param>
/// <param name="Condition">Its meaning; of type condition.</param>
public sealed record ExpectationSpec(string Text, ExpectNode Condition);

/// <summary>
/// A typed node of the expectation language. A <em>series</em> has one number per arm, a <em>scalar</em> is one
/// number, a <em>condition</em> is true or false per arm or as a whole.
/// </summary>
public abstract record ExpectNode
{
    private ExpectNode() { }

    /// <summary>A literal number. Scalar.</summary>
    public sealed record Literal(double Value) : ExpectNode;

    /// <summary>A metric of the arms of one method that pass all filters. Series.</summary>
    /// <param name="Method"><c>prompt</c>.</param>
    /// <param name="Filters">Conditions on axes or on <c>seed</c>.</param>
    /// <param name="Metric">The metric's name; one of <see cref="ExperimentSpec.Metrics"/>, or <c>trainable_parameters</c>.</param>
    public sealed record Path(string Method, EquatableArray<ArmFilter> Filters, string Metric) : ExpectNode;

    /// <summary>
    /// <c>min max mean median best count quantile</c> of a series; <c>quantile</c> has its fraction in
    /// <paramref name="Fraction"/>, <c>count</c> counts the arms of a condition for which it is true.
    /// Without <paramref name="Over"/> a scalar; with it a series in which arms that differ only in that axis are one.
    /// </summary>
    public sealed record Aggregate(string Function, ExpectNode Operand, double? Fraction, string? Over, bool LowerIsBetter) : ExpectNode
    {
        /// <summary>The function's name; declared here because the node type of the same name would hide it.</summary>
        public new string Function { get; init; } = Function;
    }

    /// <summary><c>abs log log10 sqrt</c>, or <c>-</c> for negation, of a scalar or of each element.</summary>
    public sealed record Function(string Name, ExpectNode Operand) : ExpectNode;

    /// <summary><c>+ - * /</c>; series with series only when both select the same arms, else series with scalar.</summary>
    public sealed record Arithmetic(string Operator, ExpectNode Left, ExpectNode Right) : ExpectNode;

    /// <summary><c>&lt; &lt;= &gt; &gt;= == !=</c>. Condition, per arm when a side is a series.</summary>
    public sealed record Comparison(string Operator, ExpectNode Left, ExpectNode Right) : ExpectNode;

    /// <summary>
    /// <c>increasing(e, along: axis)</c> or <c>decreasing</c>: the scalar <paramref name="Operand"/>, evaluated for
    /// each value of the axis in its order, never falls (rises) and ends strictly higher (lower) than it began. Condition.
    /// </summary>
    public sealed record Trend(bool Increasing, ExpectNode Operand, string Along) : ExpectNode;

    /// <summary><c>and or</c>. Condition.</summary>
    public sealed record Logical(string Operator, ExpectNode Left, ExpectNode Right) : ExpectNode;

    /// <summary><c>not</c>. Condition.</summary>
    public sealed record Not(ExpectNode Operand) : ExpectNode;
}

/// <summary>One filter in brackets: <c>rank &gt;= 2</c>.</summary>
/// <param name="Axis">An axis of the method, or <c>seed</c>.</param>
/// <param name="Operator"><c>= != &lt; &lt;= &gt; &gt;=</c>; order only on numbers.</param>
/// <param name="Value">The value, of the axis's type; null when the axis is compared with another one.</param>
/// <param name="Other">The axis of the same arm, or <c>seed</c>, that it is compared with: <c>rank &gt;= sequences</c>; both are numbers.</param>
public sealed record ArmFilter(string Axis, string Operator, SpecValue? Value, string? Other = null)
{
    /// <summary><c>rank&gt;=2</c>.</summary>
    public override string ToString() => Axis + Operator + (Other ?? ValueText.Of(Value!));
}
