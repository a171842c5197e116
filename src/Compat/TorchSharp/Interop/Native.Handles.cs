using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library), SuppressGCTransition] internal static partial long ts_dim(nint a);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long ts_numel(nint a);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int ts_dtype(nint a);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long ts_element_size(nint a);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int ts_device_type(nint a);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int ts_device_index(nint a);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int ts_is_contiguous(nint a);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int ts_is_leaf(nint a);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int ts_requires_grad(nint a);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int ts_is_sparse(nint a);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long ts_storage_offset(nint a);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void ts_sizes(nint a, long* output);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void ts_strides(nint a, long* output);
    [LibraryImport(Library), SuppressGCTransition] internal static partial nint ts_data_ptr(nint a);
    [LibraryImport(Library)] internal static partial int ts_item(nint a, Number* output);
    [LibraryImport(Library)] internal static partial nint ts_clone(nint a);
    [LibraryImport(Library)] internal static partial nint ts_detach(nint a);
    [LibraryImport(Library)] internal static partial nint ts_alias(nint a);
    [LibraryImport(Library)] internal static partial nint ts_share(nint a);
    [LibraryImport(Library)] internal static partial int ts_detach_(nint a);
    [LibraryImport(Library)] internal static partial nint ts_contiguous(nint a);
    [LibraryImport(Library)] internal static partial int ts_copy_(nint a, nint source, int nonBlocking);
    [LibraryImport(Library)] internal static partial int ts_fill_(nint a, Number value);
    [LibraryImport(Library)] internal static partial int ts_zero_(nint a);
    [LibraryImport(Library)] internal static partial int ts_set_(nint a, nint source);
    [LibraryImport(Library)] internal static partial nint ts_pin_memory(nint a);
    [LibraryImport(Library)] internal static partial int ts_is_pinned(nint a);
    [LibraryImport(Library)] internal static partial nint ts_to(nint a, int type, int device, int index, int copy, int nonBlocking);
    [LibraryImport(Library)] internal static partial nint ts_to_type(nint a, int type, int copy, int nonBlocking);
}
