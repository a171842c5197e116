using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Arithmetic of two operands.</content>
    public unsafe partial class Tensor
    {
        public Tensor add(Tensor target) => New(ts_add(Handle, target.Handle), this, target);
        public Tensor add_(Tensor target) => Done(ts_add_(Handle, target.Handle), target);
        public Tensor sub(Tensor target) => New(ts_sub(Handle, target.Handle), this, target);
        public Tensor sub_(Tensor target) => Done(ts_sub_(Handle, target.Handle), target);
        public Tensor mul(Tensor target) => New(ts_mul(Handle, target.Handle), this, target);
        public Tensor mul_(Tensor target) => Done(ts_mul_(Handle, target.Handle), target);
        public Tensor add(Scalar scalar) => New(ts_add_scalar(Handle, scalar.Value), this);
        public Tensor add_(Scalar scalar) => Done(ts_add_scalar_(Handle, scalar.Value));
        public Tensor sub(Scalar target) => New(ts_sub_scalar(Handle, target.Value), this);
        public Tensor sub_(Scalar target) => Done(ts_sub_scalar_(Handle, target.Value));
        public Tensor mul(Scalar target) => New(ts_mul_scalar(Handle, target.Value), this);
        public Tensor mul_(Scalar target) => Done(ts_mul_scalar_(Handle, target.Value));
        public Tensor add(Tensor target, Scalar alpha) => New(ts_add_alpha(Handle, target.Handle, alpha.Value), this, target);
        public Tensor add_(Tensor target, Scalar alpha) => Done(ts_add_alpha_(Handle, target.Handle, alpha.Value), target);
        public Tensor add(Scalar scalar, Scalar alpha) => New(ts_add_scalar_alpha(Handle, scalar.Value, alpha.Value), this);
        public Tensor add_(Scalar scalar, Scalar alpha) => Done(ts_add_scalar_alpha_(Handle, scalar.Value, alpha.Value));
        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            New(rounding_mode == RoundingMode.None ? ts_div(Handle, target.Handle) : ts_div_rounding(Handle, target.Handle, (int)rounding_mode), this, target);
        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) =>
            Done(rounding_mode == RoundingMode.None ? ts_div_(Handle, target.Handle) : ts_div_rounding_(Handle, target.Handle, (int)rounding_mode), target);
        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            New(rounding_mode == RoundingMode.None ? ts_div_scalar(Handle, target.Value) : ts_div_scalar_rounding(Handle, target.Value, (int)rounding_mode), this);
        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) =>
            Done(rounding_mode == RoundingMode.None ? ts_div_scalar_(Handle, target.Value) : ts_div_scalar_rounding_(Handle, target.Value, (int)rounding_mode));
        public Tensor subtract(Tensor target) => sub(target);
        public Tensor subtract(Scalar target) => sub(target);
        public Tensor subtract_(Tensor target) => sub_(target);
        public Tensor subtract_(Scalar target) => sub_(target);
        public Tensor multiply(Tensor target) => mul(target);
        public Tensor multiply(Scalar target) => mul(target);
        public Tensor divide(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);
        public Tensor true_divide(Tensor other) => div(other);
        public Tensor divide(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);
        public Tensor true_divide(Scalar other) => div(other);
        public Tensor divide_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => div_(target, rounding_mode);
        public Tensor true_divide_(Tensor other) => div_(other);
        public Tensor divide_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => div_(target, rounding_mode);
        public Tensor true_divide_(Scalar other) => div_(other);
        public Tensor pow(Tensor exponent) => New(ts_pow(Handle, exponent.Handle), this, exponent);
        public Tensor pow_(Tensor exponent) => Done(ts_pow_(Handle, exponent.Handle), exponent);
        public Tensor fmod(Tensor target) => New(ts_fmod(Handle, target.Handle), this, target);
        public Tensor fmod_(Tensor target) => Done(ts_fmod_(Handle, target.Handle), target);
        public Tensor remainder(Tensor target) => New(ts_remainder(Handle, target.Handle), this, target);
        public Tensor remainder_(Tensor target) => Done(ts_remainder_(Handle, target.Handle), target);
        public Tensor floor_divide(Tensor other) => New(ts_floor_divide(Handle, other.Handle), this, other);
        public Tensor floor_divide_(Tensor other) => Done(ts_floor_divide_(Handle, other.Handle), other);
        public Tensor pow(Scalar exponent) => New(ts_pow_scalar(Handle, exponent.Value), this);
        public Tensor pow_(Scalar exponent) => Done(ts_pow_scalar_(Handle, exponent.Value));
        public Tensor fmod(Scalar scalar) => New(ts_fmod_scalar(Handle, scalar.Value), this);
        public Tensor fmod_(Scalar scalar) => Done(ts_fmod_scalar_(Handle, scalar.Value));
        public Tensor remainder(Scalar scalar) => New(ts_remainder_scalar(Handle, scalar.Value), this);
        public Tensor remainder_(Scalar scalar) => Done(ts_remainder_scalar_(Handle, scalar.Value));
        public Tensor floor_divide(Scalar other) => New(ts_floor_divide_scalar(Handle, other.Value), this);
        public Tensor floor_divide_(Scalar other) => Done(ts_floor_divide_scalar_(Handle, other.Value));
        public Tensor atan2(Tensor other) => New(ts_atan2(Handle, other.Handle), this, other);
        public Tensor atan2_(Tensor other) => Done(ts_atan2_(Handle, other.Handle), other);
        public Tensor copysign(Tensor other) => New(ts_copysign(Handle, other.Handle), this, other);
        public Tensor copysign_(Tensor other) => Done(ts_copysign_(Handle, other.Handle), other);
        public Tensor xlogy(Tensor y) => New(ts_xlogy(Handle, y.Handle), this, y);
        public Tensor xlogy_(Tensor y) => Done(ts_xlogy_(Handle, y.Handle), y);
        public Tensor bitwise_and(Tensor other) => New(ts_bitwise_and(Handle, other.Handle), this, other);
        public Tensor bitwise_and_(Tensor other) => Done(ts_bitwise_and_(Handle, other.Handle), other);
        public Tensor bitwise_or(Tensor other) => New(ts_bitwise_or(Handle, other.Handle), this, other);
        public Tensor bitwise_or_(Tensor other) => Done(ts_bitwise_or_(Handle, other.Handle), other);
        public Tensor bitwise_xor(Tensor other) => New(ts_bitwise_xor(Handle, other.Handle), this, other);
        public Tensor bitwise_xor_(Tensor other) => Done(ts_bitwise_xor_(Handle, other.Handle), other);
        public Tensor maximum(Tensor other) => New(ts_maximum(Handle, other.Handle), this, other);
        public Tensor minimum(Tensor other) => New(ts_minimum(Handle, other.Handle), this, other);
        public Tensor fmax(Tensor other) => New(ts_fmax(Handle, other.Handle), this, other);
        public Tensor fmin(Tensor other) => New(ts_fmin(Handle, other.Handle), this, other);
        public Tensor logaddexp(Tensor other) => New(ts_logaddexp(Handle, other.Handle), this, other);
        public Tensor logaddexp2(Tensor other) => New(ts_logaddexp2(Handle, other.Handle), this, other);
        public Tensor hypot(Tensor other) => New(ts_hypot(Handle, other.Handle), this, other);
        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) =>
            New(ts_addcmul(Handle, tensor1.Handle, tensor2.Handle, value.Value), this, tensor1, tensor2);
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Done(ts_addcmul_(Handle, tensor1.Handle, tensor2.Handle, value.Value), tensor1, tensor2);
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) =>
            New(ts_addcdiv(Handle, tensor1.Handle, tensor2.Handle, Number.One), this, tensor1, tensor2);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) =>
            Done(ts_addcdiv_(Handle, tensor1.Handle, tensor2.Handle, Number.One), tensor1, tensor2);
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) =>
            New(ts_addcdiv(Handle, tensor1.Handle, tensor2.Handle, value.Value), this, tensor1, tensor2);
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) =>
            Done(ts_addcdiv_(Handle, tensor1.Handle, tensor2.Handle, value.Value), tensor1, tensor2);
        public Tensor lerp(Tensor end, Tensor weight) => New(ts_lerp(Handle, end.Handle, weight.Handle), this, end, weight);
        public Tensor lerp_(Tensor end, Tensor weight) => Done(ts_lerp_(Handle, end.Handle, weight.Handle), end, weight);
    }
}
