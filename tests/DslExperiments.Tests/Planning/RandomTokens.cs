using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Planning;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Planning;

/// <summary>Tokens of no meaning, drawn anew in every step: as many sequences as wanted, in every form that tasks give them.</summary>
internal sealed record RandomTokensOptions : TaskOptions, IWorkload
{
    public override int Sequences { get; init; } = 4;

    public override bool Streams => true;

    /// <summary>Tokens per sequence; an encoder's, where there is a decoder.</summary>
    public int Length { get; init; } = 32;

    /// <summary>Tokens at the end that are read.</summary>
    public int Reads { get; init; } = 1;

    /// <summary>True when sequences end at different places.</summary>
    public bool IsRagged { get; init; }

    /// <summary>Tokens that a decoder is given, all of which are read.</summary>
    public int Decoder { get; init; }

    Workload IWorkload.Workload => new(Sequences, Length, Decoder > 0 ? Decoder : Reads)
    {
        IsTokens = true,
        Streams = true,
        IsRagged = IsRagged,
        DecoderLength = Decoder,
    };
}

internal sealed class RandomTokens(RandomTokensOptions options, Transformer backbone) : TokenTask(backbone, placeholders: 0)
{
    public override TokenData Test => throw new NotSupportedException();

    public override TokenData Train(Batch batch)
    {
        int groups = Backbone.Groups.Count, sequences = options.Sequences, length = options.Length;
        int reads = options.Decoder > 0 ? options.Decoder : options.Reads;
        var lengths = arange(sequences, int64).remainder(4).mul(-1).add(length).expand(groups, sequences).contiguous();
        var data = new TokenData(
            Drawn(length), [.. Enumerable.Range(options.Decoder > 0 ? 0 : length - reads, reads)], Drawn(reads));
        if (options.Decoder > 0)
        {
            return data with
            {
                DecoderIds = Drawn(options.Decoder),
                ReadsPerSequence = arange(reads, int64).expand(groups, sequences, reads).contiguous(),
                Lengths = options.IsRagged ? lengths : null,
            };
        }

        return !options.IsRagged ? data : data with
        {
            ReadsPerSequence = (lengths - reads).unsqueeze(2) + arange(reads, int64),
            Lengths = Backbone.Options.Causal ? null : lengths,
        };

        Tensor Drawn(int tokens) => randint(0, Backbone.Options.Vocabulary, [groups, sequences, tokens], int64);
    }
}
