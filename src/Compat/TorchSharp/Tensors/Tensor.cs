using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>
    /// A tensor of libtorch. It owns one native reference, given back by Dispose, by its DisposeScope, or at the latest
    /// by the finalizer. Every member that passes a handle to native code keeps the tensor alive until the call is over.
    /// </summary>
    public unsafe partial class Tensor : IDisposable
    {
        private nint handle;

        internal DisposeScope? Scope;
        internal int ScopeSlot;

        internal Tensor(nint handle, bool register = true)
        {
            this.handle = handle;
            if (register)
            {
                DisposeScopeManager.OfThread.Created(this);
            }
        }

        ~Tensor() => Dispose(false);

        public nint Handle => handle != 0 ? handle : ThrowDisposed();

        public bool IsInvalid => handle == 0;

        /// <summary>Tensors that hold native memory now, in the whole process.</summary>
        public static long TotalCount => ts_live_handles();

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            var owned = Interlocked.Exchange(ref handle, 0);
            if (owned == 0)
            {
                return;
            }

            if (disposing)
            {
                var statistics = DisposeScopeManager.OfThread.StatisticsInstance.TensorStatistics;
                if (Scope is { } scope)
                {
                    statistics.DisposedInScopeCount++;
                    scope.MarkAsDisposed(this);
                }
                else
                {
                    statistics.DisposedOutsideScopeCount++;
                }
            }

            ts_free(owned);
        }

        public Tensor DetachFromDisposeScope()
        {
            Scope?.Detach(this);
            return this;
        }

        public Tensor MoveToOuterDisposeScope()
        {
            Scope?.MoveToOuter(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(DisposeScope other)
        {
            if (Scope is { } scope)
            {
                scope.MoveToOther(other, this);
            }
            else
            {
                other?.Attach(this);
            }

            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.Scope!);

        /// <summary>Hands the native reference and the place in the scope to another object; this one is empty afterwards.</summary>
        internal nint MoveHandle()
        {
            var owned = Handle;
            handle = 0;
            GC.SuppressFinalize(this);
            return owned;
        }

        /// <summary>Takes another tensor's place on the device; its gradient setting stays.</summary>
        internal void Become(Tensor other)
        {
            var gradient = requires_grad;
            var fresh = other.DetachFromDisposeScope().MoveHandle();
            ts_free(Interlocked.Exchange(ref handle, fresh));
            requires_grad = gradient;
        }

        /// <summary>The result of a native call as a tensor. The operands are named so that they outlive the call.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal static Tensor New(nint result, Tensor a)
        {
            GC.KeepAlive(a);
            return result != 0 ? new Tensor(result) : throw Failure(a);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal static Tensor New(nint result, Tensor a, Tensor? b)
        {
            GC.KeepAlive(a);
            GC.KeepAlive(b);
            return result != 0 ? new Tensor(result) : throw Failure(a, b);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal static Tensor New(nint result, Tensor a, Tensor? b, Tensor? c)
        {
            GC.KeepAlive(a);
            GC.KeepAlive(b);
            GC.KeepAlive(c);
            return result != 0 ? new Tensor(result) : throw Failure(a, b, c);
        }

        /// <summary>The end of an operator in place, which returns its own tensor.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Tensor Done(int status, Tensor? b = null, Tensor? c = null)
        {
            GC.KeepAlive(this);
            GC.KeepAlive(b);
            GC.KeepAlive(c);
            return status == 0 ? this : throw Failure(this, b, c);
        }

        /// <summary>The end of a native call that gives two tensors out.</summary>
        internal static (Tensor, Tensor) Pair(int status, nint first, nint second, Tensor a)
        {
            GC.KeepAlive(a);
            return status == 0 ? (new Tensor(first), new Tensor(second)) : throw Failure(a);
        }

        /// <summary>The end of a native call that gives a list of tensors out.</summary>
        internal static Tensor[] List(long count, params ReadOnlySpan<Tensor?> operands)
        {
            if (count < 0)
            {
                throw Failure(operands);
            }

            var handles = new nint[count];
            fixed (nint* output = handles)
            {
                ts_take_results(output);
            }

            foreach (var operand in operands)
            {
                GC.KeepAlive(operand);
            }

            return Array.ConvertAll(handles, h => h != 0 ? new Tensor(h) : null!);
        }

        /// <summary>libtorch's message of the failed call, with what it was called on.</summary>
        internal static ExternalException Failure(params ReadOnlySpan<Tensor?> operands)
        {
            var message = TakeError() ?? "The call into libtorch returned no tensor.";
            var described = new List<string>();
            foreach (var operand in operands)
            {
                if (operand is { IsInvalid: false })
                {
                    described.Add(operand.Describe());
                }
            }

            return new ExternalException(described.Count == 0 ? message : $"{message}\nOperands: {string.Join(", ", described)}");
        }

        internal string Describe() => $"{dtype}[{string.Join(", ", shape.Select(n => n.ToString(CultureInfo.InvariantCulture)))}]";

        private static nint ThrowDisposed() =>
            throw new InvalidOperationException("The tensor is empty: it was disposed, or became a Parameter.");
    }
}
