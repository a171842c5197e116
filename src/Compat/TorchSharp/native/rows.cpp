// Softmax and layer normalisation of short rows.
//
// libtorch's kernels spend more on the end of a row than on its arithmetic when a row has ten numbers, or 21: the widths
// and the numbers of keys of prompt tuning's theory. Here a row is a few vectors and its end a masked one. A row's result
// depends on that row alone, wherever it stands and however many threads there are.
//
// Compiled for AVX2 (see CMakeLists.txt), so nothing may be included here that other files also compile: the linker
// could choose this file's copy for them.
#include "rows.h"

namespace {

template <class V> struct Lanes;
template <> struct Lanes<float> {
    typedef float Type __attribute__((vector_size(32), aligned(4), may_alias));
    typedef int32_t Mask __attribute__((vector_size(32)));
    static constexpr int Count = 8;
};
template <> struct Lanes<double> {
    typedef double Type __attribute__((vector_size(32), aligned(8), may_alias));
    typedef int64_t Mask __attribute__((vector_size(32)));
    static constexpr int Count = 4;
};
template <class V> using Vector = typename Lanes<V>::Type;
template <class V> using Mask = typename Lanes<V>::Mask;

template <class V> inline Vector<V> All(V value) { return Vector<V>{} + value; }
template <class V> inline Vector<V> Load(const V* from) { return *reinterpret_cast<const Vector<V>*>(from); }
template <class V> inline void Store(V* to, Vector<V> value) { *reinterpret_cast<Vector<V>*>(to) = value; }

template <class V> inline V Sum(Vector<V> v) {
    if constexpr (Lanes<V>::Count == 8) {
        return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
    } else {
        return (v[0] + v[2]) + (v[1] + v[3]);
    }
}
template <class V> inline V Most(Vector<V> v) {
    V most = v[0];
    for (int i = 1; i < Lanes<V>::Count; i++) most = v[i] > most ? v[i] : most;
    return most;
}

// e^x for x <= 0, within 2 units in the last place; 0 below the smallest normal number, NaN for NaN.
inline Vector<float> Exp(Vector<float> x) {
    const auto n = __builtin_convertvector(x * 1.44269504f - 0.5f, Mask<float>);  // towards zero: the nearest for x <= 0
    const auto whole = __builtin_convertvector(n, Vector<float>);
    const auto r = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
    auto p = r * (1.f / 5040) + 1.f / 720;
    p = p * r + 1.f / 120;
    p = p * r + 1.f / 24;
    p = p * r + 1.f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.f;
    p = p * r + 1.f;
    const auto e = p * reinterpret_cast<Vector<float>>((n + 127) << 23);
    return x < -87.f ? Vector<float>{} : e;
}
inline Vector<double> Exp(Vector<double> x) {
    // Adding 1.5 · 2^52 rounds, and leaves the integer in the low bits.
    const auto shifted = x * 1.4426950408889634 + 6755399441055744.0;
    const auto whole = shifted - 6755399441055744.0;
    const auto r = (x - whole * 0.693145751953125) - whole * 1.42860682030941723212e-6;
    auto p = r * (1.0 / 6227020800) + 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    const auto e = p * reinterpret_cast<Vector<double>>((reinterpret_cast<Mask<double>>(shifted) + 1023) << 52);
    return x < -708.0 ? Vector<double>{} : e;
}

// Rows as vectors. The last vector of a row may reach into the next rows: what it reads there is masked, and what it
// writes there is written again by them. Rows at the very end have nobody behind them and go through a copy with room.
template <class V> struct Row {
    static constexpr int Count = Lanes<V>::Count;
    const int64_t columns, whole = columns / Count * Count;
    const bool ragged = whole < columns;
    const int64_t reach = ragged ? whole + Count : columns;
    Mask<V> inside{};

    explicit Row(int64_t columns) : columns(columns) {
        for (int i = 0; i < Count; i++) inside[i] = i < columns - whole ? -1 : 0;
    }
    Vector<V> Keep(Vector<V> v, V otherwise) const { return inside ? v : All<V>(otherwise); }
};

// Numbers with room for a whole vector behind them.
template <class V> class Padded {
    V* const numbers;
public:
    explicit Padded(const Row<V>& row) : numbers(new V[row.columns + Row<V>::Count]()) {}
    Padded(const Padded&) = delete;
    ~Padded() { delete[] numbers; }
    V* Of(const V* from, int64_t count) {
        for (int64_t i = 0; i < count; i++) numbers[i] = from[i];
        return numbers;
    }
    void To(V* to, int64_t count) const {
        for (int64_t i = 0; i < count; i++) to[i] = numbers[i];
    }
    operator V*() const { return numbers; }
};

template <class V> void SoftmaxRow(const Row<V>& row, const V* in, V* out) {
    constexpr int w = Row<V>::Count;
    auto most = All<V>(-static_cast<V>(__builtin_inf()));
    for (int64_t i = 0; i < row.whole; i += w) {
        const auto x = Load(in + i);
        most = x > most ? x : most;
    }
    if (row.ragged) {
        const auto x = row.Keep(Load(in + row.whole), -static_cast<V>(__builtin_inf()));
        most = x > most ? x : most;
    }

    const V top = Most<V>(most);
    Vector<V> sum{};
    for (int64_t i = 0; i < row.whole; i += w) {
        const auto e = Exp(Load(in + i) - top);
        Store(out + i, e);
        sum += e;
    }
    Vector<V> end{};
    if (row.ragged) {
        end = row.Keep(Exp(Load(in + row.whole) - top), 0);
        sum += end;
    }

    const V share = 1 / Sum<V>(sum);
    for (int64_t i = 0; i < row.whole; i += w) Store(out + i, Load(out + i) * share);
    if (row.ragged) Store(out + row.whole, end * share);
}

template <class V> void SoftmaxBackwardRow(const Row<V>& row, const V* grad, const V* out, V* in) {
    constexpr int w = Row<V>::Count;
    Vector<V> sum{};
    for (int64_t i = 0; i < row.whole; i += w) sum += Load(grad + i) * Load(out + i);
    if (row.ragged) sum += row.Keep(Load(grad + row.whole) * Load(out + row.whole), 0);
    const V mean = Sum<V>(sum);
    for (int64_t i = 0; i < row.whole; i += w) Store(in + i, Load(out + i) * (Load(grad + i) - mean));
    if (row.ragged) Store(in + row.whole, Load(out + row.whole) * (Load(grad + row.whole) - mean));
}

template <class V>
void LayerNormRow(const Row<V>& row, const V* in, const V* gain, const V* shift, V eps, V* out, V* mean_out, V* rstd_out) {
    constexpr int w = Row<V>::Count;
    const V count = static_cast<V>(row.columns);
    Vector<V> sum{};
    for (int64_t i = 0; i < row.whole; i += w) sum += Load(in + i);
    if (row.ragged) sum += row.Keep(Load(in + row.whole), 0);
    const V mean = Sum<V>(sum) / count;

    Vector<V> squares{};
    for (int64_t i = 0; i < row.whole; i += w) {
        const auto x = Load(in + i) - mean;
        squares += x * x;
    }
    if (row.ragged) {
        const auto x = row.Keep(Load(in + row.whole) - mean, 0);
        squares += x * x;
    }

    const V variance = Sum<V>(squares) / count + eps;
    const V rstd = 1 / (sizeof(V) == 4 ? static_cast<V>(__builtin_sqrtf(variance)) : static_cast<V>(__builtin_sqrt(variance)));
    for (int64_t i = 0; i < row.columns; i += w) {
        auto y = (Load(in + i) - mean) * rstd;
        if (gain) y *= Load(gain + i);
        if (shift) y += Load(shift + i);
        Store(out + i, y);
    }
    *mean_out = mean;
    *rstd_out = rstd;
}

template <class V> void LayerNormBackwardRow(const Row<V>& row, const V* grad, const V* in, const V* gain, V mean, V rstd, V* out) {
    constexpr int w = Row<V>::Count;
    const V count = static_cast<V>(row.columns);
    const auto scaled = [&](int64_t i) { return gain ? Load(grad + i) * Load(gain + i) : Load(grad + i); };
    const auto normed = [&](int64_t i) { return (Load(in + i) - mean) * rstd; };
    Vector<V> sum{}, products{};
    for (int64_t i = 0; i < row.whole; i += w) {
        const auto g = scaled(i);
        sum += g;
        products += g * normed(i);
    }
    if (row.ragged) {
        const auto g = row.Keep(scaled(row.whole), 0);
        sum += g;
        products += row.Keep(g * normed(row.whole), 0);
    }

    const V level = Sum<V>(sum) / count, slope = Sum<V>(products) / count;
    for (int64_t i = 0; i < row.columns; i += w) Store(out + i, (scaled(i) - level - normed(i) * slope) * rstd);
}

}  // namespace

