using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <content>The same elements in another shape.</content>
    public unsafe partial class Tensor
    {
        public Tensor view(params long[] shape) => New(ts_view(Handle, shape, shape.Length), this);
        public Tensor reshape(params long[] shape) => New(ts_reshape(Handle, shape, shape.Length), this);
        public Tensor permute(params long[] permutation) => New(ts_permute(Handle, permutation, permutation.Length), this);
        public Tensor flip(params long[] dims) => New(ts_flip(Handle, dims, dims.Length), this);
        public Tensor repeat(params long[] sizes) => New(ts_repeat(Handle, sizes, sizes.Length), this);
        public Tensor tile(long[] reps) => New(ts_tile(Handle, reps, reps.Length), this);
        public Tensor permute(IEnumerable<long> permutation) => permute([.. permutation]);
        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => New(ts_expand(Handle, sizes, sizes.Length), this);
        public Tensor expand(long[] sizes, bool isImplicit = false) => expand((ReadOnlySpan<long>)sizes, isImplicit);
        public Tensor expand(params long[] sizes) => expand((ReadOnlySpan<long>)sizes);
        public Tensor broadcast_to(params long[] shape) => expand((ReadOnlySpan<long>)shape);
        public Tensor expand_as(Tensor other) => New(ts_expand_as(Handle, other.Handle), this, other);
        public Tensor view_as(Tensor other) => New(ts_view_as(Handle, other.Handle), this, other);
        public Tensor t() => New(ts_t(Handle), this);
        public Tensor contiguous() => New(ts_contiguous(Handle), this);
        public Tensor clone() => New(ts_clone(Handle), this);
        public Tensor detach() => New(ts_detach(Handle), this);
        public Tensor alias() => New(ts_alias(Handle), this);
        public Tensor detach_() => Done(ts_detach_(Handle));
        public Tensor transpose(long dim0, long dim1) => New(ts_transpose(Handle, dim0, dim1), this);
        public Tensor transpose_(long dim0, long dim1) => Done(ts_transpose_(Handle, dim0, dim1));
        public Tensor swapaxes(long dim0, long dim1) => transpose(dim0, dim1);
        public Tensor swapdims(long dim0, long dim1) => transpose(dim0, dim1);
        public Tensor unsqueeze(long dim) => New(ts_unsqueeze(Handle, dim), this);
        public Tensor unsqueeze_(long dim) => Done(ts_unsqueeze_(Handle, dim));
        public Tensor squeeze(long? dim = null) => New(dim is { } d ? ts_squeeze_dim(Handle, d) : ts_squeeze(Handle), this);
        public Tensor squeeze_(long? dim = null) => Done(dim is { } d ? ts_squeeze_dim_(Handle, d) : ts_squeeze_(Handle));
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => New(ts_flatten(Handle, start_dim, end_dim), this);
        public Tensor unflatten(long dim, params long[] sizes) => New(ts_unflatten(Handle, dim, sizes, sizes.Length), this);
        public Tensor ravel() => New(ts_flatten(Handle, 0, -1), this);
        public Tensor movedim(long[] source, long[] destination) =>
            New(ts_movedim(Handle, source, source.Length, destination, destination.Length), this);
        public Tensor moveaxis(long[] source, long[] destination) => movedim(source, destination);
        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) =>
            New(ts_as_strided(Handle, size, size.Length, strides, strides.Length, storageOffset), this);
        public Tensor unfold(long dimension, long size, long step) => New(ts_unfold(Handle, dimension, size, step), this);
        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) =>
            New(ts_roll(Handle, shifts, shifts.Length, dims, dims.Length), this);
        public Tensor roll(long shifts, long? dims = null) =>
            dims is { } d ? roll((ReadOnlySpan<long>)[shifts], [d]) : roll((ReadOnlySpan<long>)[shifts]);
        public Tensor roll(long[] shifts) => roll((ReadOnlySpan<long>)shifts);
        public Tensor roll(long[] shifts, long[] dims) => roll((ReadOnlySpan<long>)shifts, dims);
        public Tensor roll((long, long) shifts, (long, long) dims) =>
            roll((ReadOnlySpan<long>)[shifts.Item1, shifts.Item2], [dims.Item1, dims.Item2]);
        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) =>
            New(ts_repeat_interleave(Handle, repeats, dim.HasValue ? 1 : 0, dim ?? 0), this);
        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) =>
            New(ts_repeat_interleave_tensor(Handle, repeats.Handle, dim.HasValue ? 1 : 0, dim ?? 0), this, repeats);
        public Tensor tril(long diagonal = 0) => New(ts_tril(Handle, diagonal), this);
        public Tensor tril_(long diagonal = 0) => Done(ts_tril_(Handle, diagonal));
        public Tensor triu(long diagonal = 0) => New(ts_triu(Handle, diagonal), this);
        public Tensor triu_(long diagonal = 0) => Done(ts_triu_(Handle, diagonal));
        public Tensor diag(long diagonal = 0) => New(ts_diag(Handle, diagonal), this);
        public Tensor diag_embed(long offset = 0, long dim1 = -2, long dim2 = -1) => New(ts_diag_embed(Handle, offset, dim1, dim2), this);
        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => New(ts_diagonal(Handle, offset, dim1, dim2), this);
        public Tensor[] split(long size, int dim = 0) => List(ts_split(Handle, size, dim), this);
        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) => List(ts_split_sizes(Handle, sizes, sizes.Length, dim), this);
        public Tensor[] split(long[] sizes, long dim = 0) => split((ReadOnlySpan<long>)sizes, dim);
        public Tensor[] split(params long[] sizes) => split((ReadOnlySpan<long>)sizes);
        public Tensor[] chunk(long chunks, long dim = 0) => List(ts_chunk(Handle, chunks, dim), this);
        public Tensor[] unbind(long dimension = 0) => List(ts_unbind(Handle, dimension), this);
    }
}
