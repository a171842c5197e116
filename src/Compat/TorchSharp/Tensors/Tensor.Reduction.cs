using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Many elements to one, and orders among them.</content>
    public unsafe partial class Tensor
    {
        public Tensor all() => New(ts_all(Handle), this);
        public Tensor any() => New(ts_any(Handle), this);
        public Tensor max() => New(ts_max(Handle), this);
        public Tensor min() => New(ts_min(Handle), this);
        public Tensor argmax() => New(ts_argmax(Handle), this);
        public Tensor argmin() => New(ts_argmin(Handle), this);
        public Tensor median() => New(ts_median(Handle), this);
        public Tensor mean() => New(ts_mean(Handle), this);
        public Tensor nansum() => New(ts_nansum(Handle), this);
        public Tensor all(long dim, bool keepdim = false) => New(ts_all_dim(Handle, dim, keepdim ? 1 : 0), this);
        public Tensor any(long dim, bool keepdim = false) => New(ts_any_dim(Handle, dim, keepdim ? 1 : 0), this);
        public Tensor argmax(long dim, bool keepdim = false) => New(ts_argmax_dim(Handle, dim, keepdim ? 1 : 0), this);
        public Tensor argmin(long dim, bool keepdim = false) => New(ts_argmin_dim(Handle, dim, keepdim ? 1 : 0), this);

        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false)
        {
            nint first, second;
            return Pair(ts_max_dim(Handle, dim, keepdim ? 1 : 0, &first, &second), first, second, this);
        }

        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false)
        {
            nint first, second;
            return Pair(ts_min_dim(Handle, dim, keepdim ? 1 : 0, &first, &second), first, second, this);
        }

        public (Tensor values, Tensor indices) mode(long dim = -1, bool keepdim = false)
        {
            nint first, second;
            return Pair(ts_mode_dim(Handle, dim, keepdim ? 1 : 0, &first, &second), first, second, this);
        }

        public (Tensor values, Tensor indexes) cummax(long dim)
        {
            nint first, second;
            return Pair(ts_cummax(Handle, dim, &first, &second), first, second, this);
        }

        public (Tensor values, Tensor indexes) cummin(long dim)
        {
            nint first, second;
            return Pair(ts_cummin(Handle, dim, &first, &second), first, second, this);
        }

        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false)
        {
            nint first, second;
            return Pair(ts_sort(Handle, dim, descending ? 1 : 0, stable ? 1 : 0, &first, &second), first, second, this);
        }

        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true)
        {
            nint first, second;
            return Pair(ts_topk(Handle, k, dim, largest ? 1 : 0, sorted ? 1 : 0, &first, &second), first, second, this);
        }

        public (Tensor values, Tensor indices) kthvalue(long k, long? dim, bool keepdim = false)
        {
            nint first, second;
            return Pair(ts_kthvalue(Handle, k, dim ?? -1, keepdim ? 1 : 0, &first, &second), first, second, this);
        }

        public Tensor max(Tensor other) => maximum(other);
        public Tensor min(Tensor other) => minimum(other);
        public Tensor argsort(long dim = -1, bool descending = false) => New(ts_argsort(Handle, dim, descending ? 1 : 0), this);
        public Tensor sum(ScalarType? type = null) => New(ts_sum(Handle, OrAny(type)), this);
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
            New(ts_sum_dims(Handle, dim, dim.Length, keepdim ? 1 : 0, OrAny(type)), this);
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => sum((ReadOnlySpan<long>)dim, keepdim, type);
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => sum((ReadOnlySpan<long>)[dim], keepdim, type);
        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) =>
            sum((ReadOnlySpan<long>)[dim0, dim1], keepdim, type);
        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) =>
            sum((ReadOnlySpan<long>)[dim0, dim1, dim2], keepdim, type);
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) =>
            New(ts_mean_dims(Handle, dimensions, dimensions.Length, keepdim ? 1 : 0, OrAny(type)), this);
        public Tensor prod(ScalarType? type = null) => New(ts_prod(Handle, OrAny(type)), this);
        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) =>
            New(ts_prod_dim(Handle, dim, keepdim ? 1 : 0, OrAny(type)), this);
        public Tensor var(bool unbiased = true) => New(ts_var(Handle, unbiased ? 1 : 0), this);
        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            As(New(ts_var_dims(Handle, dimensions, dimensions.Length, unbiased ? 1 : 0, keepdim ? 1 : 0), this), type);
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var((ReadOnlySpan<long>)dimensions, unbiased, keepdim, type);
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var((ReadOnlySpan<long>)[dim], unbiased, keepdim, type);
        public Tensor var((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var((ReadOnlySpan<long>)[dim.Item1, dim.Item2], unbiased, keepdim, type);
        public Tensor var((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var((ReadOnlySpan<long>)[dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim, type);
        public Tensor std(bool unbiased = true) => New(ts_std(Handle, unbiased ? 1 : 0), this);
        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            As(New(ts_std_dims(Handle, dimensions, dimensions.Length, unbiased ? 1 : 0, keepdim ? 1 : 0), this), type);
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std((ReadOnlySpan<long>)dimensions, unbiased, keepdim, type);
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std((ReadOnlySpan<long>)[dim], unbiased, keepdim, type);
        public Tensor std((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std((ReadOnlySpan<long>)[dim.Item1, dim.Item2], unbiased, keepdim, type);
        public Tensor std((long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std((ReadOnlySpan<long>)[dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim, type);
        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) =>
            Into(@out, New(ts_amax(Handle, dims, dims.Length, keepdim ? 1 : 0), this));
        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) => amax((ReadOnlySpan<long>)dims, keepdim, @out);
        public Tensor amax(params long[] dims) => amax((ReadOnlySpan<long>)dims);
        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) =>
            Into(@out, New(ts_amin(Handle, dims, dims.Length, keepdim ? 1 : 0), this));
        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) => amin((ReadOnlySpan<long>)dims, keepdim, @out);
        public Tensor amin(params long[] dims) => amin((ReadOnlySpan<long>)dims);
        public Tensor norm(float p = 2) => New(ts_norm(Handle, p), this);
        public Tensor norm(int dim, bool keepdim = false, float p = 2) => New(ts_norm_dim(Handle, dim, keepdim ? 1 : 0, p), this);
        public Tensor logsumexp(long dim, bool keepdim = false) => New(ts_logsumexp(Handle, dim, keepdim ? 1 : 0), this);
        public Tensor cumsum(long dim, ScalarType? type = null) => New(ts_cumsum(Handle, dim, OrAny(type)), this);
        public Tensor cumprod(long dim, ScalarType? type = null) => New(ts_cumprod(Handle, dim, OrAny(type)), this);
        public Tensor count_nonzero(long[]? dims = null) => New(ts_count_nonzero(Handle, dims, dims?.Length ?? 0), this);
        public Tensor bincount(Tensor weights, long minlength = 0) => New(ts_bincount(Handle, OrZero(weights), minlength), this, weights);
        public Tensor quantile(Tensor q, long dim = -1, bool keepdim = false) => New(ts_quantile(Handle, q.Handle, dim, keepdim ? 1 : 0), this, q);
    }
}
