using Microsoft.CodeAnalysis;

namespace DslExperiments.Generators;

/// <summary>
/// Steps over values that may be absent: null stays null. In place of <c>Where</c>, because Roslyn's tables go wrong when
/// a step comes to have fewer values than the one before it, as it does while a spec has errors (dotnet/roslyn#67634).
/// </summary>
internal static class Optional
{
    /// <summary>A step from values to values.</summary>
    public static IncrementalValuesProvider<TResult?> SelectSome<T, TResult>(
        this IncrementalValuesProvider<T?> values, Func<T, CancellationToken, TResult?> selector)
        where T : class
        where TResult : class => values.Select((value, token) => value is null ? null : selector(value, token));

    /// <summary>A step from values and one more value to values.</summary>
    public static IncrementalValuesProvider<TResult?> SelectSome<T, TOther, TResult>(
        this IncrementalValuesProvider<T?> values, IncrementalValueProvider<TOther> other, Func<T, TOther, CancellationToken, TResult?> selector)
        where T : class
        where TResult : class => values.Combine(other).Select((pair, token) => pair.Left is null ? null : selector(pair.Left, pair.Right, token));

    /// <summary>One value from all that are there.</summary>
    public static IncrementalValueProvider<TResult> CollectSome<T, TResult>(
        this IncrementalValuesProvider<T?> values, Func<IEnumerable<T>, TResult> selector)
        where T : class => values.Collect().Select((all, _) => selector(all.OfType<T>()));
}
