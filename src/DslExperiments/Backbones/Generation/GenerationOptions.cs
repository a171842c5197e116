namespace DslExperiments.Backbones.Generation;

/// <summary>How a <see cref="TokenGenerator"/> continues texts.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most tokens of a continuation.</summary>
    public int MaxTokens { get; init; } = 64;

    /// <summary>Tokens that end a continuation and are no part of it.</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>What scores are divided by before one is drawn; 0 takes the most likely token.</summary>
    public double Temperature { get; init; }

    /// <summary>Draws among the k most likely tokens, and those that are as likely as the last of them; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>
    /// Draws among the fewest most likely tokens whose chances, after <see cref="Temperature"/> and <see cref="TopK"/>, sum
    /// to at least this (Holtzman et al. 2020); 1 for all.
    /// </summary>
    public double TopP { get; init; } = 1;

    /// <summary>Seed of the draws.</summary>
    public int Seed { get; init; }

    /// <summary>What a decoder starts from: the padding token of T5.</summary>
    public int DecoderStart { get; init; }

    /// <summary>Position of a text's first token, as far as the backbone marks positions.</summary>
    public int FirstPosition { get; init; }
}

/// <summary>A text that is to be continued.</summary>
/// <param name="Ids">Its tokens; for an encoder and decoder, what the encoder reads.</param>
/// <param name="Arm">The arm of the adapter that reads it: the task.</param>
/// <param name="Sample">Tells draws of the same text apart.</param>
public sealed record GenerationRequest(IReadOnlyList<int> Ids, int Arm = 0, int Sample = 0);

/// <summary>A continuation.</summary>
/// <param name="Ids">Its tokens, without the one that ended it.</param>
/// <param name="Ended">True when an end token came; false when there was no more room.</param>
public sealed record GeneratedTokens(IReadOnlyList<int> Ids, bool Ended);
