using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Parts of a tensor by name; the indexers are in Tensor.Index.cs.</content>
    public unsafe partial class Tensor
    {
        public Tensor select(long dim, long index) => New(ts_select(Handle, dim, index), this);
        public Tensor slice(long dim, long start, long finish, long step) => New(ts_slice(Handle, dim, start, finish, step), this);
        public Tensor narrow(long dim, long start, long length) => New(ts_narrow(Handle, dim, start, length), this);
        public Tensor index_select(long dim, Tensor index) => New(ts_index_select(Handle, dim, index.Handle), this, index);
        public Tensor gather(long dim, Tensor index) => New(ts_gather(Handle, dim, index.Handle), this, index);
        public Tensor take(Tensor index) => New(ts_take(Handle, index.Handle), this, index);
        public Tensor take_along_dim(Tensor indices) => New(ts_take_along_dim(Handle, indices.Handle, 0, 0), this, indices);
        public Tensor take_along_dim(Tensor indices, long dim) => New(ts_take_along_dim(Handle, indices.Handle, 1, dim), this, indices);
        public Tensor masked_select(Tensor mask) => New(ts_masked_select(Handle, mask.Handle), this, mask);
        public Tensor masked_fill(Tensor mask, Scalar value) => New(ts_masked_fill(Handle, mask.Handle, value.Value), this, mask);
        public Tensor masked_fill_(Tensor mask, Scalar value) => Done(ts_masked_fill_(Handle, mask.Handle, value.Value), mask);
        public Tensor nonzero() => New(ts_nonzero(Handle), this);
        public Tensor argwhere() => nonzero();
        public Tensor scatter(long dim, Tensor index, Tensor src) => New(ts_scatter(Handle, dim, index.Handle, src.Handle), this, index, src);
        public Tensor scatter_(long dim, Tensor index, Tensor src) => Done(ts_scatter_(Handle, dim, index.Handle, src.Handle), index, src);
        public Tensor scatter_add(long dim, Tensor index, Tensor src) => New(ts_scatter_add(Handle, dim, index.Handle, src.Handle), this, index, src);
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Done(ts_scatter_add_(Handle, dim, index.Handle, src.Handle), index, src);
        public Tensor index_copy(long dim, Tensor index, Tensor source) =>
            New(ts_index_copy(Handle, dim, index.Handle, source.Handle), this, index, source);
        public Tensor index_copy_(long dim, Tensor index, Tensor source) =>
            Done(ts_index_copy_(Handle, dim, index.Handle, source.Handle), index, source);
        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) =>
            New(ts_index_add(Handle, dim, index.Handle, source.Handle, alpha.Value), this, index, source);
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Done(ts_index_add_(Handle, dim, index.Handle, source.Handle, alpha.Value), index, source);
        public Tensor index_fill(long dim, Tensor index, Scalar value) => New(ts_index_fill(Handle, dim, index.Handle, value.Value), this, index);
        public Tensor index_fill_(long dim, Tensor index, Scalar value) => Done(ts_index_fill_(Handle, dim, index.Handle, value.Value), index);
    }
}
