using System.Collections.Immutable;

namespace DslExperiments.Cohorts;

/// <summary>Which arms train together, and in which order they are stacked.</summary>
/// <param name="Index">Position in the plan.</param>
/// <param name="Arms">Indexes of the arms into the designs that were planned, in stacking order.</param>
/// <param name="Designs">The arms' designs, in stacking order.</param>
public sealed record CohortPlan(int Index, ImmutableArray<int> Arms, ImmutableArray<ArmDesign> Designs);
