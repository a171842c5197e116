// Softmax and layer normalisation of rows that lie one after another, for float and double; rows.cpp says why.
#pragma once
#include <cstdint>

namespace rows {

// out[r, :] = softmax(in[r, :])
template <class V> void Softmax(const V* in, V* out, int64_t rows, int64_t columns);

// in[r, :] = out[r, :] * (grad[r, :] - grad[r, :] · out[r, :])
template <class V> void SoftmaxBackward(const V* grad, const V* out, V* in, int64_t rows, int64_t columns);

// out[r, :] = (in[r, :] - mean[r]) * rstd[r] * gain + shift, where gain and shift may be null
template <class V>
void LayerNorm(const V* in, const V* gain, const V* shift, V eps, V* out, V* mean, V* rstd, int64_t rows, int64_t columns);

// The gradient of LayerNorm with respect to its rows; gain may be null.
template <class V>
void LayerNormBackward(const V* grad, const V* in, const V* gain, const V* mean, const V* rstd, V* out, int64_t rows, int64_t columns);

}  // namespace rows
