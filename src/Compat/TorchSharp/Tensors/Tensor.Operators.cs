using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <content>The operators, and numbers that become tensors.</content>
    public unsafe partial class Tensor
    {
        public static Tensor operator +(Tensor left, Tensor right) => New(ts_add(left.Handle, right.Handle), left, right);
        public static Tensor operator +(Tensor left, Scalar right) => New(ts_add_scalar(left.Handle, right.Value), left);
        public static Tensor operator +(Tensor left, int right) => New(ts_add_scalar(left.Handle, (long)right), left);
        public static Tensor operator +(Tensor left, long right) => New(ts_add_scalar(left.Handle, right), left);
        public static Tensor operator +(Tensor left, float right) => New(ts_add_scalar(left.Handle, (double)right), left);
        public static Tensor operator +(Tensor left, double right) => New(ts_add_scalar(left.Handle, right), left);
        public static Tensor operator +(Scalar left, Tensor right) => New(ts_add_scalar(right.Handle, left.Value), right);
        public static Tensor operator +(int left, Tensor right) => New(ts_add_scalar(right.Handle, (long)left), right);
        public static Tensor operator +(long left, Tensor right) => New(ts_add_scalar(right.Handle, left), right);
        public static Tensor operator +(float left, Tensor right) => New(ts_add_scalar(right.Handle, (double)left), right);
        public static Tensor operator +(double left, Tensor right) => New(ts_add_scalar(right.Handle, left), right);

        public static Tensor operator -(Tensor left, Tensor right) => New(ts_sub(left.Handle, right.Handle), left, right);
        public static Tensor operator -(Tensor left, Scalar right) => New(ts_sub_scalar(left.Handle, right.Value), left);
        public static Tensor operator -(Tensor left, int right) => New(ts_sub_scalar(left.Handle, (long)right), left);
        public static Tensor operator -(Tensor left, long right) => New(ts_sub_scalar(left.Handle, right), left);
        public static Tensor operator -(Tensor left, float right) => New(ts_sub_scalar(left.Handle, (double)right), left);
        public static Tensor operator -(Tensor left, double right) => New(ts_sub_scalar(left.Handle, right), left);
        public static Tensor operator -(Scalar left, Tensor right) => New(ts_rsub_scalar(right.Handle, left.Value), right);
        public static Tensor operator -(int left, Tensor right) => New(ts_rsub_scalar(right.Handle, (long)left), right);
        public static Tensor operator -(long left, Tensor right) => New(ts_rsub_scalar(right.Handle, left), right);
        public static Tensor operator -(float left, Tensor right) => New(ts_rsub_scalar(right.Handle, (double)left), right);
        public static Tensor operator -(double left, Tensor right) => New(ts_rsub_scalar(right.Handle, left), right);

        public static Tensor operator *(Tensor left, Tensor right) => New(ts_mul(left.Handle, right.Handle), left, right);
        public static Tensor operator *(Tensor left, Scalar right) => New(ts_mul_scalar(left.Handle, right.Value), left);
        public static Tensor operator *(Tensor left, int right) => New(ts_mul_scalar(left.Handle, (long)right), left);
        public static Tensor operator *(Tensor left, long right) => New(ts_mul_scalar(left.Handle, right), left);
        public static Tensor operator *(Tensor left, float right) => New(ts_mul_scalar(left.Handle, (double)right), left);
        public static Tensor operator *(Tensor left, double right) => New(ts_mul_scalar(left.Handle, right), left);
        public static Tensor operator *(Scalar left, Tensor right) => New(ts_mul_scalar(right.Handle, left.Value), right);
        public static Tensor operator *(int left, Tensor right) => New(ts_mul_scalar(right.Handle, (long)left), right);
        public static Tensor operator *(long left, Tensor right) => New(ts_mul_scalar(right.Handle, left), right);
        public static Tensor operator *(float left, Tensor right) => New(ts_mul_scalar(right.Handle, (double)left), right);
        public static Tensor operator *(double left, Tensor right) => New(ts_mul_scalar(right.Handle, left), right);

        public static Tensor operator /(Tensor left, Tensor right) => New(ts_div(left.Handle, right.Handle), left, right);
        public static Tensor operator /(Tensor left, Scalar right) => New(ts_div_scalar(left.Handle, right.Value), left);
        public static Tensor operator /(Tensor left, int right) => New(ts_div_scalar(left.Handle, (long)right), left);
        public static Tensor operator /(Tensor left, long right) => New(ts_div_scalar(left.Handle, right), left);
        public static Tensor operator /(Tensor left, float right) => New(ts_div_scalar(left.Handle, (double)right), left);
        public static Tensor operator /(Tensor left, double right) => New(ts_div_scalar(left.Handle, right), left);
        public static Tensor operator /(Scalar left, Tensor right) => New(ts_rdiv_scalar(right.Handle, left.Value), right);
        public static Tensor operator /(int left, Tensor right) => New(ts_rdiv_scalar(right.Handle, (long)left), right);
        public static Tensor operator /(long left, Tensor right) => New(ts_rdiv_scalar(right.Handle, left), right);
        public static Tensor operator /(float left, Tensor right) => New(ts_rdiv_scalar(right.Handle, (double)left), right);
        public static Tensor operator /(double left, Tensor right) => New(ts_rdiv_scalar(right.Handle, left), right);

        public static Tensor operator %(Tensor left, Tensor right) => New(ts_remainder(left.Handle, right.Handle), left, right);
        public static Tensor operator %(Tensor left, Scalar right) => New(ts_remainder_scalar(left.Handle, right.Value), left);
        public static Tensor operator %(Tensor left, int right) => New(ts_remainder_scalar(left.Handle, (long)right), left);
        public static Tensor operator %(Tensor left, long right) => New(ts_remainder_scalar(left.Handle, right), left);
        public static Tensor operator %(Tensor left, float right) => New(ts_remainder_scalar(left.Handle, (double)right), left);
        public static Tensor operator %(Tensor left, double right) => New(ts_remainder_scalar(left.Handle, right), left);

        public static Tensor operator -(Tensor tensor) => tensor.neg();
        public static Tensor operator ~(Tensor left) => left.bitwise_not();
        public static Tensor operator &(Tensor left, Tensor right) => left.bitwise_and(right);
        public static Tensor operator |(Tensor left, Tensor right) => left.bitwise_or(right);
        public static Tensor operator ^(Tensor left, Tensor right) => left.bitwise_xor(right);

        public static Tensor operator ==(Tensor left, Tensor right) => left.eq(right);
        public static Tensor operator ==(Tensor left, Scalar right) => left.eq(right);
        public static Tensor operator ==(Scalar left, Tensor right) => right.eq(left);
        public static Tensor operator !=(Tensor left, Tensor right) => left.ne(right);
        public static Tensor operator !=(Tensor left, Scalar right) => left.ne(right);
        public static Tensor operator !=(Scalar left, Tensor right) => right.ne(left);
        public static Tensor operator <(Tensor left, Tensor right) => left.lt(right);
        public static Tensor operator <(Tensor left, Scalar right) => left.lt(right);
        public static Tensor operator <(Scalar left, Tensor right) => right.gt(left);
        public static Tensor operator <=(Tensor left, Tensor right) => left.le(right);
        public static Tensor operator <=(Tensor left, Scalar right) => left.le(right);
        public static Tensor operator <=(Scalar left, Tensor right) => right.ge(left);
        public static Tensor operator >(Tensor left, Tensor right) => left.gt(right);
        public static Tensor operator >(Tensor left, Scalar right) => left.gt(right);
        public static Tensor operator >(Scalar left, Tensor right) => right.lt(left);
        public static Tensor operator >=(Tensor left, Tensor right) => left.ge(right);
        public static Tensor operator >=(Tensor left, Scalar right) => left.ge(right);
        public static Tensor operator >=(Scalar left, Tensor right) => right.le(left);

        /// <summary>The same shape and, element by element, close; unlike ==, which is elementwise.</summary>
        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

        public bool Equals(Tensor target) =>
            ReferenceEquals(this, target) || (shape.AsSpan().SequenceEqual(target.shape) && allclose(target));

        public override int GetHashCode() => handle.GetHashCode();

        public static implicit operator Tensor(byte value) => tensor(value);
        public static implicit operator Tensor(sbyte value) => tensor(value);
        public static implicit operator Tensor(short value) => tensor(value);
        public static implicit operator Tensor(int value) => tensor(value);
        public static implicit operator Tensor(long value) => tensor(value);
        public static implicit operator Tensor(float value) => tensor(value);
        public static implicit operator Tensor(double value) => tensor(value);
        public static implicit operator Tensor(bool value) => tensor(value);
        public static implicit operator Tensor(Scalar scalar) => tensor(scalar);
        public static implicit operator Tensor(byte[] value) => tensor(value);
        public static implicit operator Tensor(sbyte[] value) => tensor(value);
        public static implicit operator Tensor(short[] value) => tensor(value);
        public static implicit operator Tensor(int[] value) => tensor(value);
        public static implicit operator Tensor(long[] value) => tensor(value);
        public static implicit operator Tensor(float[] value) => tensor(value);
        public static implicit operator Tensor(double[] value) => tensor(value);
        public static implicit operator Tensor(bool[] value) => tensor(value);
    }
}
