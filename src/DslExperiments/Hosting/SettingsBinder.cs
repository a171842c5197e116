using System.Collections.Immutable;
using System.Reflection;
using DslExperiments.Specs;
using DslExperiments.Training;

namespace DslExperiments.Hosting;

/// <summary>
/// Fills an experiment's generated <c>Settings</c> record from a compiled profile. The generator writes the same values
/// as C# text; here they are bound by reflection, and only where <c>--set</c> asks for it.
/// </summary>
internal static class SettingsBinder
{
    /// <summary>A settings record like the generated one.</summary>
    /// <param name="generated">Gives the type.</param>
    /// <param name="original">The spec as it was compiled into the types.</param>
    /// <param name="spec">The spec whose values are bound.</param>
    /// <param name="profile">Its profile.</param>
    public static ExperimentSettings<TArm> Bind<TArm>(
        ExperimentSettings<TArm> generated, ExperimentSpec original, ExperimentSpec spec, ProfileSpec profile)
        where TArm : ExperimentArm
    {
        var type = generated.GetType();
        var types = new SpecTypes(type.Assembly);
        var settings = (ExperimentSettings<TArm>)Activator.CreateInstance(type)!;
        var backbone = types.Create(profile.Backbone);
        var task = types.Create(profile.Task);
        Set(settings, "Profile", profile.Name);
        Set(settings, "Backbone", backbone);
        Set(settings, "Task", task);

        TrainingOptions? pretraining = null;
        if (profile.Pretrain is { } stage)
        {
            pretraining = (TrainingOptions)types.Create(stage.Training);
            Set(settings, "PretrainTask", types.Create(stage.Task));
            Set(settings, "PretrainTraining", pretraining);
        }

        if (profile.Halving is { } halving)
        {
            Set(settings, "Halving", types.Create(halving));
        }

        var parts = new Dictionary<string, (object Options, object Training)>(StringComparer.Ordinal);
        foreach (var method in profile.Methods)
        {
            var bound = (Options: types.Create(method.Options), Training: types.Create(method.Training));
            parts.Add(method.Name, bound);
            Set(settings, method.Name, bound.Options);
            Set(settings, method.Name + "Training", bound.Training);
        }

        var arms = ImmutableArray.CreateBuilder<PlannedArm<TArm>>(profile.Arms.Count);
        foreach (var arm in profile.Arms)
        {
            var axes = original.Methods.First(method => method.Name == arm.Method).Axes;
            var swept = spec.Methods.First(method => method.Name == arm.Method).Axes;
            var (options, training) = parts[arm.Method];
            var values = axes.Select(axis =>
            {
                var position = swept.ToList().FindIndex(other => other.Name == axis.Name);
                return position >= 0 ? (object)arm.Values[position] : Read(SectionOf(axis.Section), axis.Member);
            });
            arms.Add(new PlannedArm<TArm>((TArm)types.CreateArm(typeof(TArm), arm.Method, [.. values], arm.Seed), arm.TrainableParameters, BoundsOf(arm)));

            object SectionOf(SettingsSection section) => section switch
            {
                SettingsSection.Backbone => backbone,
                SettingsSection.Task => task,
                SettingsSection.Method => options,
                SettingsSection.PretrainTraining => pretraining!,
                _ => training,
            };
        }

        Set(settings, "Arms", arms.ToImmutable());
        return settings;
    }

    private static ProvenBound[]? BoundsOf(ArmSpec arm) => arm.Bounds.IsEmpty
        ? null
        : [.. arm.Bounds.Select(static bound => new ProvenBound(bound.Statement, bound.Metric, bound.Value, bound.Per))];

    /// <summary>Sets a property by its name in C# or, with any case and without underscores, in the spec.</summary>
    private static void Set(object settings, string name, object value)
    {
        var property = settings.GetType().GetProperties().FirstOrDefault(candidate => SpecTypes.SameName(candidate.Name, name))
            ?? throw new InvalidOperationException($"{settings.GetType()} has no property for '{name}'.");
        property.SetValue(settings, value);
    }

    /// <summary>The value at a property path, for an axis that an override made a single value.</summary>
    private static object Read(object part, string path) => path.Split('.').Aggregate(
        part, static (value, member) => value.GetType().GetProperty(member)!.GetValue(value)!);
}

