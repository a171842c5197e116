namespace TorchSharp;

/// <summary>The scopes of one thread and what happened in them.</summary>
public class DisposeScopeManager
{
    [ThreadStatic]
    private static DisposeScopeManager? ofThread;

    internal static DisposeScopeManager OfThread => ofThread ??= new DisposeScopeManager();

    internal DisposeScope? Current;

    internal readonly ThreadDisposeScopeStatistics StatisticsInstance = new();

    /// <summary>Every tensor begins in the manager of its thread, so the native kernels are in place before they are used.</summary>
    public DisposeScopeManager() => _ = Native.OwnKernels;

    public static ThreadDisposeScopeStatistics Statistics => OfThread.StatisticsInstance;

    internal DisposeScope Open() => Current = new DisposeScope(this, Current);

    internal void Close(DisposeScope scope)
    {
        if (Current == scope)
        {
            Current = scope.Outer;
        }
        else if (IsOpen(scope))
        {
            // Scopes that were opened inside and never closed end with their outer scope.
            while (Current != scope.Outer)
            {
                Current!.DisposeEverything();
                Current = Current.Outer;
            }
        }
    }

    internal void Created(torch.Tensor tensor)
    {
        if (Current is { } scope)
        {
            StatisticsInstance.TensorStatistics.CreatedInScopeCount++;
            scope.Include(tensor);
        }
        else
        {
            StatisticsInstance.TensorStatistics.CreatedOutsideScopeCount++;
        }
    }

    private bool IsOpen(DisposeScope scope)
    {
        for (var open = Current; open is not null; open = open.Outer)
        {
            if (open == scope)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Counts of one kind of disposable on one thread.</summary>
public class LifetimeStatistics
{
    public long CreatedOutsideScopeCount { get; internal set; }
    public long CreatedInScopeCount { get; internal set; }
    public long DisposedOutsideScopeCount { get; internal set; }
    public long DisposedInScopeCount { get; internal set; }
    public long AttachedToScopeCount { get; internal set; }
    public long DetachedFromScopeCount { get; internal set; }

    public long ThreadTotalLiveCount =>
        CreatedOutsideScopeCount + CreatedInScopeCount - DisposedOutsideScopeCount - DisposedInScopeCount;

    public void Reset() =>
        CreatedOutsideScopeCount = CreatedInScopeCount = DisposedOutsideScopeCount = DisposedInScopeCount =
            AttachedToScopeCount = DetachedFromScopeCount = 0;

    public override string ToString() =>
        $"created in scope {CreatedInScopeCount}, outside {CreatedOutsideScopeCount}; disposed in scope {DisposedInScopeCount}, "
        + $"outside {DisposedOutsideScopeCount}; attached {AttachedToScopeCount}, detached {DetachedFromScopeCount}; live {ThreadTotalLiveCount}";
}

/// <summary>Counts of all disposables on one thread.</summary>
public class ThreadDisposeScopeStatistics
{
    public LifetimeStatistics TensorStatistics { get; } = new();

    public long CreatedOutsideScopeCount => TensorStatistics.CreatedOutsideScopeCount;
    public long CreatedInScopeCount => TensorStatistics.CreatedInScopeCount;
    public long DisposedOutsideScopeCount => TensorStatistics.DisposedOutsideScopeCount;
    public long DisposedInScopeCount => TensorStatistics.DisposedInScopeCount;
    public long AttachedToScopeCount => TensorStatistics.AttachedToScopeCount;
    public long DetachedFromScopeCount => TensorStatistics.DetachedFromScopeCount;
    public long ThreadTotalLiveCount => TensorStatistics.ThreadTotalLiveCount;

    public void Reset() => TensorStatistics.Reset();

    public override string ToString() => TensorStatistics.ToString();
}

public static partial class torch
{
    public static DisposeScope NewDisposeScope() => DisposeScopeManager.OfThread.Open();

    public static DisposeScope? CurrentDisposeScope => DisposeScopeManager.OfThread.Current;

    /// <summary>Runs an expression in a scope of its own and moves its result out.</summary>
    public static Tensor WrappedTensorDisposeScope(Func<Tensor> expr)
    {
        using var scope = NewDisposeScope();
        return expr().MoveToOuterDisposeScope();
    }
}
