namespace DslExperiments.Backbones;

/// <summary>Work that a pass leaves out because the result is the same; all of it, unless a benchmark or a test asks.</summary>
[Flags]
internal enum Shortcuts
{
    /// <summary>Every arm computes all rows of all layers in every step, as if it were alone.</summary>
    None = 0,

    /// <summary>What no trained number reaches is computed once and kept: layers below the first adapted one, and in that layer what content makes of content.</summary>
    Constants = 1,

    /// <summary>In a causal backbone the rows of a prompt are computed once per arm, P + B·T rows in place of B·(P + T).</summary>
    PromptOnce = 2,

    /// <summary>The last layer computes the tokens that the loss reads.</summary>
    ReadsOnly = 4,

    /// <summary>All of them.</summary>
    All = Constants | PromptOnce | ReadsOnly,
}
