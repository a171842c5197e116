using System.CommandLine;

namespace DslExperiments.Benchmarks;

/// <summary>Options of all modes.</summary>
internal sealed class Shared
{
    /// <summary>Exit code when both sides do not train the same, or the PyTorch side fails.</summary>
    public const int NotTheSame = 1;

    /// <summary>Exit code when an option is wrong.</summary>
    public const int Usage = 42;

    /// <summary>Exit code when PyTorch is missing, or a checkpoint.</summary>
    public const int NothingToCompare = 3;

    /// <summary>A Python that has PyTorch.</summary>
    public Option<string> Python { get; } = new("--python") { Description = "A Python that has PyTorch.", DefaultValueFactory = _ => "/usr/bin/python3", Recursive = true };

    /// <summary>Timings of each contestant.</summary>
    public Option<int> Repetitions { get; } = new("--repetitions") { Description = "Timings of each, of which the median counts.", DefaultValueFactory = _ => 5, Recursive = true };

    /// <summary>About how long a timing takes.</summary>
    public Option<double> Seconds { get; } = new("--seconds") { Description = "About how long one timing takes.", DefaultValueFactory = _ => 1, Recursive = true };
}
