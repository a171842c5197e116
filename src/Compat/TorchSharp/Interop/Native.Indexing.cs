using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)] internal static partial nint ts_select(nint a, long dim, long index);
    [LibraryImport(Library)] internal static partial nint ts_slice(nint a, long dim, long start, long end, long step);
    [LibraryImport(Library)] internal static partial nint ts_narrow(nint a, long dim, long start, long length);
    [LibraryImport(Library)] internal static partial nint ts_index_select(nint a, long dim, nint index);
    [LibraryImport(Library)] internal static partial nint ts_gather(nint a, long dim, nint index);
    [LibraryImport(Library)] internal static partial nint ts_take(nint a, nint index);
    [LibraryImport(Library)] internal static partial nint ts_take_along_dim(nint a, nint index, int hasDim, long dim);
    [LibraryImport(Library)] internal static partial nint ts_masked_select(nint a, nint mask);
    [LibraryImport(Library)] internal static partial nint ts_masked_fill(nint a, nint mask, Number value);
    [LibraryImport(Library)] internal static partial int ts_masked_fill_(nint a, nint mask, Number value);
    [LibraryImport(Library)] internal static partial nint ts_nonzero(nint a);
    [LibraryImport(Library)] internal static partial long ts_where_list(nint condition);
    [LibraryImport(Library)] internal static partial nint ts_scatter(nint a, long dim, nint index, nint source);
    [LibraryImport(Library)] internal static partial int ts_scatter_(nint a, long dim, nint index, nint source);
    [LibraryImport(Library)] internal static partial nint ts_scatter_add(nint a, long dim, nint index, nint source);
    [LibraryImport(Library)] internal static partial int ts_scatter_add_(nint a, long dim, nint index, nint source);
    [LibraryImport(Library)] internal static partial nint ts_index_copy(nint a, long dim, nint index, nint source);
    [LibraryImport(Library)] internal static partial int ts_index_copy_(nint a, long dim, nint index, nint source);
    [LibraryImport(Library)] internal static partial nint ts_index_add(nint a, long dim, nint index, nint source, Number alpha);
    [LibraryImport(Library)] internal static partial int ts_index_add_(nint a, long dim, nint index, nint source, Number alpha);
    [LibraryImport(Library)] internal static partial nint ts_index_fill(nint a, long dim, nint index, Number value);
    [LibraryImport(Library)] internal static partial int ts_index_fill_(nint a, long dim, nint index, Number value);
    [LibraryImport(Library)] internal static partial nint ts_index(nint a, ReadOnlySpan<IndexEntry> entries, int n);
    [LibraryImport(Library)] internal static partial int ts_index_put_(nint a, ReadOnlySpan<IndexEntry> entries, int n, nint value);
    [LibraryImport(Library)] internal static partial int ts_index_put_scalar_(nint a, ReadOnlySpan<IndexEntry> entries, int n, Number value);
}
