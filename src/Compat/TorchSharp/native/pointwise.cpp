// Element by element: one line per operator. A trailing underscore is the in-place form.
#include "shim.h"

#define UNARY(op) TS(Handle) ts_##op(Handle a) { return Make([&] { return at::op(T(a)); }); }
#define UNARY_(op) TS(int) ts_##op##_(Handle a) { return Run([&] { T(a).op##_(); }); }
#define UNARY_BOTH(op) UNARY(op) UNARY_(op)

#define BINARY(op) TS(Handle) ts_##op(Handle a, Handle b) { return Make([&] { return at::op(T(a), T(b)); }); }
#define BINARY_(op) TS(int) ts_##op##_(Handle a, Handle b) { return Run([&] { T(a).op##_(T(b)); }); }
#define BINARY_BOTH(op) BINARY(op) BINARY_(op)

#define SCALAR(op) TS(Handle) ts_##op##_scalar(Handle a, Number b) { return Make([&] { return at::op(T(a), S(b)); }); }
#define SCALAR_(op) TS(int) ts_##op##_scalar_(Handle a, Number b) { return Run([&] { T(a).op##_(S(b)); }); }
#define SCALAR_BOTH(op) SCALAR(op) SCALAR_(op)

UNARY_BOTH(abs) UNARY_BOTH(acos) UNARY_BOTH(acosh) UNARY_BOTH(asin) UNARY_BOTH(asinh) UNARY_BOTH(atan) UNARY_BOTH(atanh)
UNARY_BOTH(bitwise_not) UNARY_BOTH(ceil) UNARY_BOTH(cos) UNARY_BOTH(cosh) UNARY_BOTH(digamma) UNARY_BOTH(erf) UNARY_BOTH(erfc)
UNARY_BOTH(erfinv) UNARY_BOTH(exp) UNARY_BOTH(exp2) UNARY_BOTH(expm1) UNARY_BOTH(floor) UNARY_BOTH(frac) UNARY_BOTH(lgamma)
UNARY_BOTH(log) UNARY_BOTH(log10) UNARY_BOTH(log1p) UNARY_BOTH(log2) UNARY_BOTH(logical_not) UNARY_BOTH(neg)
UNARY_BOTH(reciprocal) UNARY_BOTH(relu) UNARY_BOTH(rsqrt) UNARY_BOTH(sigmoid) UNARY_BOTH(sign) UNARY_BOTH(sin)
UNARY_BOTH(sinc) UNARY_BOTH(sinh) UNARY_BOTH(sqrt) UNARY_BOTH(tan) UNARY_BOTH(tanh) UNARY_BOTH(trunc)
UNARY(silu) UNARY(selu) UNARY(hardsigmoid) UNARY(hardswish) UNARY(log_sigmoid) UNARY(square) UNARY(positive)
UNARY(isfinite) UNARY(isinf) UNARY(isnan) UNARY(isneginf) UNARY(isposinf) UNARY(signbit)

BINARY_BOTH(add) BINARY_BOTH(sub) BINARY_BOTH(mul) BINARY_BOTH(div)
BINARY_BOTH(eq) BINARY_BOTH(ne) BINARY_BOTH(gt) BINARY_BOTH(ge) BINARY_BOTH(lt) BINARY_BOTH(le)
BINARY_BOTH(pow) BINARY_BOTH(fmod) BINARY_BOTH(remainder) BINARY_BOTH(floor_divide) BINARY_BOTH(atan2) BINARY_BOTH(copysign) BINARY_BOTH(xlogy)
BINARY_BOTH(bitwise_and) BINARY_BOTH(bitwise_or) BINARY_BOTH(bitwise_xor)
BINARY_BOTH(logical_and) BINARY_BOTH(logical_or) BINARY_BOTH(logical_xor)
BINARY(maximum) BINARY(minimum) BINARY(fmax) BINARY(fmin) BINARY(logaddexp) BINARY(logaddexp2) BINARY(hypot)

SCALAR_BOTH(add) SCALAR_BOTH(sub) SCALAR_BOTH(mul) SCALAR_BOTH(div)
SCALAR_BOTH(eq) SCALAR_BOTH(ne) SCALAR_BOTH(gt) SCALAR_BOTH(ge) SCALAR_BOTH(lt) SCALAR_BOTH(le)
SCALAR_BOTH(pow) SCALAR_BOTH(fmod) SCALAR_BOTH(remainder) SCALAR_BOTH(floor_divide)
SCALAR_BOTH(clamp_min) SCALAR_BOTH(clamp_max)

TS(Handle) ts_rsub_scalar(Handle a, Number b) { return Make([&] { return at::rsub(T(a), S(b)); }); }
TS(Handle) ts_rdiv_scalar(Handle a, Number b) { return Make([&] { return at::mul(at::reciprocal(T(a)), S(b)); }); }

