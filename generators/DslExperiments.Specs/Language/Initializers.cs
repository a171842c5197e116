namespace DslExperiments.Specs;

/// <summary>Distributions of weights, prompts and tokens.</summary>
internal static class Initializers
{
    private const string Namespace = "global::DslExperiments.Backbones.";
    private static readonly FieldType Spread = new NumberType(0, double.PositiveInfinity);
    private static readonly FieldType AnyGain = new NumberType(double.NegativeInfinity, double.PositiveInfinity);

    /// <summary>All of them.</summary>
    public static readonly CallType Type = new(
        Namespace + "Initializer",
        new CallFunction("zeros", Namespace + "Zeros", "all zero"),
        new CallFunction("normal", Namespace + "Normal", "N(0, std²)", new Parameter("std", Spread, new SpecValue.Number(1))),
        new CallFunction("scaled_normal", Namespace + "ScaledNormal", "N(0, gain² / fan-in)", new Parameter("gain", Spread, new SpecValue.Number(1))),
        new CallFunction("uniform", Namespace + "Uniform", "uniform on [-bound, bound]", new Parameter("bound", Spread)),
        new CallFunction("spectral_norm", Namespace + "SpectralNorm", "Gaussian, rescaled so that the largest singular value is the given one", new Parameter("value", Spread)),
        new CallFunction("identity", Namespace + "Identity", "gain times the identity; square matrices only", new Parameter("gain", AnyGain, new SpecValue.Number(1))),
        new CallFunction("kaiming_uniform", Namespace + "KaimingUniform", "uniform on ±sqrt(6 / ((1 + a²) fan-in))", new Parameter("a", Spread, new SpecValue.Number(2.23606797749979))),
        new CallFunction("sphere", Namespace + "Sphere", "rows uniform on the sphere of that radius", new Parameter("radius", Spread, new SpecValue.Number(1))));

    /// <summary>For a weight of a group.</summary>
    public static readonly CallType OfMember = Type.With(
        new CallFunction("same", Namespace + "Same", "as the group of weights that it belongs to"));

    /// <summary>For virtual tokens.</summary>
    public static readonly CallType OfPrompt = Type
        .With(new CallFunction("written", Namespace + "Written", "what a constructed backbone writes for the task's data, nothing drawn"))
        .With(new CallFunction("sampled_vocabulary", Namespace + "SampledVocabulary", "rows of the embedding, drawn among the first so many; 0 for all", new Parameter("first", new IntType(0, Limits.MaxSize), new SpecValue.Int(5000))))
        .With(new CallFunction("class_labels", Namespace + "ClassLabels", "the mean rows of each label's tokens, the other virtual tokens as sampled_vocabulary(5000)"))
        .With(new CallFunction("from_text", Namespace + "FromText", "the rows of a text's tokens, cut or repeated to the length; no commas or parentheses", new Parameter("words", new TextType(Limits.MaxText))))
        .With(new CallFunction("from_file", Namespace + "FromFile", "a saved prompt, relative to the spec, cut or repeated to the length", new Parameter("path", new TextType(Limits.MaxText))))
        .With(new CallFunction("from_run", Namespace + "FromRun", "the best arm of another experiment's newest run (prompt transfer)", new Parameter("experiment", new TextType(200))));


    /// <summary>A call of one argument, or of none.</summary>
    public static SpecValue Of(string name, params double[] arguments)
    {
        SpecValue[] values = new SpecValue[arguments.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = new SpecValue.Number(arguments[i]);
        }

        return Type.Of(name, values);
    }
}
