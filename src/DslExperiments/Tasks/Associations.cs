using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>
/// Random strings of tokens, no two alike, each with a random label to be given after its last token: what can be learned
/// is only what can be stored (after Meyer et al. 2025).
/// </summary>
public sealed class Associations : TokenTask
{
    /// <summary>Draws strings and labels from each seed.</summary>
    /// <exception cref="ArgumentException">The vocabulary has fewer strings of that length.</exception>
    public Associations(AssociationsOptions options, Transformer backbone, IReadOnlyList<int> seeds)
        : base(backbone, placeholders: 0)
    {
        TaskSeeds.Check(backbone, seeds);
        if (Math.Pow(backbone.Options.Vocabulary, options.Length) < options.Sequences)
        {
            throw new ArgumentException(
                $"There are fewer than {options.Sequences} strings of {options.Length} out of {backbone.Options.Vocabulary} tokens.", nameof(options));
        }

        Options = options;
        var groups = backbone.Groups;
        var ids = new long[groups.Count * options.Sequences * options.Length];
        var labels = new long[groups.Count * options.Sequences];
        for (int group = 0; group < groups.Count; group++)
        {
            var random = new RandomNumbers(Seeds.Derive(groups.Seeds[group], "data/associations"));
            var seen = new HashSet<string>();
            for (int sequence = 0; sequence < options.Sequences; sequence++)
            {
                int at = (group * options.Sequences) + sequence;
                var key = ids.AsSpan(at * options.Length, options.Length);
                do
                {
                    foreach (ref long token in key)
                    {
                        token = random.Below(backbone.Options.Vocabulary);
                    }
                }
                while (!seen.Add(string.Join(' ', key.ToArray())));
                labels[at] = random.Below(options.Labels);
            }
        }

        int[] reads = [options.Length - 1];
        var tokens = tensor(ids, [groups.Count, options.Sequences, options.Length], int64, backbone.Device);
        Test = new TokenData(tokens, reads, tensor(labels, [groups.Count, options.Sequences, 1], int64, backbone.Device))
        {
            Content = backbone.Embed(tokens, 0, reads),
        };
    }

    /// <summary>Number and shape of the strings.</summary>
    public AssociationsOptions Options { get; }

    /// <inheritdoc/>
    protected override int Choices => Options.Labels;

    /// <inheritdoc/>
    public override TokenData Test { get; }

    /// <inheritdoc/>
    public override TokenData Train(Batch batch) => batch.IsAll
        ? Test
        : new TokenData(batch.Select(Test.Ids), Test.Reads, batch.Select(Test.Targets));
}
