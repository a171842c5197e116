using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace DslExperiments.Results;

/// <summary>What a safetensors file holds.</summary>
/// <param name="Metadata">Text by key.</param>
/// <param name="Tensors">Tensors by name.</param>
public sealed record SafetensorsFile(
    ImmutableSortedDictionary<string, string> Metadata,
    ImmutableSortedDictionary<string, SafeTensor> Tensors);

/// <summary>A tensor as bytes: row-major, little-endian.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of the elements.</param>
/// <param name="Shape">Sizes, outermost first; empty for one number.</param>
/// <param name="Bytes">The elements.</param>
public sealed record SafeTensor(string Name, SafeTensorType Type, ImmutableArray<long> Shape, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>A tensor of 32-bit floats.</summary>
    public static SafeTensor Of(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> shape) =>
        new(name, SafeTensorType.F32, [.. shape], MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A tensor of 64-bit floats.</summary>
    public static SafeTensor Of(string name, ReadOnlySpan<double> values, params ReadOnlySpan<long> shape) =>
        new(name, SafeTensorType.F64, [.. shape], MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>The elements as values of a C# type of the same size.</summary>
    public T[] ToArray<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes.Span).ToArray();
}

/// <summary>Types of elements.</summary>
public enum SafeTensorType
{
    /// <summary>32-bit float.</summary>
    F32,

    /// <summary>64-bit float.</summary>
    F64,

    /// <summary>64-bit integer.</summary>
    I64,

    /// <summary>32-bit integer.</summary>
    I32,

    /// <summary>Unsigned byte.</summary>
    U8,

    /// <summary>Boolean, one byte.</summary>
    Bool,

    /// <summary>16-bit float.</summary>
    F16,

    /// <summary>16-bit brain float.</summary>
    BF16,

    /// <summary>Signed byte.</summary>
    I8,

    /// <summary>16-bit integer.</summary>
    I16,

    /// <summary>Unsigned 16-bit integer.</summary>
    U16,

    /// <summary>Unsigned 32-bit integer.</summary>
    U32,

    /// <summary>Unsigned 64-bit integer.</summary>
    U64,
}

/// <summary>Names and sizes of <see cref="SafeTensorType"/>.</summary>
internal static class SafeTensorTypes
{
    public static string Code(this SafeTensorType type) => type == SafeTensorType.Bool ? "BOOL" : type.ToString();

    public static SafeTensorType? Parse(string? code) =>
        Enum.GetValues<SafeTensorType>().Where(type => type.Code() == code).Select(static type => (SafeTensorType?)type).FirstOrDefault();

    public static int Size(this SafeTensorType type) => type switch
    {
        SafeTensorType.F64 or SafeTensorType.I64 or SafeTensorType.U64 => 8,
        SafeTensorType.F32 or SafeTensorType.I32 or SafeTensorType.U32 => 4,
        SafeTensorType.F16 or SafeTensorType.BF16 or SafeTensorType.I16 or SafeTensorType.U16 => 2,
        _ => 1,
    };
}
