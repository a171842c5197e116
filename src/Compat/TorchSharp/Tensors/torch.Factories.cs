using System.Runtime.InteropServices;
using static TorchSharp.Native;

namespace TorchSharp;

public static unsafe partial class torch
{
    public static Tensor eye(long rows, long columns = -1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        var place = Place(dtype, device, names);
        return Finished(ts_eye(rows, columns < 0 ? rows : columns, place.Type, place.Device, place.Index), requires_grad);
    }

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var whole = is_integral(start.Type) && is_integral(stop.Type) && is_integral(step.Type);
        var place = Place(dtype ?? (whole ? ScalarType.Int64 : defaultType), device, null);
        return Finished(ts_arange(start.Value, stop.Value, step.Value, place.Type, place.Device, place.Index), requires_grad);
    }

    public static Tensor linspace(double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var place = Place(dtype, device, null);
        return Finished(ts_linspace(start, end, steps, place.Type, place.Device, place.Index), requires_grad);
    }

    public static Tensor logspace(double start, double end, long steps, double @base = 10, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var place = Place(dtype, device, null);
        return Finished(ts_logspace(start, end, steps, @base, place.Type, place.Device, place.Index), requires_grad);
    }

    public static Tensor randint(long low, long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null)
    {
        var place = Place(dtype ?? ScalarType.Int64, device, names);
        var result = ts_randint(low, high, size, size.Length, Tensor.State(generator), place.Type, place.Device, place.Index);
        GC.KeepAlive(generator);
        return Finished(result, requires_grad);
    }

    public static Tensor randint(long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator, names);

    public static Tensor randint(int high, int[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        randint(0, high, Array.ConvertAll(size, n => (long)n), dtype, device, requires_grad, generator, names);

    public static Tensor randint(int low, int high, int[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null) =>
        randint(low, high, Array.ConvertAll(size, n => (long)n), dtype, device, requires_grad, generator, names);

    public static Tensor randperm(long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null)
    {
        var place = Place(dtype ?? ScalarType.Int64, device, null);
        var result = ts_randperm(n, Tensor.State(generator), place.Type, place.Device, place.Index);
        GC.KeepAlive(generator);
        return Finished(result, requires_grad);
    }

    public static Tensor normal(double mean, double std, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null, string[]? names = null)
    {
        var result = empty(size, dtype, device, false, names).normal_(mean, std, generator);
        return requires_grad ? result.requires_grad_() : result;
    }

    public static Tensor normal(Tensor mean, Tensor std, Generator? generator = null)
    {
        var result = ts_normal(mean.Handle, std.Handle, Tensor.State(generator));
        GC.KeepAlive(generator);
        return Tensor.New(result, mean, std);
    }

    public static Tensor tril_indices(long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device? device = null)
    {
        var place = Place(dtype, device, null);
        return Finished(ts_tril_indices(row, col, offset, place.Type, place.Device, place.Index), false);
    }

    public static Tensor triu_indices(long row, long col, long offset = 0, ScalarType dtype = ScalarType.Int64, Device? device = null)
    {
        var place = Place(dtype, device, null);
        return Finished(ts_triu_indices(row, col, offset, place.Type, place.Device, place.Index), false);
    }

    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Unnamed(names, input).zeros_like(dtype, device, requires_grad);

    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Unnamed(names, input).ones_like(dtype, device, requires_grad);

    public static Tensor empty_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Unnamed(names, input).empty_like(dtype, device, requires_grad);

    public static Tensor full_like(Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        Unnamed(names, input).full_like(value, dtype, device, requires_grad);

    /// <summary>A tensor with the contents, the shape and the element type of a .NET array of any rank.</summary>
    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        var type = TypeOf(rawArray.GetType().GetElementType()!);
        var sizes = Enumerable.Range(0, rawArray.Rank).Select(rawArray.GetLongLength).ToArray();
        var place = Place(dtype ?? type, device, names);
        fixed (byte* data = &MemoryMarshal.GetArrayDataReference(rawArray))
        {
            return Finished(ts_from_memory(data, (int)type, sizes, sizes.Length, place.Type, place.Device, place.Index), requires_grad);
        }
    }

    internal static Tensor tensor(Scalar scalar) => full((ReadOnlySpan<long>)[], scalar, scalar.Type);

    private static Tensor From<T>(Array array, ScalarType? dtype, Device? device, bool requires_grad, string[]? names = null) where T : unmanaged =>
        from_array(array, dtype, device, requires_grad, names);

    private static Tensor From<T>(ReadOnlySpan<T> values, ReadOnlySpan<long> sizes, ScalarType? dtype, Device? device, bool requires_grad, string[]? names = null) where T : unmanaged
    {
        var count = 1L;
        foreach (var size in sizes)
        {
            count *= size;
        }

        if (count != values.Length)
        {
            throw new ArgumentException($"{values.Length} numbers do not fill the shape [{string.Join(", ", sizes.ToArray())}].");
        }

        var type = TypeOf(typeof(T));
        var place = Place(dtype ?? type, device, names);
        fixed (T* data = values)
        {
            return Finished(ts_from_memory(data, (int)type, sizes, sizes.Length, place.Type, place.Device, place.Index), requires_grad);
        }
    }

    private static ReadOnlySpan<T> Span<T>(IList<T> list) => list switch
    {
        T[] array => array,
        List<T> items => CollectionsMarshal.AsSpan(items),
        _ => list.ToArray(),
    };

    private static (int Type, int Device, int Index) Place(ScalarType? dtype, Device? device, string[]? names)
    {
        RejectNames(names);
        var place = device ?? defaultDevice;
        return ((int)(dtype ?? defaultType), (int)place.type, place.index);
    }

    private static Tensor Finished(nint result, bool requires_grad)
    {
        var tensor = result != 0 ? new Tensor(result) : throw Tensor.Failure();
        return requires_grad ? tensor.requires_grad_() : tensor;
    }

    private static Tensor Unnamed(string[]? names, Tensor tensor)
    {
        RejectNames(names);
        return tensor;
    }

    private static void RejectNames(string[]? names)
    {
        if (names is { Length: > 0 })
        {
            throw new NotSupportedException("Named dimensions are not part of this subset of TorchSharp.");
        }
    }
}
