using System.Globalization;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Modules one after another. What they make on the way is disposed.</summary>
public class Sequential : nn.Module<Tensor, Tensor>
{
    private readonly List<(string name, nn.Module<Tensor, Tensor> module)> steps = [];

    protected internal Sequential(params (string name, nn.Module<Tensor, Tensor> submodule)[] modules) : base(nameof(Sequential))
    {
        foreach (var (stepName, module) in modules)
        {
            append(stepName, module);
        }
    }

    protected internal Sequential(params nn.Module<Tensor, Tensor>[] modules) : base(nameof(Sequential))
    {
        foreach (var module in modules)
        {
            append(module);
        }
    }

    public int Count => steps.Count;

    public nn.IModule<Tensor, Tensor> this[int index] => steps[index].module;

    public Sequential append(nn.IModule<Tensor, Tensor> module) => append(Count.ToString(CultureInfo.InvariantCulture), module);

    public Sequential append(string name, nn.IModule<Tensor, Tensor> module)
    {
        var step = (nn.Module<Tensor, Tensor>)module;
        register_module(name, step);
        steps.Add((name, step));
        return this;
    }

    public override Tensor forward(Tensor tensor)
    {
        if (steps.Count == 0)
        {
            return tensor.alias();
        }

        using var scope = NewDisposeScope();
        var result = tensor;
        foreach (var (_, module) in steps)
        {
            result = module.call(result);
        }

        return result.MoveToOuterDisposeScope();
    }
}

/// <summary>A list of modules under their numbers.</summary>
public class ModuleList<T> : nn.Module, IList<T> where T : nn.Module
{
    private readonly List<T> items = [];

    public ModuleList(params T[] modules) : base(nameof(ModuleList<>))
    {
        foreach (var module in modules)
        {
            Add(module);
        }
    }

    public int Count => items.Count;

    public bool IsReadOnly => false;

    public T this[int index]
    {
        get => items[index];
        set
        {
            items[index] = value;
            Renumber();
        }
    }

    public void Add(T item)
    {
        register_module(items.Count.ToString(CultureInfo.InvariantCulture), item);
        items.Add(item);
    }

    public void Insert(int index, T item)
    {
        Forget();
        items.Insert(index, item);
        Number();
    }

    public bool Remove(T item)
    {
        Forget();
        var found = items.Remove(item);
        Number();
        return found;
    }

    public void RemoveAt(int index)
    {
        Forget();
        items.RemoveAt(index);
        Number();
    }

    public void Clear()
    {
        Forget();
        items.Clear();
    }

    public bool Contains(T item) => items.Contains(item);

    public int IndexOf(T item) => items.IndexOf(item);

    public void CopyTo(T[] array, int arrayIndex) => items.CopyTo(array, arrayIndex);

    public IEnumerator<T> GetEnumerator() => items.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    protected override void RegisterComponents()
    {
    }

    private void Renumber()
    {
        Forget();
        Number();
    }

    private void Forget()
    {
        for (var i = 0; i < items.Count; i++)
        {
            register_module(i.ToString(CultureInfo.InvariantCulture), null!);
        }
    }

    private void Number()
    {
        for (var i = 0; i < items.Count; i++)
        {
            register_module(i.ToString(CultureInfo.InvariantCulture), items[i]);
        }
    }
}
