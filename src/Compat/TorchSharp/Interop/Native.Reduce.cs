using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)] internal static partial nint ts_all(nint a);
    [LibraryImport(Library)] internal static partial nint ts_any(nint a);
    [LibraryImport(Library)] internal static partial nint ts_max(nint a);
    [LibraryImport(Library)] internal static partial nint ts_min(nint a);
    [LibraryImport(Library)] internal static partial nint ts_argmax(nint a);
    [LibraryImport(Library)] internal static partial nint ts_argmin(nint a);
    [LibraryImport(Library)] internal static partial nint ts_median(nint a);
    [LibraryImport(Library)] internal static partial nint ts_all_dim(nint a, long dim, int keepdim);
    [LibraryImport(Library)] internal static partial nint ts_any_dim(nint a, long dim, int keepdim);
    [LibraryImport(Library)] internal static partial nint ts_argmax_dim(nint a, long dim, int keepdim);
    [LibraryImport(Library)] internal static partial nint ts_argmin_dim(nint a, long dim, int keepdim);
    [LibraryImport(Library)] internal static partial int ts_max_dim(nint a, long dim, int keepdim, nint* values, nint* indices);
    [LibraryImport(Library)] internal static partial int ts_min_dim(nint a, long dim, int keepdim, nint* values, nint* indices);
    [LibraryImport(Library)] internal static partial int ts_mode_dim(nint a, long dim, int keepdim, nint* values, nint* indices);
    [LibraryImport(Library)] internal static partial int ts_median_dim(nint a, long dim, int keepdim, nint* values, nint* indices);
    [LibraryImport(Library)] internal static partial nint ts_sum(nint a, int type);
    [LibraryImport(Library)] internal static partial nint ts_sum_dims(nint a, ReadOnlySpan<long> dims, int n, int keepdim, int type);
    [LibraryImport(Library)] internal static partial nint ts_mean(nint a);
    [LibraryImport(Library)] internal static partial nint ts_mean_dims(nint a, ReadOnlySpan<long> dims, int n, int keepdim, int type);
    [LibraryImport(Library)] internal static partial nint ts_nansum(nint a);
    [LibraryImport(Library)] internal static partial nint ts_prod(nint a, int type);
    [LibraryImport(Library)] internal static partial nint ts_prod_dim(nint a, long dim, int keepdim, int type);
    [LibraryImport(Library)] internal static partial nint ts_var(nint a, int unbiased);
    [LibraryImport(Library)] internal static partial nint ts_var_dims(nint a, ReadOnlySpan<long> dims, int n, int unbiased, int keepdim);
    [LibraryImport(Library)] internal static partial nint ts_std(nint a, int unbiased);
    [LibraryImport(Library)] internal static partial nint ts_std_dims(nint a, ReadOnlySpan<long> dims, int n, int unbiased, int keepdim);
    [LibraryImport(Library)] internal static partial nint ts_amax(nint a, ReadOnlySpan<long> dims, int n, int keepdim);
    [LibraryImport(Library)] internal static partial nint ts_amin(nint a, ReadOnlySpan<long> dims, int n, int keepdim);
    [LibraryImport(Library)] internal static partial nint ts_norm(nint a, double p);
    [LibraryImport(Library)] internal static partial nint ts_norm_dim(nint a, long dim, int keepdim, double p);
    [LibraryImport(Library)] internal static partial nint ts_logsumexp(nint a, long dim, int keepdim);
    [LibraryImport(Library)] internal static partial nint ts_cumsum(nint a, long dim, int type);
    [LibraryImport(Library)] internal static partial nint ts_cumprod(nint a, long dim, int type);
    [LibraryImport(Library)] internal static partial int ts_cummax(nint a, long dim, nint* values, nint* indices);
    [LibraryImport(Library)] internal static partial int ts_cummin(nint a, long dim, nint* values, nint* indices);
    [LibraryImport(Library)] internal static partial nint ts_count_nonzero(nint a, ReadOnlySpan<long> dims, int n);
    [LibraryImport(Library)] internal static partial nint ts_bincount(nint a, nint weights, long minlength);
    [LibraryImport(Library)] internal static partial int ts_sort(nint a, long dim, int descending, int stable, nint* values, nint* indices);
    [LibraryImport(Library)] internal static partial nint ts_argsort(nint a, long dim, int descending);
    [LibraryImport(Library)] internal static partial int ts_topk(nint a, long k, long dim, int largest, int sorted, nint* values, nint* indices);
    [LibraryImport(Library)] internal static partial int ts_kthvalue(nint a, long k, long dim, int keepdim, nint* values, nint* indices);
    [LibraryImport(Library)] internal static partial nint ts_quantile(nint a, nint q, long dim, int keepdim);
}
