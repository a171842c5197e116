using static TorchSharp.Native;

namespace TorchSharp;

public static unsafe partial class torch
{
    /// <summary>A source of random numbers with a state of its own.</summary>
    public class Generator : IDisposable
    {
        private nint handle;

        public Generator(ulong seed = 0, Device? device = null) : this(Create(seed, device ??= CPU), device)
        {
        }

        private Generator(nint handle, Device device)
        {
            this.handle = handle;
            this.device = device;
        }

        ~Generator() => Dispose(false);

        /// <summary>The CPU generator that is used where none is named.</summary>
        public static Generator Default => new(ts_generator_default(), CPU);

        public nint Handle => handle != 0 ? handle : throw new InvalidOperationException("The generator has been disposed.");

        public Device device { get; }

        public Generator manual_seed(long seed)
        {
            Check(ts_generator_set_seed(Handle, (ulong)seed));
            return this;
        }

        public long initial_seed()
        {
            var seed = (long)ts_generator_current_seed(Handle);
            GC.KeepAlive(this);
            return seed;
        }

        /// <summary>Seeds from the machine's entropy and returns the seed.</summary>
        public long seed()
        {
            var seed = (long)ts_generator_reseed(Handle);
            GC.KeepAlive(this);
            return seed;
        }

        public Tensor get_state()
        {
            var result = ts_generator_get_state(Handle);
            GC.KeepAlive(this);
            return result != 0 ? new Tensor(result) : throw Tensor.Failure();
        }

        public void set_state(Tensor value)
        {
            Check(ts_generator_set_state(Handle, value.Handle));
            GC.KeepAlive(value);
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            var owned = Interlocked.Exchange(ref handle, 0);
            if (owned != 0)
            {
                ts_generator_free(owned);
            }
        }

        private void Check(int status)
        {
            GC.KeepAlive(this);
            if (status != 0)
            {
                throw Tensor.Failure();
            }
        }

        private static nint Create(ulong seed, Device device)
        {
            var handle = ts_generator_new(seed, (int)device.type, device.index);
            return handle != 0 ? handle : throw Tensor.Failure();
        }
    }

    /// <summary>Seeds the default generators of all devices.</summary>
    public static Generator manual_seed(long seed)
    {
        ts_manual_seed((ulong)seed);
        return Generator.Default;
    }

    public static long initial_seed() => random.initial_seed();
    public static long seed() => random.seed();
    public static Tensor get_rng_state() => random.get_rng_state();
    public static void set_rng_state(Tensor new_state) => random.set_rng_state(new_state);

    public static partial class random
    {
        public static Generator manual_seed(long seed) => torch.manual_seed(seed);

        public static long initial_seed()
        {
            using var generator = Generator.Default;
            return generator.initial_seed();
        }

        public static long seed()
        {
            using var generator = Generator.Default;
            return generator.seed();
        }

        public static Tensor get_rng_state()
        {
            using var generator = Generator.Default;
            return generator.get_state();
        }

        public static void set_rng_state(Tensor new_state)
        {
            using var generator = Generator.Default;
            generator.set_state(new_state);
        }
    }
}
