using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Compat.TorchSharp.Tests;

public sealed class DisposeScopeTests
{
    [Fact]
    public void A_scope_disposes_what_was_made_in_it()
    {
        var before = ones(1);
        Tensor inside;
        using (var scope = NewDisposeScope())
        {
            inside = ones(1);
            Assert.Same(scope, CurrentDisposeScope);
            Assert.True(scope.Contains(inside));
            Assert.Equal(1, scope.DisposablesCount);
        }

        Assert.True(inside.IsInvalid);
        Assert.False(before.IsInvalid);
        Assert.Null(CurrentDisposeScope);
        before.Dispose();
    }

    [Fact]
    public void Moving_out_and_detaching()
    {
        Tensor outer, free, moved;
        using (var first = NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                outer = ones(1).MoveToOuterDisposeScope();
                free = ones(1).DetachFromDisposeScope();
                moved = ones(1).MoveToOtherDisposeScope(outer);
            }

            Assert.False(outer.IsInvalid);
            Assert.True(first.Contains(outer));
            Assert.True(first.Contains(moved));
            Assert.False(first.Contains(free));
        }

        Assert.True(outer.IsInvalid);
        Assert.False(free.IsInvalid);
        free.Dispose();
    }

    [Fact]
    public void Moving_out_of_the_outermost_scope_detaches()
    {
        Tensor result;
        using (NewDisposeScope())
        {
            result = ones(1).MoveToOuterDisposeScope();
        }

        Assert.False(result.IsInvalid);
        result.Dispose();
    }

    [Fact]
    public void Attaching_takes_a_tensor_in_and_from_its_other_scope()
    {
        var free = ones(1);
        using var outer = NewDisposeScope();
        var first = ones(1);
        using (var inner = NewDisposeScope())
        {
            inner.Attach(free);
            inner.Attach(first);
            Assert.Equal(0, outer.DisposablesCount);
            Assert.Equal(2, inner.DisposablesCount);
        }

        Assert.True(free.IsInvalid);
        Assert.True(first.IsInvalid);
    }

    [Fact]
    public void Everything_but_what_is_kept()
    {
        using var scope = NewDisposeScope();
        Tensor a = ones(1), b = ones(1), c = ones(1);
        scope.DisposeEverythingBut(b);
        Assert.True(a.IsInvalid && c.IsInvalid);
        Assert.True(scope.Contains(b));
        scope.DisposeEverything();
        Assert.True(b.IsInvalid);
        Assert.Empty(scope.DisposablesView);
    }

    [Fact]
    public void Other_disposables_are_disposed_too()
    {
        var other = new Other();
        using (var scope = NewDisposeScope())
        {
            scope.Attach(other);
            Assert.True(scope.Contains(other));
        }

        Assert.True(other.Disposed);
    }

    [Fact]
    public void Many_tensors_come_and_go_in_any_order()
    {
        var live = Tensor.TotalCount;
        using (var scope = NewDisposeScope())
        {
            var kept = new List<Tensor>();
            for (var i = 0; i < 1000; i++)
            {
                var x = ones(1);
                if (i % 3 == 0)
                {
                    kept.Add(x);
                }
                else
                {
                    x.Dispose();
                }
            }

            Assert.Equal(kept.Count, scope.DisposablesCount);
            Assert.All(kept, x => Assert.True(scope.Contains(x)));
            kept[7].Dispose();
            Assert.Equal(kept.Count - 1, scope.DisposablesCount);
            Assert.DoesNotContain(scope.DisposablesView, d => ReferenceEquals(d, kept[7]));
        }

        Assert.Equal(live, Tensor.TotalCount);
    }

    [Fact]
    public void Inner_scopes_that_were_not_closed_end_with_the_outer_one()
    {
        var outer = NewDisposeScope();
        _ = NewDisposeScope();
        var x = ones(1);
        outer.Dispose();
        Assert.True(x.IsInvalid);
        Assert.Null(CurrentDisposeScope);
    }

    [Fact]
    public void A_wrapped_expression_gives_only_its_result()
    {
        using var scope = NewDisposeScope();
        var result = WrappedTensorDisposeScope(() => (ones(2) + 1) * 3);
        Numbers.Close([6, 6], result);
        Assert.Equal(1, scope.DisposablesCount);
    }

    [Fact]
    public void A_parameter_takes_the_tensor_and_its_place_in_the_scope()
    {
        Parameter parameter;
        using (var scope = NewDisposeScope())
        {
            var data = ones(2);
            parameter = new Parameter(data);
            Assert.True(data.IsInvalid);
            Assert.True(parameter.requires_grad);
            Assert.True(scope.Contains(parameter));
            Assert.Equal(1, scope.DisposablesCount);
        }

        Assert.True(parameter.IsInvalid);
    }

    [Fact]
    public void Scopes_belong_to_their_thread()
    {
        using var scope = NewDisposeScope();
        var thread = new Thread(() => Assert.Null(CurrentDisposeScope));
        thread.Start();
        thread.Join();
    }

    [Fact]
    public void Statistics_tell_what_happened()
    {
        var statistics = DisposeScopeManager.Statistics;
        statistics.Reset();
        ones(1).Dispose();
        var free = ones(1);
        using (var scope = NewDisposeScope())
        {
            _ = ones(1);
            ones(1).Dispose();
            scope.Attach(free);
            scope.Detach(ones(1)).Dispose();
        }

        Assert.Equal((2, 3), (statistics.CreatedOutsideScopeCount, statistics.CreatedInScopeCount));
        Assert.Equal((2, 3), (statistics.DisposedOutsideScopeCount, statistics.DisposedInScopeCount));
        Assert.Equal((1, 1), (statistics.AttachedToScopeCount, statistics.DetachedFromScopeCount));
        Assert.Equal(0, statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    private sealed class Other : IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }
}
