using System.Diagnostics;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Compat.TorchSharp.Tests;

/// <summary>Native memory comes back: at once with scopes, at the latest with the garbage collector.</summary>
public sealed class LifetimeTests
{
    [Fact]
    public void Ten_thousand_steps_leave_no_handle_behind()
    {
        Collect();
        var before = Tensor.TotalCount;
        set_num_threads(1);
        long settled = 0, memory = 0;
        Training.Run(1, 10_000, step =>
        {
            if (step == 1_000)
            {
                settled = Tensor.TotalCount;
                memory = Memory();
            }
            else if (step > 1_000)
            {
                Assert.Equal(settled, Tensor.TotalCount);
            }

            if (step == 9_999)
            {
                Assert.InRange(Memory() - memory, long.MinValue, 48L << 20);
            }
        });
        Collect();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Tensors_that_are_dropped_are_finalized()
    {
        Collect();
        var before = Tensor.TotalCount;
        Drop();
        Collect();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Tensors_of_a_thread_that_ended_inside_a_scope_are_finalized()
    {
        Collect();
        var before = Tensor.TotalCount;
        RunAndForget();
        Collect();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Finalizers_run_beside_computation()
    {
        using var scope = NewDisposeScope();
        var x = ones(64);
        var expected = (x * 2 + 1).Doubles();
        for (var i = 0; i < 300; i++)
        {
            Drop();
            var y = Product(x);
            if (i % 10 == 0)
            {
                GC.Collect();
            }

            Numbers.Close(expected, y);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop()
    {
        for (var i = 0; i < 20; i++)
        {
            _ = Product(ones(64, requires_grad: true).DetachFromDisposeScope()).DetachFromDisposeScope();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Tensor Product(Tensor x)
    {
        // The intermediate has no name: only the call itself keeps it alive.
        return (x * 2).DetachFromDisposeScope() + 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunAndForget()
    {
        var thread = new Thread(() =>
        {
            NewDisposeScope();
            _ = ones(10) + 1;
        });
        thread.Start();
        thread.Join();
    }

    private static void Collect()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static long Memory()
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