TS(Handle) ts_add_alpha(Handle a, Handle b, Number alpha) { return Make([&] { return at::add(T(a), T(b), S(alpha)); }); }
TS(int) ts_add_alpha_(Handle a, Handle b, Number alpha) { return Run([&] { T(a).add_(T(b), S(alpha)); }); }
TS(Handle) ts_add_scalar_alpha(Handle a, Number b, Number alpha) { return Make([&] { return at::add(T(a), S(b), S(alpha)); }); }
TS(int) ts_add_scalar_alpha_(Handle a, Number b, Number alpha) { return Run([&] { T(a).add_(S(b), S(alpha)); }); }

// Rounding 1 is towards zero, 2 is down.
TS(Handle) ts_div_rounding(Handle a, Handle b, int rounding) { return Make([&] { return at::div(T(a), T(b), rounding == 1 ? "trunc" : "floor"); }); }
TS(int) ts_div_rounding_(Handle a, Handle b, int rounding) { return Run([&] { T(a).div_(T(b), rounding == 1 ? "trunc" : "floor"); }); }
TS(Handle) ts_div_scalar_rounding(Handle a, Number b, int rounding) { return Make([&] { return at::div(T(a), S(b), rounding == 1 ? "trunc" : "floor"); }); }
TS(int) ts_div_scalar_rounding_(Handle a, Number b, int rounding) { return Run([&] { T(a).div_(S(b), rounding == 1 ? "trunc" : "floor"); }); }

TS(Handle) ts_addcmul(Handle a, Handle b, Handle c, Number value) { return Make([&] { return at::addcmul(T(a), T(b), T(c), S(value)); }); }
TS(int) ts_addcmul_(Handle a, Handle b, Handle c, Number value) { return Run([&] { T(a).addcmul_(T(b), T(c), S(value)); }); }
TS(Handle) ts_addcdiv(Handle a, Handle b, Handle c, Number value) { return Make([&] { return at::addcdiv(T(a), T(b), T(c), S(value)); }); }
TS(int) ts_addcdiv_(Handle a, Handle b, Handle c, Number value) { return Run([&] { T(a).addcdiv_(T(b), T(c), S(value)); }); }
TS(Handle) ts_lerp(Handle a, Handle end, Handle weight) { return Make([&] { return at::lerp(T(a), T(end), T(weight)); }); }
TS(int) ts_lerp_(Handle a, Handle end, Handle weight) { return Run([&] { T(a).lerp_(T(end), T(weight)); }); }

TS(Handle) ts_clamp(Handle a, Number min, Number max) { return Make([&] { return at::clamp(T(a), OptScalar(min), OptScalar(max)); }); }
TS(int) ts_clamp_(Handle a, Number min, Number max) { return Run([&] { T(a).clamp_(OptScalar(min), OptScalar(max)); }); }
TS(Handle) ts_clamp_tensor(Handle a, Handle min, Handle max) { return Make([&] { return at::clamp(T(a), OptTensor(min), OptTensor(max)); }); }
TS(int) ts_clamp_tensor_(Handle a, Handle min, Handle max) { return Run([&] { T(a).clamp_(OptTensor(min), OptTensor(max)); }); }

TS(Handle) ts_round(Handle a, int64_t decimals) { return Make([&] { return at::round(T(a), decimals); }); }
TS(int) ts_round_(Handle a, int64_t decimals) { return Run([&] { T(a).round_(decimals); }); }
TS(Handle) ts_nan_to_num(Handle a, double nan, Number posinf, Number neginf) {
    auto bound = [](Number number) { return Maybe<double>{number.kind >= 0, number.kind >= 0 ? S(number).toDouble() : 0}; };
    return Make([&] { return at::nan_to_num(T(a), Maybe<double>{true, nan}, bound(posinf), bound(neginf)); });
}
TS(Handle) ts_leaky_relu(Handle a, Number slope) { return Make([&] { return at::leaky_relu(T(a), S(slope)); }); }
TS(Handle) ts_elu(Handle a, double alpha) { return Make([&] { return at::elu(T(a), alpha); }); }
TS(Handle) ts_softplus(Handle a, double beta, double threshold) { return Make([&] { return at::softplus(T(a), beta, threshold); }); }
TS(Handle) ts_gelu(Handle a, int tanh) { return Make([&] { return at::gelu(T(a), tanh ? "tanh" : "none"); }); }
TS(Handle) ts_where(Handle condition, Handle a, Handle b) { return Make([&] { return at::where(T(condition), T(a), T(b)); }); }
TS(Handle) ts_isclose(Handle a, Handle b, double rtol, double atol, int equal_nan) { return Make([&] { return at::isclose(T(a), T(b), rtol, atol, equal_nan != 0); }); }
// 1 when close, 0 when not, -1 on an error.
TS(int) ts_allclose(Handle a, Handle b, double rtol, double atol, int equal_nan) {
    int close = -1;
    Run([&] { close = at::allclose(T(a), T(b), rtol, atol, equal_nan != 0); });
    return close;
}
