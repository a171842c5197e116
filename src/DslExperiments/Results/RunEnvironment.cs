using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using X86 = System.Runtime.Intrinsics.X86;

namespace DslExperiments.Results;

/// <summary>Where a run happens: versions, machine, source state. Recorded, never acted upon.</summary>
internal static class RunEnvironment
{
    /// <summary>Version of this assembly, without the commit that the SDK appends.</summary>
    public static string RuntimeVersion { get; } = VersionOf(typeof(RunEnvironment).Assembly);

    /// <summary>Version of the tensor library's C# side.</summary>
    public static string TorchVersion => VersionOf(typeof(TorchSharp.torch).Assembly);

    /// <summary>Version of .NET.</summary>
    public static string DotNetVersion => Environment.Version.ToString();

    /// <summary>Version of the generator that emitted an experiment, from the attribute it leaves.</summary>
    public static string? GeneratorVersion(Type experiment) =>
        experiment.GetCustomAttribute<System.CodeDom.Compiler.GeneratedCodeAttribute>()?.Version;

    /// <summary>Operating system and architecture.</summary>
    public static string System => $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>The processor's name, where the system tells it.</summary>
    public static string? Processor
    {
        get
        {
            if (OperatingSystem.IsWindows())
            {
                return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
            }

            try
            {
                return File.ReadLines("/proc/cpuinfo")
                    .FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?
                    .Split(':', 2)[1].Trim();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    /// <summary>The widest vector instructions, on which the bits of float results depend.</summary>
    public static string Capability =>
        X86.Avx512F.IsSupported ? "avx512"
        : X86.Avx2.IsSupported ? "avx2"
        : X86.Sse42.IsSupported ? "sse4.2"
        : global::System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported ? "neon"
        : "none";

    /// <summary>
    /// The linear algebra library that the process has loaded, by its file name, and the kernels that it chose, if it says;
    /// null before libtorch is loaded and on systems that do not tell.
    /// </summary>
    public static string? Blas
    {
        get
        {
            if (!OperatingSystem.IsLinux())
            {
                return null;
            }

            try
            {
                var path = File.ReadLines("/proc/self/maps")
                    .Select(static line => line[(line.LastIndexOf(' ') + 1)..])
                    .Where(static path => Path.GetFileName(path) is var file
                        && (file.Contains("blas", StringComparison.OrdinalIgnoreCase) || file.Contains("mkl_core", StringComparison.Ordinal)))
                    .Distinct()
                    .OrderByDescending(static path => Path.GetFileName(path).Length)
                    .FirstOrDefault();
                return path is null ? null : KernelsOf(path) is { } kernels ? $"{Path.GetFileName(path)} {kernels}" : Path.GetFileName(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    /// <summary>The name of the processor whose kernels OpenBLAS uses.</summary>
    private static string? KernelsOf(string path) =>
        NativeLibrary.TryLoad(path, out var library) && NativeLibrary.TryGetExport(library, "openblas_get_corename", out var export)
            ? Marshal.PtrToStringUTF8(Marshal.GetDelegateForFunctionPointer<Text>(export)())
            : null;

    private delegate nint Text();

    private static string VersionOf(Assembly assembly)
    {
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? string.Create(CultureInfo.InvariantCulture, $"{assembly.GetName().Version}");
        return version.Split('+')[0];
    }
}
