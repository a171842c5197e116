using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("DslExperiments.Experiments.Tests")]
