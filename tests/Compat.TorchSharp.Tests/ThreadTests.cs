using static TorchSharp.torch;

namespace Compat.TorchSharp.Tests;

public sealed class ThreadTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Training_in_parallel_gives_the_bits_of_training_in_turn(int threads)
    {
        var before = get_num_threads();
        try
        {
            set_num_threads(threads);
            float[] first = Training.Run(1, 200), second = Training.Run(2, 200);
            float[][] parallel = [[], []];
            InParallel(() => parallel[0] = Training.Run(1, 200), () => parallel[1] = Training.Run(2, 200));
            Assert.Equal(Bits(first), Bits(parallel[0]));
            Assert.Equal(Bits(second), Bits(parallel[1]));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void Large_products_are_the_same_in_parallel()
    {
        var before = get_num_threads();
        try
        {
            set_num_threads(1);
            using var scope = NewDisposeScope();
            using var generator = new Generator(3);
            Tensor a = randn([300, 200], generator: generator), b = randn([200, 250], generator: generator);
            var expected = a.matmul(b);
            InParallel(
                () => Numbers.SameBits(expected, a.matmul(b)),
                () => Numbers.SameBits(expected, a.matmul(b)));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void The_number_of_threads_holds_in_every_thread_at_once()
    {
        var before = get_num_threads();
        try
        {
            using var changed = new ManualResetEventSlim();
            using var started = new ManualResetEventSlim();
            var seen = new List<int>();
            set_num_threads(2);
            var thread = new Thread(() =>
            {
                using var scope = NewDisposeScope();
                _ = ones(100, 100).matmul(ones(100, 100));
                seen.Add(get_num_threads());
                started.Set();
                changed.Wait();
                _ = ones(100, 100).matmul(ones(100, 100));
                seen.Add(get_num_threads());
            });
            thread.Start();
            started.Wait();
            set_num_threads(1);
            changed.Set();
            thread.Join();
            Assert.Equal([2, 1], seen);
            Assert.Equal(1, get_num_threads());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void Grad_mode_belongs_to_its_thread()
    {
        using (no_grad())
        {
            var elsewhere = false;
            InParallel(() => elsewhere = is_grad_enabled());
            Assert.True(elsewhere);
            Assert.False(is_grad_enabled());
        }
    }

    private static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);

    private static void InParallel(params Action[] actions)
    {
        var errors = new List<Exception>();
        var threads = actions.Select(action => new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception error)
            {
                lock (errors)
                {
                    errors.Add(error);
                }
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.Empty(errors);
    }
}
