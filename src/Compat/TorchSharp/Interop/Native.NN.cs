using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)] internal static partial nint ts_softmax(nint a, long dim, int type);
    [LibraryImport(Library)] internal static partial nint ts_log_softmax(nint a, long dim, int type);
    [LibraryImport(Library)] internal static partial nint ts_linear(nint a, nint weight, nint bias);
    [LibraryImport(Library)] internal static partial nint ts_embedding(nint weight, nint index, long padding);
    [LibraryImport(Library)] internal static partial nint ts_layer_norm(nint a, ReadOnlySpan<long> shape, int n, nint weight, nint bias, double eps);
    [LibraryImport(Library)] internal static partial nint ts_dropout(nint a, double p, int training);
    [LibraryImport(Library)] internal static partial int ts_dropout_(nint a, double p, int training);
    [LibraryImport(Library)] internal static partial int ts_silu_(nint a);
    [LibraryImport(Library)] internal static partial int ts_gelu_(nint a, int tanh);
    [LibraryImport(Library)] internal static partial nint ts_cross_entropy(nint a, nint target, nint weight, int reduction, long ignoreIndex, double smoothing);
    [LibraryImport(Library)] internal static partial nint ts_nll_loss(nint a, nint target, nint weight, int reduction, long ignoreIndex);
    [LibraryImport(Library)] internal static partial nint ts_mse_loss(nint a, nint target, int reduction);
    [LibraryImport(Library)] internal static partial nint ts_l1_loss(nint a, nint target, int reduction);
    [LibraryImport(Library)] internal static partial nint ts_smooth_l1_loss(nint a, nint target, int reduction, double beta);
    [LibraryImport(Library)] internal static partial nint ts_huber_loss(nint a, nint target, int reduction, double delta);
    [LibraryImport(Library)] internal static partial nint ts_kl_div(nint a, nint target, int reduction, int logTarget);
    [LibraryImport(Library)] internal static partial nint ts_binary_cross_entropy(nint a, nint target, nint weight, int reduction);
    [LibraryImport(Library)] internal static partial nint ts_binary_cross_entropy_with_logits(nint a, nint target, nint weight, nint posWeight, int reduction);
}
