using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)] internal static partial long ts_live_handles();
    [LibraryImport(Library)] internal static partial void ts_free(nint a);
    [LibraryImport(Library)] internal static partial void ts_take_results(nint* output);
    [LibraryImport(Library)] internal static partial int ts_set_num_threads(int count);
    [LibraryImport(Library)] internal static partial int ts_get_num_threads();
    [LibraryImport(Library)] internal static partial int ts_set_num_interop_threads(int count);
    [LibraryImport(Library)] internal static partial int ts_get_num_interop_threads();
    [LibraryImport(Library), SuppressGCTransition] internal static partial int ts_grad_enabled();
    [LibraryImport(Library), SuppressGCTransition] internal static partial void ts_set_grad_enabled(int enabled);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int ts_inference_mode();
    [LibraryImport(Library)] internal static partial nint ts_enter_inference_mode(int enabled);
    [LibraryImport(Library)] internal static partial void ts_leave_inference_mode(nint guard);
    [LibraryImport(Library)] internal static partial int ts_cuda_device_count();
    [LibraryImport(Library)] internal static partial int ts_cuda_is_available();
    [LibraryImport(Library)] internal static partial int ts_cudnn_is_available();
    [LibraryImport(Library)] internal static partial int ts_cuda_synchronize(long index);
    [LibraryImport(Library)] internal static partial int ts_cuda_get_tf32();
    [LibraryImport(Library)] internal static partial void ts_cuda_set_tf32(int allow);
    [LibraryImport(Library)] internal static partial int ts_cudnn_get_tf32();
    [LibraryImport(Library)] internal static partial void ts_cudnn_set_tf32(int allow);
    [LibraryImport(Library)] internal static partial byte* ts_version();
    [LibraryImport(Library)] internal static partial int ts_set_default_dtype(int type);
}
