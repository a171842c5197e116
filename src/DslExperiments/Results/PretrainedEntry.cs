namespace DslExperiments.Results;

/// <summary>A pretrained backbone, as the manifest of a run that used it names it.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Stage">Hash of everything that determines it.</param>
/// <param name="Content">Hash of its bits.</param>
/// <param name="FinalLoss">The loss at the end of its training.</param>
internal sealed record PretrainedEntry(int Seed, string Stage, string Content, double FinalLoss);
