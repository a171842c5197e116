using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)] internal static partial nint ts_empty(ReadOnlySpan<long> sizes, int n, int type, int device, int index);
    [LibraryImport(Library)] internal static partial nint ts_zeros(ReadOnlySpan<long> sizes, int n, int type, int device, int index);
    [LibraryImport(Library)] internal static partial nint ts_ones(ReadOnlySpan<long> sizes, int n, int type, int device, int index);
    [LibraryImport(Library)] internal static partial nint ts_full(ReadOnlySpan<long> sizes, int n, Number value, int type, int device, int index);
    [LibraryImport(Library)] internal static partial nint ts_rand(ReadOnlySpan<long> sizes, int n, nint generator, int type, int device, int index);
    [LibraryImport(Library)] internal static partial nint ts_randn(ReadOnlySpan<long> sizes, int n, nint generator, int type, int device, int index);
    [LibraryImport(Library)] internal static partial nint ts_randint(long low, long high, ReadOnlySpan<long> sizes, int n, nint generator, int type, int device, int index);
    [LibraryImport(Library)] internal static partial nint ts_randperm(long count, nint generator, int type, int device, int index);
    [LibraryImport(Library)] internal static partial nint ts_arange(Number start, Number stop, Number step, int type, int device, int index);
    [LibraryImport(Library)] internal static partial nint ts_linspace(double start, double end, long steps, int type, int device, int index);
    [LibraryImport(Library)] internal static partial nint ts_logspace(double start, double end, long steps, double @base, int type, int device, int index);
    [LibraryImport(Library)] internal static partial nint ts_eye(long rows, long columns, int type, int device, int index);
    [LibraryImport(Library)] internal static partial nint ts_tril_indices(long rows, long columns, long offset, int type, int device, int index);
    [LibraryImport(Library)] internal static partial nint ts_triu_indices(long rows, long columns, long offset, int type, int device, int index);
    [LibraryImport(Library)] internal static partial nint ts_from_memory(void* data, int sourceType, ReadOnlySpan<long> sizes, int n, int type, int device, int index);
}
