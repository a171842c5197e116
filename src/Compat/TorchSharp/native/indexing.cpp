// Parts of a tensor, read and written.
#include "shim.h"

#include <ATen/TensorIndexing.h>

TS(Handle) ts_select(Handle a, int64_t dim, int64_t index) { return Make([&] { return T(a).select(dim, index); }); }
TS(Handle) ts_slice(Handle a, int64_t dim, int64_t start, int64_t end, int64_t step) { return Make([&] { return T(a).slice(dim, start, end, step); }); }
TS(Handle) ts_narrow(Handle a, int64_t dim, int64_t start, int64_t length) { return Make([&] { return T(a).narrow(dim, start, length); }); }
TS(Handle) ts_index_select(Handle a, int64_t dim, Handle index) { return Make([&] { return at::index_select(T(a), dim, T(index)); }); }
TS(Handle) ts_gather(Handle a, int64_t dim, Handle index) { return Make([&] { return at::gather(T(a), dim, T(index)); }); }
TS(Handle) ts_take(Handle a, Handle index) { return Make([&] { return at::take(T(a), T(index)); }); }
TS(Handle) ts_take_along_dim(Handle a, Handle index, int has_dim, int64_t dim) { return Make([&] { return at::take_along_dim(T(a), T(index), Maybe<int64_t>{has_dim != 0, dim}); }); }
TS(Handle) ts_masked_select(Handle a, Handle mask) { return Make([&] { return at::masked_select(T(a), T(mask)); }); }
TS(Handle) ts_masked_fill(Handle a, Handle mask, Number value) { return Make([&] { return at::masked_fill(T(a), T(mask), S(value)); }); }
TS(int) ts_masked_fill_(Handle a, Handle mask, Number value) { return Run([&] { T(a).masked_fill_(T(mask), S(value)); }); }
TS(Handle) ts_nonzero(Handle a) { return Make([&] { return at::nonzero(T(a)); }); }
TS(int64_t) ts_where_list(Handle condition) { return List([&] { return at::where(T(condition)); }); }

#define SCATTER(op) \
    TS(Handle) ts_##op(Handle a, int64_t dim, Handle index, Handle source) { return Make([&] { return at::op(T(a), dim, T(index), T(source)); }); } \
    TS(int) ts_##op##_(Handle a, int64_t dim, Handle index, Handle source) { return Run([&] { T(a).op##_(dim, T(index), T(source)); }); }
SCATTER(scatter) SCATTER(scatter_add) SCATTER(index_copy)

TS(Handle) ts_index_add(Handle a, int64_t dim, Handle index, Handle source, Number alpha) { return Make([&] { return at::index_add(T(a), dim, T(index), T(source), S(alpha)); }); }
TS(int) ts_index_add_(Handle a, int64_t dim, Handle index, Handle source, Number alpha) { return Run([&] { T(a).index_add_(dim, T(index), T(source), S(alpha)); }); }
TS(Handle) ts_index_fill(Handle a, int64_t dim, Handle index, Number value) { return Make([&] { return at::index_fill(T(a), dim, T(index), S(value)); }); }
TS(int) ts_index_fill_(Handle a, int64_t dim, Handle index, Number value) { return Run([&] { T(a).index_fill_(dim, T(index), S(value)); }); }

// One entry of a[...]; the kinds are those of TensorIndex in C#. An absent bound is INT64_MIN.
struct IndexEntry {
    int64_t kind;  // 0 None, 1 Ellipsis, 2 a single index, 3 true or false, 4 a slice, 5 a tensor
    int64_t start, stop, step;
    Handle tensor;
};

namespace {
std::vector<at::indexing::TensorIndex> Entries(const IndexEntry* entries, int n) {
    using namespace at::indexing;
    auto bound = [](int64_t value) { return Maybe<int64_t>{value != INT64_MIN, value}; };
    // Slice takes optional<int64_t> in libtorch 1 and optional<SymInt> in libtorch 2; both take numbers.
    auto slice = [&](const IndexEntry& e) {
        auto step = e.step == INT64_MIN ? 1 : e.step;
        if (!bound(e.start).has) return bound(e.stop).has ? Slice(None, e.stop, step) : Slice(None, None, step);
        return bound(e.stop).has ? Slice(e.start, e.stop, step) : Slice(e.start, None, step);
    };
    std::vector<TensorIndex> result;
    result.reserve(n);
    for (int i = 0; i < n; i++) {
        const auto& e = entries[i];
        if (e.kind == 0) result.emplace_back(None);
        else if (e.kind == 1) result.emplace_back(Ellipsis);
        else if (e.kind == 2) result.emplace_back(e.start);
        else if (e.kind == 3) result.emplace_back(e.start != 0);
        else if (e.kind == 4) result.emplace_back(slice(e));
        else result.emplace_back(T(e.tensor));
    }
    return result;
}
}  // namespace

TS(Handle) ts_index(Handle a, const IndexEntry* entries, int n) { return Make([&] { return T(a).index(Entries(entries, n)); }); }
TS(int) ts_index_put_(Handle a, const IndexEntry* entries, int n, Handle value) {
    return Run([&] { at::Tensor(T(a)).index_put_(Entries(entries, n), T(value)); });
}
TS(int) ts_index_put_scalar_(Handle a, const IndexEntry* entries, int n, Number value) {
    return Run([&] { at::Tensor(T(a)).index_put_(Entries(entries, n), S(value)); });
}
