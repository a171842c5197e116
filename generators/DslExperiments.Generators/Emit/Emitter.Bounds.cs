using DslExperiments.Specs;

namespace DslExperiments.Generators.Emit;

/// <summary>What is proven about arms before they run, as named constants that the arms refer to.</summary>
internal sealed partial class Emitter
{
    private readonly Dictionary<ProvenBoundSpec, string> bounds = new();

    private void EmitBounds()
    {
        ProvenBoundSpec[] all = spec.Profiles.SelectMany(profile => profile.Arms).SelectMany(arm => arm.Bounds).Distinct().ToArray();
        if (all.Length == 0 && spec.BoundConstants.IsEmpty)
        {
            return;
        }

        writer.Heading("Bounds");
        writer.Lines(string.Join("\n\n", spec.BoundConstants.Select(Constant).Concat(all.GroupBy(Name, StringComparer.Ordinal).SelectMany(Numbered))));
    }

    private string Constant(BoundConstantSpec constant) => $"""
        /// <summary>{Text.Xml(constant.Statement)}: {Text.Xml(constant.Doc)}.</summary>
        public const long {names.Class.Take(constant.Name, "Bound")} = {Literal.Of(constant.Value)};
        """;

    /// <summary>Bounds of one name and other values, such as those of several updates, get a number.</summary>
    private IEnumerable<string> Numbered(IGrouping<string, ProvenBoundSpec> alike) =>
        alike.Select((bound, i) => Bound(bound, names.Class.Take(i == 0 ? alike.Key : alike.Key + "No" + Literal.Of(i + 1), "Bound")));

    private string Bound(ProvenBoundSpec bound, string name)
    {
        bounds.Add(bound, name);
        string per = bound.Per is null ? "" : ", " + Literal.Of(bound.Per);
        return $$"""
            /// <summary>{{Text.Xml(Meaning(bound))}} Every run is held against it.</summary>
            public static {{Runtime.Root}}ProvenBound {{name}} { get; } =
                new({{Literal.Of(bound.Statement)}}, {{Literal.Of(bound.Metric)}}, {{Literal.Of(bound.Value)}}{{per}});
            """;
    }

    /// <summary>Statement and metrics, letters and digits alone: <c>D6OutputGapPerInputGap</c>.</summary>
    private static string Name(ProvenBoundSpec bound)
    {
        string words = bound.Statement + "_" + bound.Metric + (bound.Per is null ? "" : "_per_" + bound.Per);
        return CSharpNames.Pascal(new string(words.Select(c => char.IsLetterOrDigit(c) ? c : '_').ToArray()));
    }

    private string BoundsOf(ArmSpec arm) =>
        arm.Bounds.IsEmpty ? "" : ", Bounds: [" + string.Join(", ", arm.Bounds.Select(bound => bounds[bound])) + "]";

    private static string Meaning(ProvenBoundSpec bound) => $"{bound.Statement}: {bound.Metric} is " + bound switch
    {
        { Per: not null, Value: 1 } => $"at least {bound.Per}.",
        { Per: not null } => $"at least {NumberText.Format(bound.Value)} times {bound.Per}.",
        { Value: 0 } => "above 0, by an amount that the data decides.",
        _ => $"at least {NumberText.Format(bound.Value)}.",
    };
}
