// The same numbers in another shape.
#include "shim.h"

#define DIMS(op) TS(Handle) ts_##op(Handle a, const int64_t* dims, int n) { return Make([&] { return T(a).op(Ints(dims, n)); }); }

DIMS(view) DIMS(reshape) DIMS(permute) DIMS(expand) DIMS(repeat) DIMS(flip) DIMS(tile)

TS(Handle) ts_expand_as(Handle a, Handle b) { return Make([&] { return T(a).expand_as(T(b)); }); }
TS(Handle) ts_view_as(Handle a, Handle b) { return Make([&] { return T(a).view_as(T(b)); }); }
TS(Handle) ts_t(Handle a) { return Make([&] { return T(a).t(); }); }
TS(Handle) ts_mT(Handle a) { return Make([&] { return T(a).mT(); }); }
TS(Handle) ts_transpose(Handle a, int64_t i, int64_t j) { return Make([&] { return T(a).transpose(i, j); }); }
TS(int) ts_transpose_(Handle a, int64_t i, int64_t j) { return Run([&] { T(a).transpose_(i, j); }); }
TS(Handle) ts_unsqueeze(Handle a, int64_t dim) { return Make([&] { return T(a).unsqueeze(dim); }); }
TS(int) ts_unsqueeze_(Handle a, int64_t dim) { return Run([&] { T(a).unsqueeze_(dim); }); }
TS(Handle) ts_squeeze(Handle a) { return Make([&] { return T(a).squeeze(); }); }
TS(int) ts_squeeze_(Handle a) { return Run([&] { T(a).squeeze_(); }); }
TS(Handle) ts_squeeze_dim(Handle a, int64_t dim) { return Make([&] { return T(a).squeeze(dim); }); }
TS(int) ts_squeeze_dim_(Handle a, int64_t dim) { return Run([&] { T(a).squeeze_(dim); }); }
TS(Handle) ts_flatten(Handle a, int64_t start, int64_t end) { return Make([&] { return T(a).flatten(start, end); }); }
TS(Handle) ts_unflatten(Handle a, int64_t dim, const int64_t* sizes, int n) {
    return Make([&] {
        const auto& t = T(a);
        auto at_dim = at::maybe_wrap_dim(dim, t.dim());
        std::vector<int64_t> shape(t.sizes().begin(), t.sizes().begin() + at_dim);
        shape.insert(shape.end(), sizes, sizes + n);
        shape.insert(shape.end(), t.sizes().begin() + at_dim + 1, t.sizes().end());
        return t.view(shape);
    });
}
TS(Handle) ts_movedim(Handle a, const int64_t* from, int n, const int64_t* to, int m) { return Make([&] { return T(a).movedim(Ints(from, n), Ints(to, m)); }); }
TS(Handle) ts_as_strided(Handle a, const int64_t* sizes, int n, const int64_t* strides, int m, int64_t offset) { return Make([&] { return T(a).as_strided(Ints(sizes, n), Ints(strides, m), offset); }); }
TS(Handle) ts_unfold(Handle a, int64_t dim, int64_t size, int64_t step) { return Make([&] { return T(a).unfold(dim, size, step); }); }
TS(Handle) ts_roll(Handle a, const int64_t* shifts, int n, const int64_t* dims, int m) { return Make([&] { return at::roll(T(a), Ints(shifts, n), Ints(dims, m)); }); }
TS(Handle) ts_repeat_interleave(Handle a, int64_t repeats, int has_dim, int64_t dim) { return Make([&] { return at::repeat_interleave(T(a), repeats, Maybe<int64_t>{has_dim != 0, dim}); }); }
TS(Handle) ts_repeat_interleave_tensor(Handle a, Handle repeats, int has_dim, int64_t dim) { return Make([&] { return at::repeat_interleave(T(a), T(repeats), Maybe<int64_t>{has_dim != 0, dim}); }); }

TS(Handle) ts_cat(const Handle* tensors, int n, int64_t dim) { return Make([&] { return at::cat(Tensors(tensors, n), dim); }); }
TS(Handle) ts_stack(const Handle* tensors, int n, int64_t dim) { return Make([&] { return at::stack(Tensors(tensors, n), dim); }); }
TS(int64_t) ts_split(Handle a, int64_t size, int64_t dim) { return List([&] { return at::split(T(a), size, dim); }); }
TS(int64_t) ts_split_sizes(Handle a, const int64_t* sizes, int n, int64_t dim) { return List([&] { return at::split_with_sizes(T(a), Ints(sizes, n), dim); }); }
TS(int64_t) ts_chunk(Handle a, int64_t chunks, int64_t dim) { return List([&] { return at::chunk(T(a), chunks, dim); }); }
TS(int64_t) ts_unbind(Handle a, int64_t dim) { return List([&] { return at::unbind(T(a), dim); }); }
TS(int64_t) ts_meshgrid(const Handle* tensors, int n, int xy) { return List([&] { return at::meshgrid(Tensors(tensors, n), xy ? "xy" : "ij"); }); }
TS(int64_t) ts_broadcast_tensors(const Handle* tensors, int n) { return List([&] { return at::broadcast_tensors(Tensors(tensors, n)); }); }

TS(Handle) ts_tril(Handle a, int64_t k) { return Make([&] { return at::tril(T(a), k); }); }
TS(int) ts_tril_(Handle a, int64_t k) { return Run([&] { T(a).tril_(k); }); }
TS(Handle) ts_triu(Handle a, int64_t k) { return Make([&] { return at::triu(T(a), k); }); }
TS(int) ts_triu_(Handle a, int64_t k) { return Run([&] { T(a).triu_(k); }); }
TS(Handle) ts_diag(Handle a, int64_t k) { return Make([&] { return at::diag(T(a), k); }); }
TS(Handle) ts_diag_embed(Handle a, int64_t k, int64_t i, int64_t j) { return Make([&] { return at::diag_embed(T(a), k, i, j); }); }
TS(Handle) ts_diagonal(Handle a, int64_t k, int64_t i, int64_t j) { return Make([&] { return at::diagonal(T(a), k, i, j); }); }
TS(Handle) ts_one_hot(Handle a, int64_t classes) { return Make([&] { return at::one_hot(T(a), classes); }); }
TS(Handle) ts_constant_pad(Handle a, const int64_t* pad, int n, double value) { return Make([&] { return at::constant_pad_nd(T(a), Ints(pad, n), value); }); }
