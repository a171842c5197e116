using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)] internal static partial nint ts_view(nint a, ReadOnlySpan<long> dims, int n);
    [LibraryImport(Library)] internal static partial nint ts_reshape(nint a, ReadOnlySpan<long> dims, int n);
    [LibraryImport(Library)] internal static partial nint ts_permute(nint a, ReadOnlySpan<long> dims, int n);
    [LibraryImport(Library)] internal static partial nint ts_expand(nint a, ReadOnlySpan<long> dims, int n);
    [LibraryImport(Library)] internal static partial nint ts_repeat(nint a, ReadOnlySpan<long> dims, int n);
    [LibraryImport(Library)] internal static partial nint ts_flip(nint a, ReadOnlySpan<long> dims, int n);
    [LibraryImport(Library)] internal static partial nint ts_tile(nint a, ReadOnlySpan<long> dims, int n);
    [LibraryImport(Library)] internal static partial nint ts_expand_as(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint ts_view_as(nint a, nint b);
    [LibraryImport(Library)] internal static partial nint ts_t(nint a);
    [LibraryImport(Library)] internal static partial nint ts_mT(nint a);
    [LibraryImport(Library)] internal static partial nint ts_transpose(nint a, long i, long j);
    [LibraryImport(Library)] internal static partial int ts_transpose_(nint a, long i, long j);
    [LibraryImport(Library)] internal static partial nint ts_unsqueeze(nint a, long dim);
    [LibraryImport(Library)] internal static partial int ts_unsqueeze_(nint a, long dim);
    [LibraryImport(Library)] internal static partial nint ts_squeeze(nint a);
    [LibraryImport(Library)] internal static partial int ts_squeeze_(nint a);
    [LibraryImport(Library)] internal static partial nint ts_squeeze_dim(nint a, long dim);
    [LibraryImport(Library)] internal static partial int ts_squeeze_dim_(nint a, long dim);
    [LibraryImport(Library)] internal static partial nint ts_flatten(nint a, long start, long end);
    [LibraryImport(Library)] internal static partial nint ts_unflatten(nint a, long dim, ReadOnlySpan<long> sizes, int n);
    [LibraryImport(Library)] internal static partial nint ts_movedim(nint a, ReadOnlySpan<long> from, int n, ReadOnlySpan<long> to, int m);
    [LibraryImport(Library)] internal static partial nint ts_as_strided(nint a, ReadOnlySpan<long> sizes, int n, ReadOnlySpan<long> strides, int m, long offset);
    [LibraryImport(Library)] internal static partial nint ts_unfold(nint a, long dim, long size, long step);
    [LibraryImport(Library)] internal static partial nint ts_roll(nint a, ReadOnlySpan<long> shifts, int n, ReadOnlySpan<long> dims, int m);
    [LibraryImport(Library)] internal static partial nint ts_repeat_interleave(nint a, long repeats, int hasDim, long dim);
    [LibraryImport(Library)] internal static partial nint ts_repeat_interleave_tensor(nint a, nint repeats, int hasDim, long dim);
    [LibraryImport(Library)] internal static partial nint ts_cat(ReadOnlySpan<nint> tensors, int n, long dim);
    [LibraryImport(Library)] internal static partial nint ts_stack(ReadOnlySpan<nint> tensors, int n, long dim);
    [LibraryImport(Library)] internal static partial long ts_split(nint a, long size, long dim);
    [LibraryImport(Library)] internal static partial long ts_split_sizes(nint a, ReadOnlySpan<long> sizes, int n, long dim);
    [LibraryImport(Library)] internal static partial long ts_chunk(nint a, long chunks, long dim);
    [LibraryImport(Library)] internal static partial long ts_unbind(nint a, long dim);
    [LibraryImport(Library)] internal static partial long ts_meshgrid(ReadOnlySpan<nint> tensors, int n, int xy);
    [LibraryImport(Library)] internal static partial long ts_broadcast_tensors(ReadOnlySpan<nint> tensors, int n);
    [LibraryImport(Library)] internal static partial nint ts_tril(nint a, long k);
    [LibraryImport(Library)] internal static partial int ts_tril_(nint a, long k);
    [LibraryImport(Library)] internal static partial nint ts_triu(nint a, long k);
    [LibraryImport(Library)] internal static partial int ts_triu_(nint a, long k);
    [LibraryImport(Library)] internal static partial nint ts_diag(nint a, long k);
    [LibraryImport(Library)] internal static partial nint ts_diag_embed(nint a, long k, long i, long j);
    [LibraryImport(Library)] internal static partial nint ts_diagonal(nint a, long k, long i, long j);
    [LibraryImport(Library)] internal static partial nint ts_one_hot(nint a, long classes);
    [LibraryImport(Library)] internal static partial nint ts_constant_pad(nint a, ReadOnlySpan<long> pad, int n, double value);
}
