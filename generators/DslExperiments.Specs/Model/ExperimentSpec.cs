namespace DslExperiments.Specs;

/// <summary>
/// What one spec means: checked, every default filled in, value-equal and free of positions, so that an edit that
/// changes nothing but layout compares equal.
/// </summary>
/// <param name="Name">The file's name without extension: <c>single-layer-limit</c>.</param>
/// <param name="Folder">Its folder below the specs' root, with <c>/</c>: <c>theory</c>; empty at the root.</param>
/// <param name="Summary">One sentence for people.</param>
/// <param name="Source">Where the claim comes from, or null.</param>
/// <param name="Methods">The methods in the order of the file, with the axes that each arm carries.</param>
/// <param name="Metrics">What is measured on every arm.</param>
/// <param name="Expectations">What must hold over the arms.</param>
/// <param name="Profiles">The resolved settings by profile; the first is the full study, named <c>full</c>.</param>
/// <param name="CanonicalText">
/// The spec as YAML after <c>extends</c>, with normalised scalars and without comments: equal for equal meanings.
/// Compiling it again gives this model.
/// </param>
/// <param name="CustomTask">The C# class that makes the data, or null when the runtime does.</param>
public sealed record ExperimentSpec(
    string Name,
    string Folder,
    string Summary,
    SourceSpec? Source,
    EquatableArray<MethodSpec> Methods,
    EquatableArray<MetricSpec> Metrics,
    EquatableArray<ExpectationSpec> Expectations,
    EquatableArray<ProfileSpec> Profiles,
    string CanonicalText,
    CustomTaskSpec? CustomTask = null)
{
    /// <summary>What theory says about the number of parameters of the full study.</summary>
    public EquatableArray<BoundConstantSpec> BoundConstants { get; init; }

    /// <summary>The name by which people and commands call it when the short one is ambiguous: <c>theory/single-layer-limit</c>.</summary>
    public string FullName => Folder.Length == 0 ? Name : Folder + "/" + Name;
}

/// <summary>The paper and statement that a spec carries.</summary>
public sealed record SourceSpec(string Paper, string? Claim);

/// <summary>A task of the user's own.</summary>
/// <param name="TypeName">The class's full name without <c>global::</c>: <c>My.Namespace.Family</c>.</param>
public sealed record CustomTaskSpec(string TypeName);

/// <summary>A method of the spec and the axes along which its arms differ.</summary>
/// <param name="Name">The key: <c>prompt</c>.</param>
/// <param name="Axes">The swept fields, in the order of the arm's constructor; the seed comes after them.</param>
public sealed record MethodSpec(string Name, EquatableArray<AxisSpec> Axes);

/// <summary>One swept field.</summary>
/// <param name="Name">The name in expectations and reports: <c>learning_rate</c>; unique within the method.</param>
/// <param name="Section">Which part of the arm's settings it changes.</param>
/// <param name="Member">The C# property path inside that part's options: <c>LearningRate</c>, <c>Mlp.Hidden</c>.</param>
/// <param name="CSharpType">The property's C# type: <c>int</c>, <c>double</c>, <c>bool</c>, <c>string</c> or a <c>global::</c> name.</param>
/// <param name="Key">The full key in the spec: <c>methods.prompt.training.learning_rate</c>.</param>
public sealed record AxisSpec(string Name, SettingsSection Section, string Member, string CSharpType, string Key);

/// <summary>The parts of an arm's settings.</summary>
public enum SettingsSection
{
    /// <summary>The network that is adapted.</summary>
    Backbone,

    /// <summary>What is learned.</summary>
    Task,

    /// <summary>How the backbone is adapted.</summary>
    Method,

    /// <summary>Optimiser, schedule, steps.</summary>
    Training,

    /// <summary>Optimiser, schedule, steps of the pretraining.</summary>
    PretrainTraining,
}

/// <summary>A named set of settings and the arms that it trains.</summary>
/// <param name="Name"><c>full</c>, or the key under <c>profiles:</c>.</param>
/// <param name="Backbone">Options of the backbone; swept fields hold their first value.</param>
/// <param name="Task">Options of the task.</param>
/// <param name="Methods">Options of each method, in the order of <see cref="ExperimentSpec.Methods"/>.</param>
/// <param name="Arms">The grid, method by method, axes in order, the seed varying fastest.</param>
public sealed record ProfileSpec(
    string Name,
    OptionsSpec Backbone,
    OptionsSpec Task,
    EquatableArray<MethodSettingsSpec> Methods,
    EquatableArray<ArmSpec> Arms)
{
    /// <summary>How the backbone is trained before it is frozen, or null; present in all profiles of a spec or in none.</summary>
    public PretrainSpec? Pretrain { get; init; }

    /// <summary>Options of the successive halving that drops arms, or null when every arm is trained to its end.</summary>
    public OptionsSpec? Halving { get; init; }
}

