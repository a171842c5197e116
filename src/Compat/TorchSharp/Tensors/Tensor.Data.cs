using TorchSharp.Utils;
using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        /// <summary>The one number of a one-element tensor; the type must be the tensor's own.</summary>
        public T item<T>() where T : struct
        {
            if (numel() != 1)
            {
                throw new ArgumentException($"item() needs a tensor of one element, this one is {Describe()}.");
            }

            CheckType<T>(dtype);
            if (is_cpu())
            {
                var value = *(T*)ts_data_ptr(Handle);
                GC.KeepAlive(this);
                return value;
            }

            using var local = cpu();
            return local.item<T>();
        }

        /// <summary>The numbers of a tensor on the CPU, without a copy. Disposing the accessor does not dispose the tensor.</summary>
        public TensorAccessor<T> data<T>() where T : struct
        {
            CheckType<T>(dtype);
            return is_cpu()
                ? new TensorAccessor<T>(this)
                : throw new InvalidOperationException("Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before reading.");
        }

        public Scalar ToScalar()
        {
            Number value;
            Done(ts_item(Handle, &value));
            return new Scalar(value);
        }

        /// <summary>The raw bytes of a contiguous CPU tensor, in place.</summary>
        public Span<byte> bytes
        {
            get => is_cpu() && is_contiguous()
                ? new Span<byte>((void*)ts_data_ptr(Handle), checked((int)(numel() * element_size())))
                : throw new InvalidOperationException("Only a contiguous tensor on the CPU shows its bytes.");
            set
            {
                var target = bytes;
                if (value.Length != target.Length)
                {
                    throw new ArgumentException($"The tensor has {target.Length} bytes, {value.Length} were given.");
                }

                value.CopyTo(target);
                GC.KeepAlive(this);
            }
        }

        public T ReadCpuValue<T>(long i) where T : struct => data<T>()[i];
        public float ReadCpuSingle(long i) => ReadCpuValue<float>(i);
        public double ReadCpuDouble(long i) => ReadCpuValue<double>(i);
        public byte ReadCpuByte(long i) => ReadCpuValue<byte>(i);
        public sbyte ReadCpuSByte(long i) => ReadCpuValue<sbyte>(i);
        public short ReadCpuInt16(long i) => ReadCpuValue<short>(i);
        public int ReadCpuInt32(long i) => ReadCpuValue<int>(i);
        public long ReadCpuInt64(long i) => ReadCpuValue<long>(i);
        public bool ReadCpuBool(long i) => ReadCpuValue<bool>(i);

        public static explicit operator float(Tensor value) => value.ToSingle();
        public static explicit operator double(Tensor value) => value.ToDouble();
        public static explicit operator sbyte(Tensor value) => value.ToSByte();
        public static explicit operator byte(Tensor value) => value.ToByte();
        public static explicit operator short(Tensor value) => value.ToInt16();
        public static explicit operator int(Tensor value) => value.ToInt32();
        public static explicit operator long(Tensor value) => value.ToInt64();
        public static explicit operator bool(Tensor value) => value.ToBoolean();

        internal nint DataPointer => ts_data_ptr(Handle);

        private static void CheckType<T>(ScalarType type)
        {
            if (TypeOf(typeof(T)) != type)
            {
                throw new ArgumentException($"The tensor holds {type}, not {typeof(T).Name}.");
            }
        }
    }

    /// <summary>The element type that holds a .NET number type.</summary>
    internal static ScalarType TypeOf(Type type) =>
        type == typeof(float) ? ScalarType.Float32
        : type == typeof(double) ? ScalarType.Float64
        : type == typeof(long) ? ScalarType.Int64
        : type == typeof(int) ? ScalarType.Int32
        : type == typeof(bool) ? ScalarType.Bool
        : type == typeof(byte) ? ScalarType.Byte
        : type == typeof(sbyte) ? ScalarType.Int8
        : type == typeof(short) ? ScalarType.Int16
        : type == typeof(Half) ? ScalarType.Float16
        : throw new ArgumentException($"{type.Name} is not the type of a tensor's elements.");
}

public static partial class TensorExtensionMethods
{
    public static float ToSingle(this torch.Tensor value) => value.ToScalar().ToSingle();
    public static double ToDouble(this torch.Tensor value) => value.ToScalar().ToDouble();
    public static Half ToHalf(this torch.Tensor value) => value.ToScalar().ToHalf();
    public static sbyte ToSByte(this torch.Tensor value) => value.ToScalar().ToSByte();
    public static byte ToByte(this torch.Tensor value) => value.ToScalar().ToByte();
    public static short ToInt16(this torch.Tensor value) => value.ToScalar().ToInt16();
    public static int ToInt32(this torch.Tensor value) => value.ToScalar().ToInt32();
    public static long ToInt64(this torch.Tensor value) => value.ToScalar().ToInt64();
    public static bool ToBoolean(this torch.Tensor value) => value.ToScalar().ToBoolean();
    public static long TotalSize(this IEnumerable<long> shape) => shape.Aggregate(1L, (product, n) => product * n);
    public static int ElementSize(this torch.ScalarType type) => type switch
    {
        torch.ScalarType.Byte or torch.ScalarType.Int8 or torch.ScalarType.Bool => 1,
        torch.ScalarType.Int16 or torch.ScalarType.Float16 or torch.ScalarType.BFloat16 => 2,
        torch.ScalarType.Int32 or torch.ScalarType.Float32 => 4,
        torch.ScalarType.Int64 or torch.ScalarType.Float64 or torch.ScalarType.ComplexFloat32 => 8,
        torch.ScalarType.ComplexFloat64 => 16,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No fixed element size."),
    };
}
