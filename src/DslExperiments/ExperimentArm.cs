using System.Collections.Immutable;

namespace DslExperiments;

/// <summary>One point of a sweep: method, hyper-parameters, seed. Generated experiments derive one record per method.</summary>
/// <param name="Seed">The seed from which all of the arm's randomness derives.</param>
public abstract record ExperimentArm(int Seed)
{
    /// <summary>The method's name in the spec: <c>prompt</c>.</summary>
    public abstract string Method { get; }

    /// <summary>The swept settings in the order of the constructor, without the seed.</summary>
    public abstract ImmutableArray<Setting> Settings { get; }

    /// <summary>For people and file names: <c>prompt length=10 seed=0</c>.</summary>
    public string Label => string.Join(' ', Settings.Select(s => $"{s.Name}={s.Text}").Prepend(Method).Append($"seed={Seed}"));
}

/// <summary>One swept setting of an arm.</summary>
/// <param name="Name">The axis: <c>length</c>.</param>
/// <param name="Value">A number, bool, text, enum or options record.</param>
public readonly record struct Setting(string Name, object Value)
{
    /// <summary>The value as a spec writes it: <c>10</c>, <c>inverse_sqrt</c>, <c>teacher(4)</c>.</summary>
    public string Text => SpecText.Of(Value);
}

/// <summary>A planned arm and what is known of it before it runs.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="TrainableParameters">How many numbers it trains, as counted by the spec compiler.</param>
/// <param name="Bounds">What is proven about its metrics; null for nothing.</param>
public readonly record struct PlannedArm<TArm>(TArm Arm, long TrainableParameters, IReadOnlyList<ProvenBound>? Bounds = null)
    where TArm : ExperimentArm
{
    /// <summary>Equal arms, counts and bounds.</summary>
    public bool Equals(PlannedArm<TArm> other) =>
        Arm.Equals(other.Arm) && TrainableParameters == other.TrainableParameters && (Bounds ?? []).SequenceEqual(other.Bounds ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Arm, TrainableParameters);
}

/// <summary>
/// What is proven about a metric of an arm before it runs: it is at least <paramref name="Value"/>, times another metric of the
/// arm where one is named. Every run is held against it.
/// </summary>
/// <param name="Statement">The statement that proves it: <c>D4</c>.</param>
/// <param name="Metric">The metric that cannot be smaller.</param>
/// <param name="Value">The bound or its factor; 0 without <paramref name="Per"/> for a metric that is positive.</param>
/// <param name="Per">The metric that the bound is a multiple of, or null.</param>
public sealed record ProvenBound(string Statement, string Metric, double Value, string? Per = null);
