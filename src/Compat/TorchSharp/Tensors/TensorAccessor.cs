using System.Collections;

namespace TorchSharp.Utils;

/// <summary>A view of a CPU tensor's numbers, in the order of its shape whatever its strides are.</summary>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : struct
{
    private readonly torch.Tensor tensor;

    internal TensorAccessor(torch.Tensor tensor) => this.tensor = tensor;

    public long Count => tensor.numel();

    public bool IsReadOnly => false;

    public T this[params long[] indices]
    {
        get
        {
            var value = *Address(indices);
            GC.KeepAlive(tensor);
            return value;
        }
        set
        {
            *Address(indices) = value;
            GC.KeepAlive(tensor);
        }
    }

    public T[] ToArray()
    {
        var array = new T[Count];
        CopyTo(array.AsSpan());
        return array;
    }

    /// <summary>The numbers in an array with as many dimensions as the tensor; the number itself for none.</summary>
    public Array ToNDArray()
    {
        if (tensor.dim() == 0)
        {
            return ToArray();
        }

        var array = Array.CreateInstance(typeof(T), tensor.shape);
        var source = ToArray();
        var size = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        ref var target = ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(array);
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(source.AsSpan())
            .CopyTo(System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref target, source.Length * size));
        return array;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = (int)(Count - tensorIndex);
        var target = array.Slice(arrayIndex, count);
        if (tensor.is_contiguous())
        {
            new ReadOnlySpan<T>((T*)tensor.DataPointer + tensorIndex, count).CopyTo(target);
        }
        else
        {
            var data = (T*)tensor.DataPointer;
            var i = 0;
            foreach (var offset in Offsets().Skip((int)tensorIndex))
            {
                target[i++] = data[offset];
            }
        }

        GC.KeepAlive(tensor);
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom(array.AsSpan(), arrayIndex, tensorIndex);

    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var source = array[arrayIndex..];
        var count = (int)Math.Min(source.Length, Count - tensorIndex);
        var data = (T*)tensor.DataPointer;
        if (tensor.is_contiguous())
        {
            source[..count].CopyTo(new Span<T>(data + tensorIndex, count));
        }
        else
        {
            var i = 0;
            foreach (var offset in Offsets().Skip((int)tensorIndex).Take(count))
            {
                data[offset] = source[i++];
            }
        }

        GC.KeepAlive(tensor);
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
    }

    private T* Address(long[] indices)
    {
        if (indices.Length == 1)
        {
            var flat = indices[0];
            if (flat < 0 || flat >= Count)
            {
                throw new IndexOutOfRangeException();
            }

            return (T*)tensor.DataPointer + (tensor.is_contiguous() ? flat : OffsetOf(flat, tensor.shape, tensor.stride()));
        }

        var (shape, stride) = (tensor.shape, tensor.stride());
        if (indices.Length != shape.Length)
        {
            throw new ArgumentException($"The tensor has {shape.Length} dimensions, {indices.Length} indices were given.");
        }

        var offset = 0L;
        for (var i = 0; i < indices.Length; i++)
        {
            offset += indices[i] >= 0 && indices[i] < shape[i] ? indices[i] * stride[i] : throw new IndexOutOfRangeException();
        }

        return (T*)tensor.DataPointer + offset;
    }

    private IEnumerable<long> Offsets()
    {
        var (shape, stride, count) = (tensor.shape, tensor.stride(), Count);
        for (var flat = 0L; flat < count; flat++)
        {
            yield return OffsetOf(flat, shape, stride);
        }
    }

    private static long OffsetOf(long flat, long[] shape, long[] stride)
    {
        var offset = 0L;
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            (flat, var place) = Math.DivRem(flat, shape[i]);
            offset += place * stride[i];
        }

        return offset;
    }
}