/// <summary>Values of a compiled spec as C# objects.</summary>
/// <param name="experiments">The assembly of the experiment, where types of the user's project are found.</param>
internal sealed class SpecTypes(Assembly experiments)
{
    private const string GlobalPrefix = "global::";

    /// <summary>True when a C# name is a spec's name in another style: <c>MlpIn</c>, <c>mlp_in</c>.</summary>
    public static bool SameName(string cSharp, string spec) => cSharp.Equals(
        spec.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

    /// <summary>An options record with the given values.</summary>
    public object Create(OptionsSpec options)
    {
        var type = Find(options.CSharpType);
        var record = Activator.CreateInstance(type)!;
        foreach (var field in options.Values)
        {
            var property = type.GetProperty(field.Member) ?? throw new InvalidOperationException($"{type} has no property {field.Member}.");
            property.SetValue(record, Convert(field.Value, property.PropertyType));
        }

        return record;
    }

    /// <summary>An arm of a method; values are <see cref="SpecValue"/>s or C# values.</summary>
    public object CreateArm(Type armType, string method, ImmutableArray<object> values, int seed)
    {
        var type = armType.GetNestedTypes().FirstOrDefault(nested => nested.IsAssignableTo(armType) && SameName(nested.Name, method))
            ?? throw new InvalidOperationException($"{armType} has no arm for the method '{method}'.");
        var constructor = type.GetConstructors().MaxBy(static candidate => candidate.GetParameters().Length)!;
        var parameters = constructor.GetParameters();
        if (parameters.Length != values.Length + 1)
        {
            throw new InvalidOperationException($"{type} takes {parameters.Length} values, the spec has {values.Length + 1}.");
        }

        return constructor.Invoke([.. values.Select((value, i) => value is SpecValue spec ? Convert(spec, parameters[i].ParameterType) : value), seed]);
    }

    private object Convert(SpecValue value, Type target) => value switch
    {
        SpecValue.Int { Value: var number } => ConvertNumber(number, target),
        SpecValue.Number { Value: var number } => number,
        SpecValue.Bool { Value: var flag } => flag,
        SpecValue.Text { Value: var text } => text,
        SpecValue.Choice choice => Enum.Parse(Find(choice.CSharpType), choice.Member),
        SpecValue.Call call => CreateCall(call),
        SpecValue.List list => CreateList(list),
        SpecValue.Options options => Create(options.Value),
        _ => throw new InvalidOperationException($"A value of kind {value.GetType().Name} cannot be bound."),
    };

    private static object ConvertNumber(long number, Type target) =>
        System.Convert.ChangeType(number, Nullable.GetUnderlyingType(target) ?? target, System.Globalization.CultureInfo.InvariantCulture);

    private object CreateCall(SpecValue.Call call)
    {
        var type = Find(call.CSharpType);
        var constructor = type.GetConstructors().First(candidate => candidate.GetParameters().Length == call.Arguments.Count);
        var parameters = constructor.GetParameters();
        return constructor.Invoke([.. call.Arguments.Select((argument, i) => Convert(argument, parameters[i].ParameterType))]);
    }

    private object CreateList(SpecValue.List list)
    {
        var itemType = Find(list.ItemCSharpType);
        var items = Array.CreateInstance(itemType, list.Items.Count);
        for (var i = 0; i < list.Items.Count; i++)
        {
            items.SetValue(Convert(list.Items[i], itemType), i);
        }

        return items;
    }

    private Type Find(string cSharpType) => cSharpType switch
    {
        "int" => typeof(int),
        "long" => typeof(long),
        "double" => typeof(double),
        "bool" => typeof(bool),
        "string" => typeof(string),
        _ => FindNamed(cSharpType.StartsWith(GlobalPrefix, StringComparison.Ordinal) ? cSharpType[GlobalPrefix.Length..] : cSharpType),
    };

    private Type FindNamed(string name) =>
        typeof(SpecTypes).Assembly.GetType(name) ?? experiments.GetType(name)
        ?? throw new InvalidOperationException($"There is no type {name}.");
}
