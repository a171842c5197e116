using System.Runtime.InteropServices;

namespace DslExperiments.Tests.Planning;

/// <summary>Counts the bytes of the tensors that this thread makes, as libtorch's allocators report them, until it is disposed.</summary>
internal sealed class AllocationCounter : IDisposable
{
    public AllocationCounter() => Assert.Equal(0, Begin(0, 0));

    /// <summary>Bytes now.</summary>
    public long Now => Count();

    /// <summary>The most bytes since the last <see cref="Restart"/>.</summary>
    public long Peak => Most();

    /// <summary>Forgets the peak so far.</summary>
    public void Restart() => Again();

    public void Dispose() => Assert.Equal(0, End());

    [DllImport("TorchSharpNative", EntryPoint = "ts_memory_begin", ExactSpelling = true)]
    private static extern int Begin(nint sizes, long most);

    [DllImport("TorchSharpNative", EntryPoint = "ts_memory_now", ExactSpelling = true)]
    private static extern long Count();

    [DllImport("TorchSharpNative", EntryPoint = "ts_memory_peak", ExactSpelling = true)]
    private static extern long Most();

    [DllImport("TorchSharpNative", EntryPoint = "ts_memory_restart", ExactSpelling = true)]
    private static extern void Again();

    [DllImport("TorchSharpNative", EntryPoint = "ts_memory_end", ExactSpelling = true)]
    private static extern int End();
}
