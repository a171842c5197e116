using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)] internal static partial int ts_set_requires_grad(nint a, int value);
    [LibraryImport(Library)] internal static partial int ts_retain_grad(nint a);
    [LibraryImport(Library)] internal static partial nint ts_grad(nint a);
    [LibraryImport(Library)] internal static partial int ts_set_grad(nint a, nint grad);
    [LibraryImport(Library)] internal static partial int ts_backward(nint a);
    [LibraryImport(Library)] internal static partial int ts_backward_list(ReadOnlySpan<nint> tensors, int n, ReadOnlySpan<nint> grads, int gradCount, int retainGraph, int createGraph, ReadOnlySpan<nint> inputs, int inputCount);
    [LibraryImport(Library)] internal static partial long ts_autograd_grad(ReadOnlySpan<nint> outputs, int n, ReadOnlySpan<nint> inputs, int inputCount, ReadOnlySpan<nint> grads, int gradCount, int retainGraph, int createGraph, int allowUnused);
}
