using DslExperiments.Planning;

namespace DslExperiments.Tests.Planning;

/// <summary>The driver's answer, and which of its GPUs a device means.</summary>
public sealed class GpuMemoryTests
{
    private const string TwoAlike = "0, GPU-1f2e, 40000, NVIDIA A100-SXM4-80GB\n1, GPU-1fff, 80000, NVIDIA A100-SXM4-80GB\n";

    private const string TwoKinds = "0, GPU-1f2e, 11000, NVIDIA GeForce RTX 2080 Ti\r\n1, GPU-9abc, 80000, NVIDIA H100\r\n";

    [Theory]
    [InlineData(TwoAlike, 0, null, null, 40_000)]
    [InlineData(TwoAlike, 1, null, null, 80_000)]
    [InlineData(TwoAlike, 2, null, null, -1)]
    [InlineData(TwoAlike, 0, "1", null, 80_000)]
    [InlineData(TwoAlike, 1, "1, 0", null, 40_000)]
    [InlineData(TwoAlike, 1, "1,7,0", null, -1)]
    [InlineData(TwoAlike, 0, "", null, -1)]
    [InlineData(TwoAlike, 0, "GPU-1ff", null, 80_000)]
    [InlineData(TwoKinds, 1, null, "PCI_BUS_ID", 80_000)]
    [InlineData(TwoKinds, 1, null, null, 11_000)]
    [InlineData(TwoKinds, 0, "GPU-9abc", null, 80_000)]
    [InlineData("0, GPU-1, [N/A], Jetson\n", 0, null, null, -1)]
    [InlineData("Failed to initialize NVML: Driver/library version mismatch", 0, null, null, -1)]
    [InlineData("", 0, null, null, -1)]
    public void Free_memory_of_a_device(string answer, int number, string? visible, string? order, int mebibytes) =>
        Assert.Equal(mebibytes < 0 ? null : mebibytes * 1048576.0, GpuMemory.FreeOf(answer, number, visible, order));
}
