using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        public bool requires_grad
        {
            get => Ask(ts_requires_grad(Handle)) != 0;
            set => Done(ts_set_requires_grad(Handle, value ? 1 : 0));
        }

        public Tensor requires_grad_(bool requires_grad = true) => Done(ts_set_requires_grad(Handle, requires_grad ? 1 : 0));

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        /// <summary>The accumulated gradient, null as long as there is none.</summary>
        public Tensor? grad
        {
            get
            {
                var result = ts_grad(Handle);
                GC.KeepAlive(this);
                if (result == 0)
                {
                    CheckForErrors();
                    return null;
                }

                return new Tensor(result);
            }
            set => Done(ts_set_grad(Handle, value?.Handle ?? 0), value);
        }

        public void retain_grad() => Done(ts_retain_grad(Handle));

        public void backward() => Done(ts_backward(Handle));

        public void backward(IList<Tensor>? grad_tensors = null, bool retain_graph = false, bool create_graph = false, IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);
    }

    public static unsafe partial class autograd
    {
        public static void backward(IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null)
        {
            nint[] of = Handles(tensors), grads = Handles(grad_tensors), to = Handles(inputs);
            var status = ts_backward_list(of, of.Length, grads, grads.Length, retain_graph ?? create_graph ? 1 : 0, create_graph ? 1 : 0, to, to.Length);
            GC.KeepAlive(tensors);
            GC.KeepAlive(grad_tensors);
            GC.KeepAlive(inputs);
            if (status != 0)
            {
                throw Tensor.Failure([.. tensors, .. grad_tensors ?? []]);
            }
        }

        public static void backward(Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false, IList<Tensor>? inputs = null) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph, inputs);

        /// <summary>The gradients of outputs for inputs; with allow_unused an input that had no part gets null.</summary>
        public static IList<Tensor> grad(IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            nint[] of = Handles(outputs), to = Handles(inputs), grads = Handles(grad_outputs);
            var count = ts_autograd_grad(of, of.Length, to, to.Length, grads, grads.Length, retain_graph || create_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0);
            return Tensor.List(count, [.. outputs, .. inputs, .. grad_outputs ?? []]);
        }
    }

    internal static nint[] Handles(IEnumerable<Tensor?>? tensors) => tensors is null ? [] : [.. tensors.Select(t => t?.Handle ?? 0)];

    public static IDisposable no_grad() => new GradMode(false);
    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);
    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);
    public static bool is_grad_enabled() => ts_grad_enabled() != 0;

    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);
    public static bool is_inference_mode_enabled() => ts_inference_mode() != 0;

    /// <summary>Sets the thread's grad mode and, disposed, what it was before.</summary>
    private sealed class GradMode : IDisposable
    {
        private readonly int before = ts_grad_enabled();

        internal GradMode(bool enabled) => ts_set_grad_enabled(enabled ? 1 : 0);

        public void Dispose() => ts_set_grad_enabled(before);
    }

    private sealed class InferenceMode(bool enabled) : IDisposable
    {
        private nint guard = ts_enter_inference_mode(enabled ? 1 : 0);

        public void Dispose()
        {
            if (guard != 0)
            {
                ts_leave_inference_mode(guard);
                guard = 0;
            }
        }
    }
}
