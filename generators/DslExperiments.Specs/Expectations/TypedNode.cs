namespace DslExperiments.Specs;

/// <summary>The arms that a series is about.</summary>
/// <param name="Method">Their method.</param>
/// <param name="Text">Method and filters as canonical text.</param>
/// <param name="Over">Axes along which arms were made one.</param>
internal sealed record Selection(string Method, string Text, EquatableArray<string> Over);

/// <summary>An expectation's node with its type.</summary>
/// <param name="Node">The model.</param>
/// <param name="IsCondition">True for a condition, false for a number.</param>
/// <param name="Arms">What it has one value per arm of; null for a single value.</param>
/// <param name="Text">Canonical text.</param>
/// <param name="Precedence">How strongly the outermost operator binds.</param>
internal sealed record TypedNode(ExpectNode Node, bool IsCondition, Selection? Arms, string Text, int Precedence)
{
    public const int Or = 1;
    public const int And = 2;
    public const int Not = 3;
    public const int Comparison = 4;
    public const int Sum = 5;
    public const int Product = 6;
    public const int Minus = 7;
    public const int Primary = 8;

    /// <summary>What the node is, for messages.</summary>
    public string Kind => (IsCondition, Arms) switch
    {
        (true, null) => "a condition",
        (true, _) => "a condition per arm",
        (false, null) => "a scalar",
        _ => $"a series over {Arms.Text}" + (Arms.Over.IsEmpty ? "" : " without " + string.Join(", ", Arms.Over)),
    };

    /// <summary>The text, in parentheses when the surroundings bind more strongly.</summary>
    public string Inside(int precedence) => Precedence < precedence ? "(" + Text + ")" : Text;
}
