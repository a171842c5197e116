namespace DslExperiments.Specs;

/// <summary>Types the filters of a path and checks that some arm passes them.</summary>
/// <param name="grids">The arms of the full study, or null when there are none to be matched.</param>
/// <param name="seeds">The seeds of the full study.</param>
/// <param name="bag">Takes the findings.</param>
internal sealed class FilterBinder(Grid[]? grids, int[] seeds, DiagnosticBag bag)
{
    /// <summary>The axis that every method has.</summary>
    public const string Seed = "seed";

    // An order may be asked of numbers that the field itself cannot have: rank > 0.
    private static readonly FieldType AnyInt = new IntType(int.MinValue, int.MaxValue);
    private static readonly FieldType AnyNumber = new NumberType(double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>The message about an axis that a method does not have.</summary>
    public static string UnknownAxis(MethodAxes method, string name) =>
        $"'{method.Method}' has no axis {Suggestions.Quote(name)}{Suggestions.For(name, method.Axes.Select(axis => axis.Name).Concat(new[] { Seed }))}";

    /// <summary>The filters of a path; null after an error.</summary>
    public EquatableArray<ArmFilter>? Bind(ExpectSyntax.Path path, MethodAxes method, ScalarNode line)
    {
        List<ArmFilter> bound = new();
        bool ok = true;
        foreach (FilterSyntax filter in path.Filters)
        {
            if (BindOne(filter, method, line) is ArmFilter one)
            {
                bound.Add(one);
            }
            else
            {
                ok = false;
            }
        }

        Grid? grid = grids is null ? null : Array.Find(grids, g => g.Method.Name == method.Method);
        if (ok && grid is not null && bound.Count > 1 && !Passes(grid, bound))
        {
            FilterSyntax first = path.Filters[0];
            FilterSyntax last = path.Filters[path.Filters.Length - 1];
            bag.Report(
                ExpectRules.NoArm,
                line,
                line.Part(first.AxisStart, last.ValueStart + last.Value.Length - first.AxisStart),
                $"no arm of '{method.Method}' passes all of these filters");
            ok = false;
        }

        return ok ? bound.ToEquatableArray() : default(EquatableArray<ArmFilter>?);
    }

    private ArmFilter? BindOne(FilterSyntax filter, MethodAxes method, ScalarNode line)
    {
        Axis? axis = method.Find(filter.Axis);
        if (axis is null && filter.Axis != Seed)
        {
            Report(ExpectRules.UnknownAxis, line, filter.AxisStart, filter.Axis.Length, UnknownAxis(method, filter.Axis));
            return null;
        }

        FieldType type = axis is null ? SpecLanguage.Seed : axis.Leaf.Field.Type!;
        bool orders = filter.Operator is not ("=" or "!=");
        if (orders && !type.IsOrdered)
        {
            Report(ExpectRules.FilterOperator, line, filter.OperatorStart, filter.Operator.Length, $"'{filter.Operator}' compares numbers; '{filter.Axis}' has {type.Title}s, which are = or != only");
            return null;
        }

        if (Operand(filter, type, orders, method, line) is not ArmFilter bound)
        {
            return null;
        }

        Grid? grid = grids is null ? null : Array.Find(grids, g => g.Method.Name == method.Method);
        if (grid is not null && !Passes(grid, new List<ArmFilter> { bound }))
        {
            Report(ExpectRules.NoArm, line, filter.AxisStart, filter.ValueStart + filter.Value.Length - filter.AxisStart, $"no arm of '{method.Method}' has {bound}; its values are {Existing(grid, axis)}");
            return null;
        }

        return bound;
    }

    /// <summary>The filter with what the axis is compared with: a value, or for numbers another axis of the same arm.</summary>
    private ArmFilter? Operand(FilterSyntax filter, FieldType type, bool orders, MethodAxes method, ScalarNode line)
    {
        if (type.IsOrdered && (filter.Value == Seed || method.Find(filter.Value) is not null))
        {
            FieldType? other = method.Find(filter.Value)?.Leaf.Field.Type;
            if (other is not null && !other.IsOrdered)
            {
                Report(ExpectRules.FilterOperator, line, filter.ValueStart, filter.Value.Length, $"'{filter.Axis}' has numbers, and '{filter.Value}' has {other.Title}s; only numbers are compared with each other");
                return null;
            }

            return new ArmFilter(filter.Axis, filter.Operator, null, filter.Value);
        }

        if (orders)
        {
            type = type is IntType ? AnyInt : AnyNumber;
        }

        return type.Read(ValueNode(filter, type, line), $"the filter {filter.Axis}", bag) is SpecValue value
            ? new ArmFilter(filter.Axis, filter.Operator, value)
            : null;
    }

    /// <summary>The filter's value as the tree's node that the field's type reads.</summary>
    private static SpecNode ValueNode(FilterSyntax filter, FieldType type, ScalarNode line)
    {
        ScalarNode Scalar(int start, string text) => new(line.Part(start, text.Length), text, false, 0) { InheritedFrom = line.InheritedFrom };
        string value = filter.Value;
        if (type is not WordListType || value[0] != '[' || value[value.Length - 1] != ']')
        {
            return Scalar(filter.ValueStart, value);
        }

        List<SpecNode> items = new();
        int start = 1;
        foreach (string item in value.Substring(1, value.Length - 2).Split(','))
        {
            string word = item.Trim();
            items.Add(Scalar(filter.ValueStart + start + item.Length - item.TrimStart().Length, word));
            start += item.Length + 1;
        }

        return new SequenceNode(line.Part(filter.ValueStart, value.Length), items.ToEquatableArray()) { InheritedFrom = line.InheritedFrom };
    }

    private static string Existing(Grid grid, Axis? axis)
    {
        const int Most = 20;
        IEnumerable<string> values = axis is null
            ? grid.Profile.Seeds.Select(seed => NumberText.Format(seed))
            : grid.Fields[Array.IndexOf(grid.Axes.Axes, axis)].Values.Select(ValueText.Of);
        string[] shown = values.Take(Most + 1).ToArray();
        return string.Join(", ", shown.Take(Most)) + (shown.Length > Most ? ", …" : "");
    }

    private bool Passes(Grid grid, List<ArmFilter> all)
    {
        // Seeds matter only where a filter asks for them.
        int[] asked = all.Exists(filter => filter.Axis == Seed || filter.Other == Seed) ? seeds : new[] { 0 };
        return grid.Points.Exists(point => Array.Exists(asked, seed => all.TrueForAll(filter => Holds(filter, grid, point, seed))));
    }

    /// <summary>True when the arms of a point pass all filters, for some seed of the profile.</summary>
    public static bool Passes(Grid grid, int[] point, EquatableArray<ArmFilter> filters) =>
        Array.Exists(grid.Profile.Seeds, seed => filters.All(filter => Holds(filter, grid, point, seed)));

    private static bool Holds(ArmFilter filter, Grid grid, int[] point, int seed)
    {
        SpecValue left = ValueOf(filter.Axis, grid, point, seed);
        SpecValue right = filter.Value ?? ValueOf(filter.Other!, grid, point, seed);
        return filter.Operator switch
        {
            "=" => filter.Other is null ? left.Equals(right) : Number(left) == Number(right),
            "!=" => filter.Other is null ? !left.Equals(right) : Number(left) != Number(right),
            "<" => Number(left) < Number(right),
            "<=" => Number(left) <= Number(right),
            ">" => Number(left) > Number(right),
            _ => Number(left) >= Number(right),
        };
    }

    private static SpecValue ValueOf(string axis, Grid grid, int[] point, int seed)
    {
        int index = Array.FindIndex(grid.Axes.Axes, known => known.Name == axis);
        return index < 0 ? new SpecValue.Int(seed) : grid.Fields[index].Values[point[index]];
    }

    private static double Number(SpecValue value) => value is SpecValue.Int number ? number.Value : ((SpecValue.Number)value).Value;

    private void Report(DiagnosticRule rule, ScalarNode line, int start, int length, string message) =>
        bag.Report(rule, line, line.Part(start, length), message);
}
