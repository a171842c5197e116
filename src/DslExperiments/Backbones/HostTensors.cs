using TorchSharp;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>Numbers that the CPU makes for the device in the course of a training: batches, rates.</summary>
internal static class HostTensors
{
    /// <summary>
    /// The same tensor in the device's memory. A GPU fetches it from page-locked memory in its own time: the step does not
    /// wait for it, nor for what the GPU has still to do.
    /// </summary>
    public static Tensor Upload(this Tensor host, Device device)
    {
        if (device.type != DeviceType.CUDA)
        {
            return host.to(device);
        }

        using (host)
        {
            using var locked = host.pin_memory();
            return locked.to(device, non_blocking: true);
        }
    }
}
