using System.Collections.Immutable;

namespace DslExperiments.Cohorts;

/// <content>A cohort that goes on with some of its lanes, see <see cref="CohortCourse"/>.</content>
public sealed partial class Cohort
{
    private CohortState? saved;
    private bool asked;

    /// <summary>The cohort ends, for a narrower one to go on, once at most so many lanes are trained; 0 for never.</summary>
    internal int NarrowsAt { get; set; }

    /// <summary>What a narrower cohort goes on from, once this one ended for it.</summary>
    internal Narrowing? Narrowing { get; private set; }

    /// <summary>What the first update must make of each lane, to the bit; null for lanes that left.</summary>
    internal ImmutableArray<LaneState?>? Reference { get; set; }

    /// <summary>True when the first update made something else of some lane.</summary>
    internal bool IsRefused { get; private set; }

    /// <summary>Makes of what its lanes would take along a state of the whole cohort; null for a whole one.</summary>
    internal Func<int, ImmutableArray<LanePast>, CohortState>? Widen { get; set; }

    /// <summary>True for some lanes of the plan: they are trained, and measured with the others.</summary>
    internal bool IsPart => Widen is not null;

    /// <summary>What the lanes of a part had at its end.</summary>
    internal ImmutableArray<LanePast> PartEnd => [.. ends.Zip(Joules).Select((end, lane) => record.PastOf(lane, end.First, end.Second))];

    /// <summary>Lanes that left.</summary>
    internal bool HasLeft(int lane) => record.HasLeft(lane);

    /// <summary>What an earlier sitting left of the cohort, or null; its tensors are whoever's asks first.</summary>
    internal CohortState? Saved()
    {
        if (!asked)
        {
            (asked, saved) = (true, session.Restore());
        }

        return saved;
    }

    /// <summary>A cohort of some lanes, or of all again, that goes on where they are.</summary>
    /// <param name="kept">The lanes, in their order.</param>
    /// <param name="start">Where they are.</param>
    internal Cohort Part(ImmutableArray<int> kept, CohortStart start)
    {
        ImmutableArray<Lane> some = [.. kept.Select(lane => lanes[lane])];
        var onward = new PartSession(session, plan.Designs.Length, [.. some.Select(static lane => lane.Arm).Distinct().Order()]);
        return new Cohort(plan, onward, Device, some) { Pretrained = Pretrained, files = files, tokenizer = tokenizer, Start = start, Rung = Rung };
    }
}

/// <summary>What a narrower cohort goes on from.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Lanes">What every lane would take along.</param>
/// <param name="After">What the next update makes of the lanes that are trained on, gradients included; null for the others.</param>
internal sealed record Narrowing(int Step, ImmutableArray<LanePast> Lanes, ImmutableArray<LaneState?> After)
{
    /// <summary>The metric that early stopping watches, one value per lane; empty where it watches the losses.</summary>
    public ImmutableArray<double> Values { get; init; } = [];
}
