using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>The virtual tokens of one layer's attention for all arms of a cohort; content sees them, they see nothing.</summary>
/// <param name="Rows">At the input of the layer, before its normalisation, [A, P, D]; or null.</param>
/// <param name="Keys">As keys, heads joined, [A, P, D]; or null.</param>
/// <param name="Values">As values, heads joined, [A, P, D]; or null.</param>
/// <param name="KeyMask">0 for real rows and −∞ for padding, [A, P]; null when nothing is padded.</param>
public sealed record PrefixRows(Tensor? Rows, Tensor? Keys, Tensor? Values, Tensor? KeyMask);
