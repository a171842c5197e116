using System.Collections;
using System.Reflection;
using DslExperiments.Backbones;
using DslExperiments.Methods;

namespace DslExperiments.Hosting;

/// <summary>Options records as a spec would write them: <c>depth 1, width 10, mlp { hidden 32, activation relu }</c>.</summary>
internal static class OptionsText
{
    private const string Suffix = "Options";

    /// <summary>Marks that few backbones and methods have: they are told where they are not as the record has them by itself.</summary>
    private static readonly HashSet<string> Marks =
    [
        nameof(TransformerOptions.KeyValueHeads), nameof(TransformerOptions.HeadWidth), nameof(TransformerOptions.NormEpsilon),
        nameof(TransformerOptions.NormBias), nameof(TransformerOptions.VirtualPositions), nameof(TransformerOptions.RotaryBase),
        nameof(TransformerOptions.RotaryScaling), nameof(TransformerOptions.RelativeBuckets), nameof(TransformerOptions.RelativeDistance),
        nameof(TransformerOptions.Tied), nameof(TransformerOptions.DecoderDepth), nameof(TransformerOptions.Weights),
        nameof(TransformerOptions.Seed), nameof(TransformerOptions.Tokenizer), nameof(MlpOptions.Gated), nameof(MlpOptions.Bias),
        nameof(Training.TrainingOptions.EarlyStopping), nameof(LoraOptions.Dropout), nameof(PrefixOptions.Layers), nameof(PrefixOptions.Reparametrization),
    ];

    /// <summary>The settings of a record, without its kind and without texts that are empty, as those of files that are not there.</summary>
    public static string Of(object options)
    {
        var own = Activator.CreateInstance(options.GetType());
        return string.Join(", ", options.GetType()
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static property => property.CanWrite && property.GetIndexParameters().Length == 0)
            .Where(property => !Marks.Contains(property.Name) || property.PropertyType == typeof(Initializer) || !IsOwn(property.GetValue(options)!, property.GetValue(own)!))
            .Where(property => property.GetValue(options) is not "")
            .Select(property => Member(property.Name, property.GetValue(options))));
    }

    /// <summary>The record's kind: <c>shared_token_pair</c>.</summary>
    public static string KindOf(object options)
    {
        var name = options.GetType().Name;
        return SpecText.Words(name.EndsWith(Suffix, StringComparison.Ordinal) ? name[..^Suffix.Length] : name);
    }

    /// <summary>The key of a property: <c>hidden</c>.</summary>
    public static string KeyOf(string property) => property == nameof(TransformerOptions.KeyValueHeads) ? "kv_heads" : SpecText.Words(property);

    private static bool IsOwn(object value, object own) => value is IEnumerable ? SpecText.Of(value) == SpecText.Of(own) : value.Equals(own);

    private static string Member(string name, object? value)
    {
        var type = value?.GetType();
        var isGroup = type is { Namespace: { } space } && space.StartsWith(nameof(DslExperiments), StringComparison.Ordinal)
            && (type.Name.EndsWith(Suffix, StringComparison.Ordinal) || value is BackboneInit or MlpOptions);
        return $"{KeyOf(name)} {(value is null ? "~" : isGroup ? $"{{ {Of(value)} }}" : SpecText.Of(value))}";
    }
}