/// <summary>The pretraining stage.</summary>
/// <param name="Task">Options of its task.</param>
/// <param name="Training">How it is trained.</param>
public sealed record PretrainSpec(OptionsSpec Task, OptionsSpec Training);

/// <summary>A method's own options and how it is trained.</summary>
public sealed record MethodSettingsSpec(string Name, OptionsSpec Options, OptionsSpec Training);

/// <summary>Values for one C# options record of the runtime.</summary>
/// <param name="CSharpType">The record's name: <c>global::DslExperiments.Backbones.TransformerOptions</c>.</param>
/// <param name="Values">Every field, in the order of the field table; nested records are <see cref="SpecValue.Options"/>.</param>
public sealed record OptionsSpec(string CSharpType, EquatableArray<FieldValue> Values)
{
    /// <summary>True when the property that holds the record is of a base type, so that C# must name this one.</summary>
    public bool IsDerived { get; init; }
}

/// <summary>The value of one property of an options record.</summary>
/// <param name="Key">The key.</param>
/// <param name="Member">The property.</param>
/// <param name="Value">The value.</param>
/// <param name="IsDefault">True when the record has this value by itself.</param>
public sealed record FieldValue(string Key, string Member, SpecValue Value, bool IsDefault = false);

/// <summary>One arm: a point of the sweep.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Values">One value per axis of the method.</param>
/// <param name="Seed">The seed from which all of the arm's randomness derives.</param>
/// <param name="TrainableParameters">How many numbers the arm trains.</param>
/// <param name="Bounds">What is proven about its metrics.</param>
public sealed record ArmSpec(
    string Method, EquatableArray<SpecValue> Values, int Seed, long TrainableParameters, EquatableArray<ProvenBoundSpec> Bounds = default);

/// <summary>A metric of the spec.</summary>
/// <param name="Name">As written: <c>train.mse</c>; <c>custom.</c>… for one that the user's partial class measures.</param>
/// <param name="Member">The property of the generated <c>Metrics</c>: <c>TrainMse</c>.</param>
/// <param name="CSharpType">The runtime's metric class, or null for a custom one.</param>
/// <param name="LowerIsBetter">What <c>best()</c> means.</param>
public sealed record MetricSpec(string Name, string Member, string? CSharpType, bool LowerIsBetter)
{
    /// <summary>The metric of a name, <c>custom.</c>… included; null when there is none.</summary>
    public static MetricSpec? Named(string name)
    {
        if (Metrics.Find(name) is Metric metric)
        {
            return new MetricSpec(name, CSharpNames.Pascal(name), metric.CSharpType, metric.LowerIsBetter);
        }

        string own = name.StartsWith(Metrics.CustomPrefix, StringComparison.Ordinal) ? name.Substring(Metrics.CustomPrefix.Length) : "";
        return CSharpNames.IsIdentifier(own) && CSharpNames.IsName(own) ? new MetricSpec(name, CSharpNames.Pascal(name), null, true) : null;
    }
}

/// <summary>A value of the spec after its field's type was applied.</summary>
public abstract record SpecValue
{
    private SpecValue() { }

    /// <summary>A whole number.</summary>
    public sealed record Int(long Value) : SpecValue;

    /// <summary>A real number; equal spellings are equal values.</summary>
    public sealed record Number(double Value) : SpecValue;

    /// <summary>True or false.</summary>
    public sealed record Bool(bool Value) : SpecValue;

    /// <summary>Free text.</summary>
    public sealed record Text(string Value) : SpecValue;

    /// <summary>One of a fixed set of words, a C# enum member.</summary>
    /// <param name="Word">As in the spec: <c>inverse_sqrt</c>.</param>
    /// <param name="CSharpType">The enum: <c>global::DslExperiments.Backbones.AttentionScale</c>.</param>
    /// <param name="Member"><c>InverseSqrt</c>.</param>
    public sealed record Choice(string Word, string CSharpType, string Member) : SpecValue;

    /// <summary>A named thing with arguments, <c>uniform(0.5)</c>; a C# record constructed from them.</summary>
    /// <param name="Function"><c>uniform</c>.</param>
    /// <param name="CSharpType">The record to construct.</param>
    /// <param name="Arguments">All arguments, defaults filled in.</param>
    public sealed record Call(string Function, string CSharpType, EquatableArray<SpecValue> Arguments) : SpecValue;

    /// <summary>A list that is one value, such as the projections that LoRA adapts.</summary>
    /// <param name="ItemCSharpType">The items' C# type.</param>
    /// <param name="Items">The items in the order written.</param>
    public sealed record List(string ItemCSharpType, EquatableArray<SpecValue> Items) : SpecValue;

    /// <summary>A nested options record.</summary>
    public sealed record Options(OptionsSpec Value) : SpecValue;
}
