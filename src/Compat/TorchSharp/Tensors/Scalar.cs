namespace TorchSharp;

/// <summary>A number given to an operator. It holds no native memory; Dispose is there because TorchSharp has it.</summary>
public sealed class Scalar : IDisposable
{
    internal readonly Native.Number Value;

    internal Scalar(Native.Number value) => Value = value;

    public torch.ScalarType Type => Value.Kind switch
    {
        Native.Number.Floating => torch.ScalarType.Float64,
        Native.Number.Boolean => torch.ScalarType.Bool,
        _ => torch.ScalarType.Int64,
    };

    public static implicit operator Scalar(byte value) => new((long)value);
    public static implicit operator Scalar(sbyte value) => new((long)value);
    public static implicit operator Scalar(short value) => new((long)value);
    public static implicit operator Scalar(int value) => new((long)value);
    public static implicit operator Scalar(long value) => new(value);
    public static implicit operator Scalar(Half value) => new((double)value);
    public static implicit operator Scalar(float value) => new((double)value);
    public static implicit operator Scalar(double value) => new(value);
    public static implicit operator Scalar(bool value) => new(new Native.Number(value ? 1 : 0, Native.Number.Boolean));

    public void Dispose()
    {
    }
}

public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => value;
    public static Scalar ToScalar(this sbyte value) => value;
    public static Scalar ToScalar(this short value) => value;
    public static Scalar ToScalar(this int value) => value;
    public static Scalar ToScalar(this long value) => value;
    public static Scalar ToScalar(this Half value) => value;
    public static Scalar ToScalar(this float value) => value;
    public static Scalar ToScalar(this double value) => value;
    public static Scalar ToScalar(this bool value) => value;

    public static float ToSingle(this Scalar value) => (float)value.Value.ToDouble();
    public static double ToDouble(this Scalar value) => value.Value.ToDouble();
    public static Half ToHalf(this Scalar value) => (Half)value.Value.ToDouble();
    public static sbyte ToSByte(this Scalar value) => (sbyte)value.Value.ToInt64();
    public static byte ToByte(this Scalar value) => (byte)value.Value.ToInt64();
    public static short ToInt16(this Scalar value) => (short)value.Value.ToInt64();
    public static int ToInt32(this Scalar value) => (int)value.Value.ToInt64();
    public static long ToInt64(this Scalar value) => value.Value.ToInt64();
    public static bool ToBoolean(this Scalar value) => value.Value.ToDouble() != 0;
}
