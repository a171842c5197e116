using TorchSharp;

namespace DslExperiments.Hosting;

/// <summary>The devices that a run can ask for.</summary>
internal static class Devices
{
    public const string Cpu = "cpu";

    private static readonly string[] Names = [Cpu, "cuda"];

    /// <summary>Checks a name without loading libtorch.</summary>
    public static void RequireKnown(string name)
    {
        var kind = name.Split(':')[0];
        if (!Names.Contains(kind) || (name != kind && (kind == Cpu || !int.TryParse(name.AsSpan(kind.Length + 1), out _))))
        {
            throw new ExperimentUsageException($"There is no device '{name}'; there are {string.Join(" and ", Names)}.");
        }
    }

    /// <summary>The device, if the machine has it.</summary>
    public static torch.Device Open(string name)
    {
        RequireKnown(name);
        if (name != Cpu && !torch.cuda.is_available())
        {
            throw new ExperimentUsageException(
                "Device 'cuda' needs an NVIDIA GPU and a libtorch that was built for CUDA; this machine lacks one of them.");
        }

        return torch.device(name);
    }
}
