namespace DslExperiments.Specs;

/// <summary>How arms are dropped on the way: the keys under <c>search:</c>.</summary>
internal static class Search
{
    private const string Namespace = "global::DslExperiments.Search.";

    public static readonly ChoiceType Rivals = new(
        Namespace + "Rivals",
        new Word("method", "Method", "those of the same method; one of each is left"),
        new Word("all", "All", "those of all methods; one is left"));

    public static readonly Section Halving = new(
        Namespace + "HalvingOptions",
        new Field("metric", "Metric", new TextType(200), null, "The metric by which arms are compared, one of metrics.") { IsSweepable = false },
        new Field("min_steps", "MinSteps", new IntType(1, 1_000_000_000), null, "Updates before the first rung.") { IsSweepable = false },
        new Field("eta", "Eta", new IntType(2, 1000), new SpecValue.Int(2), "One in so many stays at a rung, and the next rung is so many times as far.") { IsSweepable = false },
        new Field("among", "Among", Rivals, Rivals.Of("method"), "Which settings compete with each other, each with all of its seeds; all of them need the same training.steps.") { IsSweepable = false });

    public static readonly Section Section = new(
        Namespace + "SearchOptions",
        Field.Of("halving", "Halving", "Successive halving: at rungs, the worse arms are dropped.", Halving));
}
