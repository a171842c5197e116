using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Elementwise comparison; equal and == are elementwise too, as in TorchSharp.</content>
    public unsafe partial class Tensor
    {
        public Tensor eq(Tensor target) => New(ts_eq(Handle, target.Handle), this, target);
        public Tensor eq_(Tensor target) => Done(ts_eq_(Handle, target.Handle), target);
        public Tensor ne(Tensor target) => New(ts_ne(Handle, target.Handle), this, target);
        public Tensor ne_(Tensor target) => Done(ts_ne_(Handle, target.Handle), target);
        public Tensor gt(Tensor target) => New(ts_gt(Handle, target.Handle), this, target);
        public Tensor gt_(Tensor target) => Done(ts_gt_(Handle, target.Handle), target);
        public Tensor ge(Tensor target) => New(ts_ge(Handle, target.Handle), this, target);
        public Tensor ge_(Tensor target) => Done(ts_ge_(Handle, target.Handle), target);
        public Tensor lt(Tensor target) => New(ts_lt(Handle, target.Handle), this, target);
        public Tensor lt_(Tensor target) => Done(ts_lt_(Handle, target.Handle), target);
        public Tensor le(Tensor target) => New(ts_le(Handle, target.Handle), this, target);
        public Tensor le_(Tensor target) => Done(ts_le_(Handle, target.Handle), target);
        public Tensor eq(Scalar target) => New(ts_eq_scalar(Handle, target.Value), this);
        public Tensor eq_(Scalar target) => Done(ts_eq_scalar_(Handle, target.Value));
        public Tensor ne(Scalar target) => New(ts_ne_scalar(Handle, target.Value), this);
        public Tensor ne_(Scalar target) => Done(ts_ne_scalar_(Handle, target.Value));
        public Tensor gt(Scalar target) => New(ts_gt_scalar(Handle, target.Value), this);
        public Tensor gt_(Scalar target) => Done(ts_gt_scalar_(Handle, target.Value));
        public Tensor ge(Scalar target) => New(ts_ge_scalar(Handle, target.Value), this);
        public Tensor ge_(Scalar target) => Done(ts_ge_scalar_(Handle, target.Value));
        public Tensor lt(Scalar target) => New(ts_lt_scalar(Handle, target.Value), this);
        public Tensor lt_(Scalar target) => Done(ts_lt_scalar_(Handle, target.Value));
        public Tensor le(Scalar target) => New(ts_le_scalar(Handle, target.Value), this);
        public Tensor le_(Scalar target) => Done(ts_le_scalar_(Handle, target.Value));
        public Tensor equal(Tensor target) => eq(target);
        public Tensor not_equal(Tensor target) => ne(target);
        public Tensor greater(Tensor target) => gt(target);
        public Tensor greater_equal(Tensor target) => ge(target);
        public Tensor less(Tensor target) => lt(target);
        public Tensor less_equal(Tensor target) => le(target);
        public Tensor logical_and(Tensor other) => New(ts_logical_and(Handle, other.Handle), this, other);
        public Tensor logical_and_(Tensor other) => Done(ts_logical_and_(Handle, other.Handle), other);
        public Tensor logical_or(Tensor other) => New(ts_logical_or(Handle, other.Handle), this, other);
        public Tensor logical_or_(Tensor other) => Done(ts_logical_or_(Handle, other.Handle), other);
        public Tensor logical_xor(Tensor other) => New(ts_logical_xor(Handle, other.Handle), this, other);
        public Tensor logical_xor_(Tensor other) => Done(ts_logical_xor_(Handle, other.Handle), other);
        public Tensor isclose(Tensor other, double rtol = 1E-05, double atol = 1E-08, bool nanEqual = false) =>
            New(ts_isclose(Handle, other.Handle, rtol, atol, nanEqual ? 1 : 0), this, other);
        public Tensor where(Tensor condition, Tensor y) => New(ts_where(condition.Handle, Handle, y.Handle), this, condition, y);
    }
}
