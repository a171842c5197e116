using DslExperiments.Backbones;
using static TorchSharp.torch;

namespace DslExperiments.Cohorts;

/// <summary>
/// Which sequences a step trains on. Every epoch is a permutation that follows from the arm's seed and the epoch's number
/// alone, so a resumed run needs no state of a generator. Sequences that do not fill a batch are left out of the epoch.
/// </summary>
/// <param name="groups">The seeds.</param>
/// <param name="sequences">Sequences per seed, N.</param>
/// <param name="size">Sequences per step; 0 or N for all.</param>
public sealed class BatchOrder(SeedGroups groups, int sequences, int size)
{
    private long epoch = -1;
    private long[] order = [];

    /// <summary>True when every step has all sequences.</summary>
    public bool IsFull { get; } = size == 0 || size >= sequences;

    /// <summary>The sequences of a step, as positions among G·N stacked ones, [G·B].</summary>
    public Batch At(int step, Device device)
    {
        if (IsFull)
        {
            return Batch.All;
        }

        int perEpoch = sequences / size;
        Shuffle(step / perEpoch);
        int first = step % perEpoch * size;
        var rows = new long[groups.Count * size];
        for (int group = 0; group < groups.Count; group++)
        {
            Array.Copy(order, (group * sequences) + first, rows, group * size, size);
        }

        return Batch.Of(tensor(rows, int64, device), size);
    }

    private void Shuffle(long wanted)
    {
        if (wanted == epoch)
        {
            return;
        }

        epoch = wanted;
        order = new long[groups.Count * sequences];
        for (int group = 0; group < groups.Count; group++)
        {
            // Fisher and Yates with SplitMix64 through Seeds: the same on every platform.
            var positions = order.AsSpan(group * sequences, sequences);
            for (int i = 0; i < sequences; i++)
            {
                positions[i] = ((long)group * sequences) + i;
            }

            ulong state = Seeds.Derive(groups.Seeds[group], $"order/{epoch}");
            for (int i = sequences - 1; i > 0; i--)
            {
                state = unchecked((state * 6364136223846793005) + 1442695040888963407);
                int j = (int)((state >> 33) % (ulong)(i + 1));
                (positions[i], positions[j]) = (positions[j], positions[i]);
            }
        }
    }
}
