// Many numbers to one, and orders among them.
#include "shim.h"

#define WHOLE(op) TS(Handle) ts_##op(Handle a) { return Make([&] { return at::op(T(a)); }); }
#define ALONG(op) TS(Handle) ts_##op##_dim(Handle a, int64_t dim, int keepdim) { return Make([&] { return at::op(T(a), dim, keepdim != 0); }); }
#define PAIR(op) \
    TS(int) ts_##op##_dim(Handle a, int64_t dim, int keepdim, Handle* values, Handle* indices) { \
        return Run([&] { GivePair(at::op(T(a), dim, keepdim != 0), values, indices); }); \
    }

WHOLE(all) WHOLE(any) WHOLE(max) WHOLE(min) WHOLE(argmax) WHOLE(argmin) WHOLE(median)
ALONG(all) ALONG(any) ALONG(argmax) ALONG(argmin)
PAIR(max) PAIR(min) PAIR(mode) PAIR(median)

TS(Handle) ts_sum(Handle a, int type) { return Make([&] { return at::sum(T(a), OptType(type)); }); }
TS(Handle) ts_sum_dims(Handle a, const int64_t* dims, int n, int keepdim, int type) { return Make([&] { return at::sum(T(a), Ints(dims, n), keepdim != 0, OptType(type)); }); }
TS(Handle) ts_mean(Handle a) { return Make([&] { return at::mean(T(a)); }); }
TS(Handle) ts_mean_dims(Handle a, const int64_t* dims, int n, int keepdim, int type) { return Make([&] { return at::mean(T(a), Ints(dims, n), keepdim != 0, OptType(type)); }); }
TS(Handle) ts_nansum(Handle a) { return Make([&] { return at::nansum(T(a)); }); }
TS(Handle) ts_prod(Handle a, int type) { return Make([&] { return at::prod(T(a), OptType(type)); }); }
TS(Handle) ts_prod_dim(Handle a, int64_t dim, int keepdim, int type) { return Make([&] { return at::prod(T(a), dim, keepdim != 0, OptType(type)); }); }
TS(Handle) ts_var(Handle a, int unbiased) { return Make([&] { return at::var(T(a), unbiased != 0); }); }
TS(Handle) ts_var_dims(Handle a, const int64_t* dims, int n, int unbiased, int keepdim) { return Make([&] { return at::var(T(a), Ints(dims, n), unbiased != 0, keepdim != 0); }); }
TS(Handle) ts_std(Handle a, int unbiased) { return Make([&] { return at::std(T(a), unbiased != 0); }); }
TS(Handle) ts_std_dims(Handle a, const int64_t* dims, int n, int unbiased, int keepdim) { return Make([&] { return at::std(T(a), Ints(dims, n), unbiased != 0, keepdim != 0); }); }
TS(Handle) ts_amax(Handle a, const int64_t* dims, int n, int keepdim) { return Make([&] { return at::amax(T(a), Ints(dims, n), keepdim != 0); }); }
TS(Handle) ts_amin(Handle a, const int64_t* dims, int n, int keepdim) { return Make([&] { return at::amin(T(a), Ints(dims, n), keepdim != 0); }); }
TS(Handle) ts_norm(Handle a, double p) { return Make([&] { return at::norm(T(a), p); }); }
TS(Handle) ts_norm_dim(Handle a, int64_t dim, int keepdim, double p) { return Make([&] { return at::norm(T(a), at::Scalar(p), {dim}, keepdim != 0); }); }
TS(Handle) ts_logsumexp(Handle a, int64_t dim, int keepdim) { return Make([&] { return at::logsumexp(T(a), dim, keepdim != 0); }); }
TS(Handle) ts_cumsum(Handle a, int64_t dim, int type) { return Make([&] { return at::cumsum(T(a), dim, OptType(type)); }); }
TS(Handle) ts_cumprod(Handle a, int64_t dim, int type) { return Make([&] { return at::cumprod(T(a), dim, OptType(type)); }); }
TS(int) ts_cummax(Handle a, int64_t dim, Handle* values, Handle* indices) { return Run([&] { GivePair(at::cummax(T(a), dim), values, indices); }); }
TS(int) ts_cummin(Handle a, int64_t dim, Handle* values, Handle* indices) { return Run([&] { GivePair(at::cummin(T(a), dim), values, indices); }); }
TS(Handle) ts_count_nonzero(Handle a, const int64_t* dims, int n) { return Make([&] { return n ? at::count_nonzero(T(a), Ints(dims, n)) : at::count_nonzero(T(a)); }); }
TS(Handle) ts_bincount(Handle a, Handle weights, int64_t minlength) { return Make([&] { return at::bincount(T(a), OptTensor(weights), minlength); }); }

TS(int) ts_sort(Handle a, int64_t dim, int descending, int stable, Handle* values, Handle* indices) {
    return Run([&] { GivePair(at::sort(T(a), Maybe<bool>{true, stable != 0}, dim, descending != 0), values, indices); });
}
TS(Handle) ts_argsort(Handle a, int64_t dim, int descending) { return Make([&] { return at::argsort(T(a), dim, descending != 0); }); }
TS(int) ts_topk(Handle a, int64_t k, int64_t dim, int largest, int sorted, Handle* values, Handle* indices) {
    return Run([&] { GivePair(at::topk(T(a), k, dim, largest != 0, sorted != 0), values, indices); });
}
TS(int) ts_kthvalue(Handle a, int64_t k, int64_t dim, int keepdim, Handle* values, Handle* indices) {
    return Run([&] { GivePair(at::kthvalue(T(a), k, dim, keepdim != 0), values, indices); });
}
TS(Handle) ts_quantile(Handle a, Handle q, int64_t dim, int keepdim) { return Make([&] { return at::quantile(T(a), T(q), dim, keepdim != 0); }); }
