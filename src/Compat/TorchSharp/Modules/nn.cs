using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    /// <content>The constructors of the layers.</content>
    public static partial class nn
    {
        public enum Reduction { None = 0, Mean = 1, Sum = 2 }

        public static Linear Linear(Parameter weight, Parameter? bias = null) => new(weight, bias);

        public static Linear Linear(long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null)
        {
            var weight = init.kaiming_uniform_(empty(outputSize, inputSize, dtype, device), a: Math.Sqrt(5));
            if (!hasBias)
            {
                return new Linear(new Parameter(weight), null);
            }

            var bound = inputSize > 0 ? 1 / Math.Sqrt(inputSize) : 0;
            var bias = empty(outputSize, dtype, device).uniform_(-bound, bound);
            return new Linear(new Parameter(weight), new Parameter(bias));
        }

        public static Embedding Embedding(long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null, double norm_type = 2, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
        {
            if (max_norm is not null || scale_grad_by_freq || sparse)
            {
                throw new NotSupportedException("max_norm, scale_grad_by_freq and sparse embeddings are not part of this subset of TorchSharp.");
            }

            var weight = empty(num_embeddings, embedding_dims, dtype, device).normal_();
            if (padding_idx is { } padding)
            {
                using var row = weight[padding].zero_();
            }

            return new Embedding(new Parameter(weight), padding_idx);
        }

        public static LayerNorm LayerNorm(long[] normalized_shape, double eps = 1E-05, bool elementwise_affine = true, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(normalized_shape, eps, elementwise_affine, bias, dtype, device);

        public static LayerNorm LayerNorm(long normalized_shape, double eps = 1E-05, bool elementwise_affine = true, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new([normalized_shape], eps, elementwise_affine, bias, dtype, device);

        public static Dropout Dropout(double p = 0.5, bool inplace = false) => new(p, inplace);
        public static ReLU ReLU(bool inplace = false) => new(inplace);
        public static SiLU SiLU() => new(false);
        public static SiLU SiLU(bool inplace) => new(inplace);
        public static GELU GELU() => new(Modules.GELU.Approximate.none, false);
        public static GELU GELU(bool inplace) => new(Modules.GELU.Approximate.none, inplace);
        public static GELU GELU(GELU.Approximate approximate, bool inplace = false) => new(approximate, inplace);
        public static Tanh Tanh() => new(false);
        public static Tanh Tanh(bool inplace = false) => new(inplace);
        public static Identity Identity() => new();

        public static Sequential Sequential() => new(Array.Empty<Module<Tensor, Tensor>>());
        public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => new(modules);
        public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) => new(modules);
        public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules) => new([.. modules]);

        public static ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);
        public static ModuleList<Module> ModuleList(params Module[] modules) => new(modules);
    }
}
