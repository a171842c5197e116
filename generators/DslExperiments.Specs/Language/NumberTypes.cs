namespace DslExperiments.Specs;

/// <summary>A whole number between two bounds.</summary>
internal sealed class IntType(long min, long max) : FieldType
{
    public override string CSharpType => "int";

    public override string Wanted => $"a whole number {Bounds}";

    public override string Title => "int";

    public override string Range => max == int.MaxValue ? $"≥ {NumberText.Format(min)}" : $"{NumberText.Format(min)} … {NumberText.Format(max)}";

    public override bool IsOrdered => true;

    private string Bounds => max == int.MaxValue ? $"of at least {NumberText.Format(min)}" : $"from {NumberText.Format(min)} to {NumberText.Format(max)}";

    public override RangeText? ReadRange(ScalarNode scalar, string key, DiagnosticBag bag)
    {
        string text = scalar.Text.Trim();
        int dots = text.IndexOf("..", StringComparison.Ordinal);
        if (dots < 0)
        {
            return null;
        }

        if (!NumberText.TryParse(text.Substring(0, dots).Trim(), out long first) || !NumberText.TryParse(text.Substring(dots + 2).Trim(), out long last))
        {
            bag.Report(SweepRules.BadRange, scalar, $"{key}: {Suggestions.Quote(text)} is not a range of whole numbers; write 0..4 for 0, 1, 2, 3, 4");
        }
        else if (first > last)
        {
            bag.Report(SweepRules.BadRange, scalar, $"{key}: the range {text} runs backwards; write {NumberText.Format(last)}..{NumberText.Format(first)}");
        }
        else if (Check(scalar, first, key, bag) && Check(scalar, last, key, bag))
        {
            long count = last - first + 1;
            if (count <= Limits.MaxArms)
            {
                SpecValue[] values = new SpecValue[count];
                for (long i = 0; i < count; i++)
                {
                    values[i] = new SpecValue.Int(first + i);
                }

                return new RangeText(values);
            }

            bag.Report(SweepRules.BadRange, scalar, $"{key}: the range {text} has {NumberText.Format(count)} values; at most {Limits.MaxArms} are allowed");
        }

        return new RangeText(Array.Empty<SpecValue>());
    }

    public override void WriteSchema(JsonWriter json)
    {
        json.Property("type", "integer").Property("minimum", min);
        if (max != int.MaxValue)
        {
            json.Property("maximum", max);
        }
    }

    protected override SpecValue? ReadText(ScalarNode node, string text, string key, DiagnosticBag bag)
    {
        if (NumberText.TryParse(text, out long value))
        {
            return Check(node, value, key, bag) ? new SpecValue.Int(value) : null;
        }

        if (text.IndexOf("..", StringComparison.Ordinal) >= 0)
        {
            bag.Report(SweepRules.BadRange, node, $"{key}: the range {Suggestions.Quote(text)} must stand alone, not inside a list");
            return null;
        }

        string hint = NumberText.TryParse(text, out double number) && number == Math.Floor(number) && Math.Abs(number) < 1e15
            ? $"; write {NumberText.Format((long)number)}"
            : "";
        bag.Report(ValueRules.NotAnInt, node, $"{key} wants {Wanted}, not {Suggestions.Quote(text)}{hint}");
        return null;
    }

    private bool Check(ScalarNode node, long value, string key, DiagnosticBag bag)
    {
        if (value >= min && value <= max)
        {
            return true;
        }

        bag.Report(ValueRules.OutOfRange, node, $"{key} wants {Wanted}, not {NumberText.Format(value)}");
        return false;
    }
}

/// <summary>A finite real number between two bounds.</summary>
internal sealed class NumberType(double min, double max, bool aboveMin = false, bool belowMax = false) : FieldType
{
    // A power may differ in its last bit between C libraries, and an axis must not: ranges keep ten digits.
    private const string RangeDigits = "G10";

    public override string CSharpType => "double";

    public override string Wanted => "a number " + Bounds("above ", "of at least ", "below ", "up to ");

    public override string Title => "number";

    public override string Range => Bounds("> ", "≥ ", "< ", "≤ ");

    public override bool IsOrdered => true;

