using System.Globalization;
using DslExperiments.Hosting;

namespace DslExperiments.Planning;

/// <summary>What a GPU has left, as NVIDIA's driver says it through <c>nvidia-smi</c>: TorchSharp's API does not tell.</summary>
internal static class GpuMemory
{
    private static readonly string[] Question = ["--query-gpu=index,uuid,memory.free,name", "--format=csv,noheader,nounits"];

    /// <summary>Free bytes of a device; null where nobody tells.</summary>
    /// <param name="device"><c>cuda</c> or <c>cuda:N</c>, a number among the GPUs that this process sees.</param>
    public static double? FreeOf(string device)
    {
        int number = device.Split(':') is [_, var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        return OtherProgram.OutputOf("nvidia-smi", Question) is { } answer
            ? FreeOf(answer, number, Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"), Environment.GetEnvironmentVariable("CUDA_DEVICE_ORDER"))
            : null;
    }

    /// <summary>Free bytes out of the driver's answer, a line <c>index, uuid, free MiB, name</c> for each GPU.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="number">The device's number among the visible ones.</param>
    /// <param name="visible"><c>CUDA_VISIBLE_DEVICES</c>: numbers or UUIDs, of which the first wrong one ends the list; null for all.</param>
    /// <param name="order"><c>CUDA_DEVICE_ORDER</c>: with <c>PCI_BUS_ID</c> CUDA numbers GPUs as the driver does, else the fastest come first.</param>
    internal static double? FreeOf(string answer, int number, string? visible, string? order)
    {
        Gpu[] all = [.. answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Gpu.Parse).OfType<Gpu>()];
        Gpu[] seen = visible is null
            ? all
            : [.. visible.Split(',', StringSplitOptions.TrimEntries).Select(name => all.FirstOrDefault(gpu => gpu.IsCalled(name))).TakeWhile(static gpu => gpu is not null).OfType<Gpu>()];
        if (number >= seen.Length)
        {
            return null;
        }

        // GPUs of different kinds in an order that only CUDA knows: the least that it can be.
        return order == "PCI_BUS_ID" || all.Select(static gpu => gpu.Name).Distinct().Count() == 1 || visible?.Contains("GPU-", StringComparison.Ordinal) == true
            ? seen[number].Free
            : all.Min(static gpu => gpu.Free);
    }

    private sealed record Gpu(string Index, string Id, double Free, string Name)
    {
        /// <summary>A line of the answer; null for a GPU that does not tell, as one that shares the processor's memory.</summary>
        public static Gpu? Parse(string line) =>
            line.Split(',', 4, StringSplitOptions.TrimEntries) is [var index, var id, var free, var name]
            && double.TryParse(free, NumberStyles.None, CultureInfo.InvariantCulture, out double mebibytes)
                ? new(index, id, mebibytes * (1 << 20), name)
                : null;

        /// <summary>True for the GPU's number, and for the beginning of its UUID.</summary>
        public bool IsCalled(string name) => name == Index || (name.StartsWith("GPU-", StringComparison.Ordinal) && Id.StartsWith(name, StringComparison.Ordinal));
    }
}
