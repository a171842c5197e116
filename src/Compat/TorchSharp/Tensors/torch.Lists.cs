using System.Text;
using static TorchSharp.Native;

namespace TorchSharp;

/// <content>Functions of several tensors, and the few whose form is not that of a member of Tensor.</content>
public static unsafe partial class torch
{
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => Joined(&ts_cat, [.. tensors], dim);
    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) => Joined(&ts_cat, tensors, dim);
    public static Tensor cat(Tensor[] tensors, long dim = 0) => Joined(&ts_cat, tensors, dim);
    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => Joined(&ts_cat, [.. tensors], dim);
    public static Tensor concat(ReadOnlySpan<Tensor> tensors, long dim = 0) => Joined(&ts_cat, tensors, dim);
    public static Tensor concat(Tensor[] tensors, long dim = 0) => Joined(&ts_cat, tensors, dim);
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => Joined(&ts_stack, [.. tensors], dim);

    public static Tensor einsum(string equation, params Tensor[] tensors)
    {
        var text = Encoding.UTF8.GetBytes(equation + '\0');
        var handles = Handles(tensors);
        var result = ts_einsum(text, handles, handles.Length);
        GC.KeepAlive(tensors);
        return result != 0 ? new Tensor(result) : throw Tensor.Failure(tensors);
    }

    public static Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij")
    {
        Tensor[] list = [.. tensors];
        return Tensor.List(ts_meshgrid(Handles(list), list.Length, indexing == "xy" ? 1 : 0), list);
    }

    public static IList<Tensor> broadcast_tensors(params Tensor[] tensors) =>
        Tensor.List(ts_broadcast_tensors(Handles(tensors), tensors.Length), tensors);

    public static Tensor where(Tensor condition, Tensor x, Tensor y) => x.where(condition, y);

    public static Tensor[] where(Tensor condition) => Tensor.List(ts_where_list(condition.Handle), condition);

    public static (Tensor res, Tensor logabsdet) slogdet(Tensor A) => linalg.slogdet(A);

    public static bool is_tensor(object obj) => obj is Tensor;

    private static Tensor Joined(delegate*<ReadOnlySpan<nint>, int, long, nint> join, ReadOnlySpan<Tensor> tensors, long dim)
    {
        var handles = tensors.Length <= 64 ? stackalloc nint[tensors.Length] : new nint[tensors.Length];
        for (var i = 0; i < handles.Length; i++)
        {
            handles[i] = tensors[i].Handle;
        }

        var result = join(handles, handles.Length, dim);
        foreach (var tensor in tensors)
        {
            GC.KeepAlive(tensor);
        }

        return result != 0 ? new Tensor(result) : throw Tensor.Failure(tensors!);
    }
}
