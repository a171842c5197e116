using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <content>Losses.</content>
        public static partial class functional
        {
            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean, double label_smoothing = 0) =>
                Tensor.New(ts_cross_entropy(input.Handle, target.Handle, Tensor.OrZero(weight), (int)reduction, ignore_index, label_smoothing), input, target, weight);

            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Tensor.New(ts_nll_loss(input.Handle, target.Handle, Tensor.OrZero(weight), (int)reduction, -100), input, target, weight);

            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Tensor.New(ts_mse_loss(input.Handle, target.Handle, (int)reduction), input, target);

            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Tensor.New(ts_l1_loss(input.Handle, target.Handle, (int)reduction), input, target);

            public static Tensor smooth_l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1) =>
                Tensor.New(ts_smooth_l1_loss(input.Handle, target.Handle, (int)reduction, beta), input, target);

            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1, Reduction reduction = Reduction.Mean) =>
                Tensor.New(ts_huber_loss(input.Handle, target.Handle, (int)reduction, delta), input, target);

            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean) =>
                Tensor.New(ts_kl_div(input.Handle, target.Handle, (int)reduction, log_target ? 1 : 0), input, target);

            public static Tensor binary_cross_entropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean) =>
                Tensor.New(ts_binary_cross_entropy(input.Handle, target.Handle, Tensor.OrZero(weight), (int)reduction), input, target, weight);

            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null)
            {
                var result = ts_binary_cross_entropy_with_logits(input.Handle, target.Handle, Tensor.OrZero(weight), Tensor.OrZero(pos_weights), (int)reduction);
                GC.KeepAlive(pos_weights);
                return Tensor.New(result, input, target, weight);
            }
        }
    }
}
