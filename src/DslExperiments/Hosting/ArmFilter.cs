using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DslExperiments.Hosting;

/// <summary>
/// <c>--arm</c>: a method (<c>prompt</c>), conditions on axes (<c>length&gt;=8</c>, <c>seed=0,rank=2</c>), or both
/// (<c>prompt[length&gt;=8, seed=0]</c>), as in expectations; a number may be compared with another axis of the same arm
/// (<c>rank&gt;=sequences</c>). Several filters select what any of them selects.
/// </summary>
internal sealed partial class ArmFilter
{
    private const string Seed = "seed";
    private readonly ImmutableArray<Clause> _clauses;

    private ArmFilter(ImmutableArray<Clause> clauses) => _clauses = clauses;

    /// <summary>Reads filters and checks their names against the arms.</summary>
    /// <exception cref="ExperimentUsageException">Malformed, an unknown name, or no arm matches.</exception>
    public static ArmFilter Parse(ImmutableArray<string> filters, IReadOnlyList<ExperimentArm> arms)
    {
        var filter = new ArmFilter([.. filters.Select(text => ParseClause(text, arms))]);
        foreach (var (clause, text) in filter._clauses.Zip(filters))
        {
            if (!arms.Any(clause.Matches))
            {
                throw new ExperimentUsageException($"No arm matches '{text}'.{Hint(clause, arms)}");
            }
        }

        return filter;
    }

    /// <summary>True when any filter selects the arm, or there is none.</summary>
    public bool Matches(ExperimentArm arm) => _clauses.IsEmpty || _clauses.Any(clause => clause.Matches(arm));

    private static Clause ParseClause(string text, IReadOnlyList<ExperimentArm> arms)
    {
        var match = Shape().Match(text);
        if (!match.Success)
        {
            throw new ExperimentUsageException(
                $"'{text}' is no filter of arms. Write a method, conditions, or both: prompt, length>=8, prompt[length>=8, seed=0].");
        }

        var method = match.Groups["method"].Success ? match.Groups["method"].Value : null;
        var methods = arms.Select(static arm => arm.Method).Distinct().ToArray();
        if (method is not null && !methods.Contains(method))
        {
            throw new ExperimentUsageException($"There is no method '{method}'.{NearestNames.Hint(method, methods)}");
        }

        string[] axes = [.. arms.Where(arm => method is null || arm.Method == method)
            .SelectMany(static arm => arm.Settings).Select(static setting => setting.Name).Append(Seed).Distinct()];
        var conditions = SplitOutsideParentheses(match.Groups["conditions"].Value).Select(condition =>
        {
            var parts = Condition().Match(condition);
            if (!parts.Success)
            {
                throw new ExperimentUsageException($"'{condition.Trim()}' in '{text}' is no condition. Write axis=value, or != < <= > >=.");
            }

            var axis = parts.Groups["axis"].Value;
            return axes.Contains(axis)
                ? new AxisCondition(axis, parts.Groups["operator"].Value, parts.Groups["value"].Value.Trim())
                : throw new ExperimentUsageException($"{(method is null ? "No arm has" : $"Arms of '{method}' have no")} axis '{axis}'.{NearestNames.Hint(axis, axes)}");
        });
        return new Clause(method, [.. conditions]);
    }

    private static IEnumerable<string> SplitOutsideParentheses(string text)
    {
        var (start, depth) = (0, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                if (i > start || i < text.Length)
                {
                    yield return text[start..i];
                }

                start = i + 1;
            }
            else
            {
                depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            }
        }
    }

    /// <summary>The values that there are, when a single condition on a known axis is what fails.</summary>
    private static string Hint(Clause clause, IReadOnlyList<ExperimentArm> arms) => clause.Conditions is [var only]
        ? $" Values of '{only.Axis}': {string.Join(", ", arms
            .Where(arm => clause.Method is null || arm.Method == clause.Method)
            .Select(arm => only.ValueIn(arm)).OfType<string>().Distinct().Take(12))}."
        : "";

    [GeneratedRegex(@"^\s*(?:(?<method>[a-z_][a-z0-9_]*)\s*(?:\[(?<conditions>[^\[\]]+)\])?|(?<conditions>[a-z_][a-z0-9_.]*\s*[=!<>].*))\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();

    [GeneratedRegex(@"^\s*(?<axis>[a-z_][a-z0-9_.]*)\s*(?<operator>==?|!=|<=?|>=?)\s*(?<value>[^=<>!].*)$", RegexOptions.CultureInvariant)]
    private static partial Regex Condition();

    private sealed record Clause(string? Method, ImmutableArray<AxisCondition> Conditions)
    {
        public bool Matches(ExperimentArm arm) =>
            (Method is null || arm.Method == Method) && Conditions.All(condition => condition.Matches(arm));
    }

    private sealed record AxisCondition(string Axis, string Operator, string Value)
    {
        public string? ValueIn(ExperimentArm arm) => ValueOf(Axis, arm);

        public bool Matches(ExperimentArm arm)
        {
            if (ValueIn(arm) is not { } own)
            {
                return false;
            }

            if (TryNumber(own, out var left) && TryNumber(ValueOf(Value, arm) ?? Value, out var right))
            {
                return Operator switch
                {
                    "=" or "==" => left == right,
                    "!=" => left != right,
                    "<" => left < right,
                    "<=" => left <= right,
                    ">" => left > right,
                    _ => left >= right,
                };
            }

            var same = Tight(own) == Tight(Value);
            return Operator switch
            {
                "=" or "==" => same,
                "!=" => !same,
                _ => throw new ExperimentUsageException($"'{Axis}{Operator}{Value}': only numbers have an order."),
            };
        }

        private static string? ValueOf(string axis, ExperimentArm arm) => axis == Seed
            ? SpecText.Of(arm.Seed)
            : arm.Settings.Where(setting => setting.Name == axis).Select(static setting => setting.Text).FirstOrDefault();

        private static string Tight(string text) => text.Replace(" ", "", StringComparison.Ordinal);

        private static bool TryNumber(string text, out double value) => double.TryParse(
            text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }
}
