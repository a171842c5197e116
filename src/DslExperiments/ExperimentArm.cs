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

/// <summary>A planned arm and the size of its adapter.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="TrainableParameters">How many numbers it trains, as counted by the spec compiler.</param>
public readonly record struct PlannedArm<TArm>(TArm Arm, long TrainableParameters)
    where TArm : ExperimentArm;
