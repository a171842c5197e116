namespace TorchSharp;

/// <summary>Disposes, when it ends, the tensors that were made in it on its thread and not moved out.</summary>
/// <remarks>A tensor knows its scope and its place in it, so that entering and leaving cost no search.</remarks>
public sealed class DisposeScope : IDisposable
{
    private readonly DisposeScopeManager manager;
    private readonly List<IDisposable> others = [];
    private torch.Tensor?[] tensors = new torch.Tensor?[32];
    private int count;
    private int holes;

    internal DisposeScope(DisposeScopeManager manager, DisposeScope? outer)
    {
        this.manager = manager;
        Outer = outer;
    }

    internal DisposeScope? Outer { get; }

    public int DisposablesCount => count - holes + others.Count;

    public IReadOnlyList<IDisposable> DisposablesView => [.. tensors.Take(count).OfType<IDisposable>(), .. others];

    public bool Contains(IDisposable disposable) =>
        disposable is torch.Tensor tensor ? tensor.Scope == this : IndexOfOther(disposable) >= 0;

    public void Attach(IDisposable disposable)
    {
        if (disposable is torch.Tensor tensor)
        {
            if (tensor.Scope == this)
            {
                return;
            }

            if (tensor.Scope is null)
            {
                manager.StatisticsInstance.TensorStatistics.AttachedToScopeCount++;
            }

            tensor.Scope?.Remove(tensor);
            Include(tensor);
        }
        else if (IndexOfOther(disposable) < 0)
        {
            others.Add(disposable);
        }
    }

    public void Attach(params IDisposable[] disposables) => Attach((IEnumerable<IDisposable>)disposables);

    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        var list = disposables.ToList();
        list.ForEach(Attach);
        return list;
    }

    public T Detach<T>(T disposable) where T : IDisposable
    {
        if (disposable is torch.Tensor tensor)
        {
            if (tensor.Scope == this)
            {
                Remove(tensor);
                manager.StatisticsInstance.TensorStatistics.DetachedFromScopeCount++;
            }
        }
        else if (IndexOfOther(disposable) is >= 0 and var index)
        {
            others.RemoveAt(index);
        }

        return disposable;
    }

    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (Detach(first), Detach(second));

    public (T1 first, T2 second, T3 third) Detach<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable => (Detach(first), Detach(second), Detach(third));

    public void Detach(params IDisposable[] disposables) => Detach((IEnumerable<IDisposable>)disposables);

    public void Detach(IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables)
        {
            Detach<IDisposable>(disposable);
        }
    }

    public T MoveToOuter<T>(T disposable) where T : IDisposable => MoveToOther(Outer!, disposable);

    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second));

    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
        (MoveToOuter(first), MoveToOuter(second), MoveToOuter(third));

    public void MoveToOuter(params IDisposable[] disposables) => MoveToOuter((IEnumerable<IDisposable>)disposables);

    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(Outer!, disposables);

    /// <summary>Moves to another scope; without one, the disposable belongs to no scope from then on.</summary>
    public T MoveToOther<T>(DisposeScope scope, T disposable) where T : IDisposable
    {
        if (!Contains(disposable))
        {
            return disposable;
        }

        if (scope is null)
        {
            return Detach(disposable);
        }

        if (disposable is torch.Tensor tensor)
        {
            Remove(tensor);
            scope.Include(tensor);
        }
        else
        {
            others.RemoveAt(IndexOfOther(disposable));
            scope.others.Add(disposable);
        }

        return disposable;
    }

    public (T1 first, T2 second) MoveToOther<T1, T2>(DisposeScope scope, T1 first, T2 second)
        where T1 : IDisposable where T2 : IDisposable => (MoveToOther(scope, first), MoveToOther(scope, second));

    public (T1 first, T2 second, T3 third) MoveToOther<T1, T2, T3>(DisposeScope scope, T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable =>
        (MoveToOther(scope, first), MoveToOther(scope, second), MoveToOther(scope, third));

    public void MoveToOther(DisposeScope scope, params IDisposable[] disposables) =>
        MoveToOther(scope, (IEnumerable<IDisposable>)disposables);

    public void MoveToOther(DisposeScope scope, IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables)
        {
            MoveToOther<IDisposable>(scope, disposable);
        }
    }

    public void DisposeEverything() => DisposeAllExcept(null);

    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut((IEnumerable<IDisposable>)keep);

    /// <summary>Disposes all but these, which stay in the scope.</summary>
    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep) =>
        DisposeAllExcept(new HashSet<IDisposable>(inKeep, ReferenceEqualityComparer.Instance));

    public T DisposeEverythingBut<T>(T keep) where T : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[keep]);
        return keep;
    }

    public (T1 first, T2 second) DisposeEverythingBut<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[first, second]);
        return (first, second);
    }

    public (T1 first, T2 second, T3 third) DisposeEverythingBut<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        DisposeEverythingBut((IEnumerable<IDisposable>)[first, second, third]);
        return (first, second, third);
    }

    /// <summary>Tells the scope that something in it was disposed by other means.</summary>
    public void MarkAsDisposed(IDisposable disposable)
    {
        if (disposable is torch.Tensor tensor)
        {
            if (tensor.Scope == this)
            {
                Remove(tensor);
            }
        }
        else if (IndexOfOther(disposable) is >= 0 and var index)
        {
            others.RemoveAt(index);
        }
    }

    public void Dispose()
    {
        DisposeEverything();
        manager.Close(this);
    }

    internal void Include(torch.Tensor tensor)
    {
        if (count == tensors.Length)
        {
            MakeRoom();
        }

        tensor.Scope = this;
        tensor.ScopeSlot = count;
        tensors[count++] = tensor;
    }

    /// <summary>Puts one tensor in the place of another.</summary>
    internal void Replace(torch.Tensor old, torch.Tensor tensor)
    {
        tensors[old.ScopeSlot] = tensor;
        (tensor.Scope, tensor.ScopeSlot) = (this, old.ScopeSlot);
        old.Scope = null;
    }

    private void Remove(torch.Tensor tensor)
    {
        tensors[tensor.ScopeSlot] = null;
        holes++;
        tensor.Scope = null;
        while (count > 0 && tensors[count - 1] is null)
        {
            count--;
            holes--;
        }
    }

    private void MakeRoom()
    {
        if (holes * 2 < count)
        {
            Array.Resize(ref tensors, tensors.Length * 2);
            return;
        }

        var kept = 0;
        for (var i = 0; i < count; i++)
        {
            if (tensors[i] is { } tensor)
            {
                tensor.ScopeSlot = kept;
                tensors[kept++] = tensor;
            }
        }

        Array.Clear(tensors, kept, count - kept);
        (count, holes) = (kept, 0);
    }

    private void DisposeAllExcept(HashSet<IDisposable>? keep)
    {
        for (var i = count - 1; i >= 0; i--)
        {
            if (i < count && tensors[i] is { } tensor && keep?.Contains(tensor) != true)
            {
                tensor.Dispose();
            }
        }

        foreach (var other in others.Where(o => keep?.Contains(o) != true).ToList())
        {
            MarkAsDisposed(other);
            other.Dispose();
        }
    }

    private int IndexOfOther(IDisposable disposable) => others.FindIndex(o => ReferenceEquals(o, disposable));
}