    public override RangeText? ReadRange(ScalarNode scalar, string key, DiagnosticBag bag)
    {
        CallText call = CallText.Parse(scalar.Text);
        if (call.Name is not ("log" or "linear") || !call.HasParentheses)
        {
            return null;
        }

        RangeText none = new(Array.Empty<SpecValue>());
        if (!call.IsWellFormed || call.Arguments.Length != 3
            || !NumberText.TryParse(call.Arguments[0], out double first) || !NumberText.TryParse(call.Arguments[1], out double last)
            || !NumberText.TryParse(call.Arguments[2], out long count))
        {
            bag.Report(SweepRules.BadRange, scalar, $"{key}: {Suggestions.Quote(scalar.Text.Trim())} is not a range; write {call.Name}(first, last, count){call.FlowHint}");
            return none;
        }

        if (count is < 2 or > Limits.MaxArms)
        {
            bag.Report(SweepRules.BadRange, scalar, $"{key}: a range has from 2 to {Limits.MaxArms} values, not {NumberText.Format(count)}");
            return none;
        }

        if (call.Name == "log" && (first <= 0 || last <= 0))
        {
            bag.Report(SweepRules.BadRange, scalar, $"{key}: both ends of log(…) must be above 0");
            return none;
        }

        if (!Check(scalar, first, key, bag) || !Check(scalar, last, key, bag))
        {
            return none;
        }

        SpecValue[] values = new SpecValue[count];
        for (int i = 0; i < count; i++)
        {
            double part = i / (double)(count - 1);
            double value = call.Name == "log"
                ? Math.Pow(10, Math.Log10(first) + (part * (Math.Log10(last) - Math.Log10(first))))
                : first + (part * (last - first));
            values[i] = new SpecValue.Number(i == 0 ? first : i == count - 1 ? last : Rounded(value));
        }

        return new RangeText(values);
    }

    public override void WriteSchema(JsonWriter json)
    {
        json.Property("type", "number");
        if (!double.IsInfinity(min))
        {
            json.Property(aboveMin ? "exclusiveMinimum" : "minimum", min);
        }

        if (!double.IsInfinity(max))
        {
            json.Property(belowMax ? "exclusiveMaximum" : "maximum", max);
        }
    }

    protected override SpecValue? ReadText(ScalarNode node, string text, string key, DiagnosticBag bag)
    {
        if (NumberText.TryParse(text, out double value))
        {
            return Check(node, value, key, bag) ? new SpecValue.Number(value) : null;
        }

        if (CallText.Parse(text) is { HasParentheses: true, Name: "log" or "linear" })
        {
            bag.Report(SweepRules.BadRange, node, $"{key}: the range {Suggestions.Quote(text)} must stand alone, not inside a list");
            return null;
        }

        string hint = text is ".nan" or ".NaN" or ".inf" or "-.inf" or ".Inf" or "-.Inf" or "+.inf" ? "; it must be finite" : "";
        bag.Report(ValueRules.NotANumber, node, $"{key} wants {Wanted}, not {Suggestions.Quote(text)}{hint}");
        return null;
    }

    private static double Rounded(double value)
    {
        System.Globalization.CultureInfo invariant = System.Globalization.CultureInfo.InvariantCulture;
        return double.Parse(value.ToString(RangeDigits, invariant), System.Globalization.NumberStyles.Float, invariant) + 0.0;
    }

    private bool Check(ScalarNode node, double value, string key, DiagnosticBag bag)
    {
        if ((aboveMin ? value > min : value >= min) && (belowMax ? value < max : value <= max))
        {
            return true;
        }

        bag.Report(ValueRules.OutOfRange, node, $"{key} wants {Wanted}, not {NumberText.Format(value)}");
        return false;
    }

    private string Bounds(string above, string atLeast, string below, string atMost)
    {
        string low = double.IsInfinity(min) ? "" : (aboveMin ? above : atLeast) + NumberText.Format(min);
        string high = double.IsInfinity(max) ? "" : (belowMax ? below : atMost) + NumberText.Format(max);
        return low.Length == 0 ? high.Length == 0 ? "of any size" : high : high.Length == 0 ? low : low + " and " + high;
    }
}
