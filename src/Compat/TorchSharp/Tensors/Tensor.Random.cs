using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <content>Random contents.</content>
    public unsafe partial class Tensor
    {
        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null) =>
            Done(ts_normal_(Handle, mean, std, State(generator)), generator);
        public Tensor uniform_(double from, double to, Generator? generator = null) =>
            Done(ts_uniform_(Handle, from, to, State(generator)), generator);
        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) => Done(ts_bernoulli_(Handle, p, State(generator)), generator);
        public Tensor bernoulli_(Tensor p, Generator? generator = null) =>
            Done(ts_bernoulli_tensor_(Handle, p.Handle, State(generator)), generator, p);
        public Tensor exponential_(double lambda = 1, Generator? generator = null) =>
            Done(ts_exponential_(Handle, lambda, State(generator)), generator);
        public Tensor random_(double from, double to, Generator? generator = null) =>
            Done(ts_random_(Handle, (long)from, (long)to, State(generator)), generator);
        public Tensor bernoulli(Generator? generator = null) => New(ts_bernoulli(Handle, State(generator)), this, generator);
        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null) =>
            New(ts_multinomial(Handle, num_samples, replacement ? 1 : 0, State(generator)), this, generator);
    }
}
