using DslExperiments.Backbones;
using DslExperiments.Tasks;
using static TorchSharp.torch;

namespace DslExperiments.Cohorts;

/// <summary>
/// Which sequences a step trains on. Every epoch is a permutation that follows from the arm's seed and the epoch's number
/// alone, so a resumed run needs no state of a generator. Sequences that do not fill a batch are left out of the epoch.
/// </summary>
/// <param name="groups">The seeds.</param>
/// <param name="task">The task: sequences per seed, N, or whether every step draws its own.</param>
/// <param name="size">Sequences per step; 0 or N for all.</param>
public sealed class BatchOrder(SeedGroups groups, TaskOptions task, int size)
{
    private readonly int sequences = task.Sequences;
    private long epoch = -1;
    private long[] order = [];

    /// <summary>True when every step has all sequences.</summary>
    public bool IsFull { get; } = !task.Streams && (size == 0 || size >= task.Sequences);

    /// <summary>The sequences of a step, as positions among G·N stacked ones, [G·B].</summary>
    public Batch At(int step, Device device)
    {
        if (IsFull)
        {
            return Batch.All;
        }

        if (task.Streams)
        {
            return Batch.Fresh(step, size);
        }

        int perEpoch = sequences / size;
        Shuffle(step / perEpoch);
        int first = step % perEpoch * size;
        var rows = new long[groups.Count * size];
        for (int group = 0; group < groups.Count; group++)
        {
            Array.Copy(order, (group * sequences) + first, rows, group * size, size);
        }

        return Batch.Of(tensor(rows, int64).Upload(device), size);
    }

    /// <summary>The sequences of the pass after the last update: all of them, or fresh ones.</summary>
    public Batch Last(int step) => task.Streams ? Batch.Fresh(step, size) : Batch.All;

    /// <summary>Puts positions into the order that an epoch has for a seed.</summary>
    internal static void Shuffle(Span<long> positions, int seed, long epoch)
    {
        // Fisher and Yates through Seeds: the same on every platform.
        ulong state = Seeds.Derive(seed, $"order/{epoch}");
        for (int i = positions.Length - 1; i > 0; i--)
        {
            state = unchecked((state * 6364136223846793005) + 1442695040888963407);
            int j = (int)((state >> 33) % (ulong)(i + 1));
            (positions[i], positions[j]) = (positions[j], positions[i]);
        }
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
            var positions = order.AsSpan(group * sequences, sequences);
            for (int i = 0; i < sequences; i++)
            {
                positions[i] = ((long)group * sequences) + i;
            }

            Shuffle(positions, groups.Seeds[group], epoch);
        }
    }
}
