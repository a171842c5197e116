using System.Runtime.InteropServices;

namespace TorchSharp;

public static unsafe partial class torch
{
    private static ScalarType defaultType = ScalarType.Float32;

    public static ScalarType get_default_dtype() => defaultType;

    public static void set_default_dtype(ScalarType dtype)
    {
        if (Native.ts_set_default_dtype((int)dtype) != 0)
        {
            CheckForErrors();
        }

        defaultType = dtype;
    }

    /// <summary>The version of the libtorch in use.</summary>
    public static string __version__ => Marshal.PtrToStringUTF8((nint)Native.ts_version())!;

    /// <summary>Threads inside one operator, for every managed thread and for the BLAS library too.</summary>
    public static void set_num_threads(int num)
    {
        if (Native.ts_set_num_threads(num) != 0)
        {
            CheckForErrors();
        }
    }

    public static int get_num_threads() => Native.ts_get_num_threads();

    public static void set_num_interop_threads(int num)
    {
        if (Native.ts_set_num_interop_threads(num) != 0)
        {
            CheckForErrors();
        }
    }

    public static int get_num_interop_threads() => Native.ts_get_num_interop_threads();

    /// <summary>Throws what the last failed native call on this thread left behind.</summary>
    public static void CheckForErrors()
    {
        if (Native.TakeError() is { } message)
        {
            throw new ExternalException(message);
        }
    }

    public static bool cuda_is_available() => cuda.is_available();

    public static partial class cuda
    {
        public static bool is_available() => Native.ts_cuda_is_available() != 0;
        public static bool is_cudnn_available() => Native.ts_cudnn_is_available() != 0;
        public static int device_count() => Native.ts_cuda_device_count();

        public static void synchronize(Device? device = null)
        {
            if (Native.ts_cuda_synchronize(device?.index ?? -1) != 0)
            {
                CheckForErrors();
            }
        }

        public static void manual_seed(long seed) => torch.manual_seed(seed);
        public static void manual_seed_all(long seed) => torch.manual_seed(seed);
    }

    public static partial class backends
    {
        public static partial class cuda
        {
            public static partial class matmul
            {
                public static bool allow_tf32
                {
                    get => Native.ts_cuda_get_tf32() != 0;
                    set => Native.ts_cuda_set_tf32(value ? 1 : 0);
                }
            }
        }

        public static partial class cudnn
        {
            public static bool allow_tf32
            {
                get => Native.ts_cudnn_get_tf32() != 0;
                set => Native.ts_cudnn_set_tf32(value ? 1 : 0);
            }
        }
    }
}
