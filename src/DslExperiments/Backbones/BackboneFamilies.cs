namespace DslExperiments.Backbones;

/// <summary>A backbone of the LLaMA family: causal, RMSNorm, SwiGLU, rotary positions, no biases unless asked for (<c>kind: llama</c>).</summary>
public sealed record LlamaOptions : TransformerOptions
{
    /// <summary>The family's marks; shape is as in <see cref="TransformerOptions"/>.</summary>
    public LlamaOptions()
    {
        Causal = true;
        Norm = Norm.Rms;
        Positions = Positions.Rotary;
        VirtualPositions = VirtualPositions.Counted;
        Mlp = new SwiGlu();
        Init = BackboneInit.Language;
    }
}

/// <summary>A GPT-2 backbone: causal, layer normalisation, biases, learned positions, tied embedding (<c>kind: gpt2</c>).</summary>
public sealed record Gpt2Options : TransformerOptions
{
    /// <summary>The family's marks; shape is as in <see cref="TransformerOptions"/>.</summary>
    public Gpt2Options()
    {
        Causal = true;
        Norm = Norm.Pre;
        NormBias = true;
        Positions = Positions.Learned;
        VirtualPositions = VirtualPositions.Counted;
        Attention = new AttentionOptions { Bias = true };
        Mlp = new GeluMlp();
        Tied = true;
        Init = BackboneInit.Language;
    }
}

/// <summary>
/// A T5 v1.1 backbone: encoder and decoder, RMSNorm, gated GELU, relative positions, no scale of scores, no biases
/// (<c>kind: t5</c>). <see cref="TransformerOptions.Depth"/> counts the encoder's layers.
/// </summary>
public sealed record T5Options : TransformerOptions
{
    /// <summary>The family's marks; shape is as in <see cref="TransformerOptions"/>.</summary>
    public T5Options()
    {
        DecoderDepth = 1;
        Norm = Norm.Rms;
        NormEpsilon = 1e-6;
        Positions = Positions.Relative;
        VirtualPositions = VirtualPositions.Counted;
        Attention = new AttentionOptions { Scale = AttentionScale.None };
        Mlp = new GatedGelu();
        Init = BackboneInit.Language;
    }
}

/// <summary><c>W_2 (silu(W_g x) ⊙ W_1 x)</c>, as in LLaMA (Shazeer 2020); without biases unless <see cref="MlpOptions.Bias"/> asks for them.</summary>
public sealed record SwiGlu : MlpOptions
{
    /// <summary>The form; its size is <see cref="MlpOptions.Hidden"/>.</summary>
    public SwiGlu()
    {
        Activation = Activation.Silu;
        Gated = true;
        Bias = false;
    }
}

/// <summary><c>W_2 gelu(W_1 x + b_1) + b_2</c>, as in GPT-2.</summary>
public sealed record GeluMlp : MlpOptions
{
    /// <summary>The form; its size is <see cref="MlpOptions.Hidden"/>.</summary>
    public GeluMlp() => Activation = Activation.GeluTanh;
}

/// <summary><c>W_2 (gelu(W_g x) ⊙ W_1 x)</c>, as in T5 v1.1.</summary>
public sealed record GatedGelu : MlpOptions
{
    /// <summary>The form; its size is <see cref="MlpOptions.Hidden"/>.</summary>
    public GatedGelu()
    {
        Activation = Activation.GeluTanh;
        Gated = true;
        Bias = false;
    }
}
