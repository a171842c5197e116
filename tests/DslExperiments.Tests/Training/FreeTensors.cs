using DslExperiments.Backbones;
using DslExperiments.Methods;
using DslExperiments.Tests.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Training;

/// <summary>An adapter of bare tensors, for optimisers: each arm starts at its own numbers.</summary>
public sealed class FreeTensors(int arms, params AdapterTensorPlan[] tensors)
    : Adapter(new Transformer(Harness.SingleLayer, [.. Enumerable.Range(0, arms)], CPU), arms, tensors)
{
    public static FreeTensors Matrices(params double[][,] starts) =>
        new(starts.Length, new AdapterTensorPlan("matrix", arm => tensor(starts[arm], float64)));
}