namespace rows {

template <class V> void Softmax(const V* in, V* out, int64_t rows, int64_t columns) {
    const Row<V> row(columns);
    for (; rows * columns >= row.reach; rows--, in += columns, out += columns) SoftmaxRow(row, in, out);
    for (Padded<V> x(row), y(row); rows > 0; rows--, in += columns, out += columns) {
        SoftmaxRow<V>(row, x.Of(in, columns), y);
        y.To(out, columns);
    }
}

template <class V> void SoftmaxBackward(const V* grad, const V* out, V* in, int64_t rows, int64_t columns) {
    const Row<V> row(columns);
    for (; rows * columns >= row.reach; rows--, grad += columns, out += columns, in += columns) SoftmaxBackwardRow(row, grad, out, in);
    for (Padded<V> g(row), y(row), x(row); rows > 0; rows--, grad += columns, out += columns, in += columns) {
        SoftmaxBackwardRow<V>(row, g.Of(grad, columns), y.Of(out, columns), x);
        x.To(in, columns);
    }
}

template <class V>
void LayerNorm(const V* in, const V* gain, const V* shift, V eps, V* out, V* mean, V* rstd, int64_t rows, int64_t columns) {
    const Row<V> row(columns);
    Padded<V> gains(row), shifts(row);
    gain = gain ? gains.Of(gain, columns) : nullptr;
    shift = shift ? shifts.Of(shift, columns) : nullptr;
    for (; rows * columns >= row.reach; rows--, in += columns, out += columns) LayerNormRow(row, in, gain, shift, eps, out, mean++, rstd++);
    for (Padded<V> x(row), y(row); rows > 0; rows--, in += columns, out += columns) {
        LayerNormRow<V>(row, x.Of(in, columns), gain, shift, eps, y, mean++, rstd++);
        y.To(out, columns);
    }
}

template <class V>
void LayerNormBackward(const V* grad, const V* in, const V* gain, const V* mean, const V* rstd, V* out, int64_t rows, int64_t columns) {
    const Row<V> row(columns);
    Padded<V> gains(row);
    gain = gain ? gains.Of(gain, columns) : nullptr;
    for (; rows * columns >= row.reach; rows--, grad += columns, in += columns, out += columns) LayerNormBackwardRow(row, grad, in, gain, *mean++, *rstd++, out);
    for (Padded<V> g(row), x(row), y(row); rows > 0; rows--, grad += columns, in += columns, out += columns) {
        LayerNormBackwardRow<V>(row, g.Of(grad, columns), x.Of(in, columns), gain, *mean++, *rstd++, y);
        y.To(out, columns);
    }
}

#define FOR(V)                                                                                              \
    template void Softmax(const V*, V*, int64_t, int64_t);                                                  \
    template void SoftmaxBackward(const V*, const V*, V*, int64_t, int64_t);                                \
    template void LayerNorm(const V*, const V*, const V*, V, V*, V*, V*, int64_t, int64_t);                 \
    template void LayerNormBackward(const V*, const V*, const V*, const V*, const V*, V*, int64_t, int64_t);
FOR(float)
FOR(double)

}  // namespace rows
