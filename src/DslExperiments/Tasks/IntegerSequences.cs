using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Hosting;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>
/// Sequences <c>[0 … 0, x_1 … x_n, y_1 … y_n]</c>: placeholders, integers, and what a function makes of them (Petrov, Torr,
/// Bibi 2024, section on experiments). Every step draws its own; inputs whose hash falls into the held-out share are drawn for
/// evaluation only, the same ones for every seed, so that neither pretraining nor tuning ever sees them.
/// </summary>
public sealed class IntegerSequences : TokenTask
{
    /// <summary>Draws of an input with few distinct values before the values themselves are limited.</summary>
    private const int MostRedraws = 100;

    /// <summary>Draws of an input on the wanted side of the hash before it counts as missing.</summary>
    private const int MostMisses = 10_000;

    private readonly IntegerSequencesOptions options;
    private readonly int[] reads;
    private readonly Dictionary<SequenceFunction, TokenData> tests = [];

    /// <summary>Draws the evaluation's sequences of each seed.</summary>
    public IntegerSequences(IntegerSequencesOptions options, Transformer backbone, IReadOnlyList<int> seeds)
        : base(backbone, options.Placeholders)
    {
        TaskSeeds.Check(backbone, seeds);
        this.options = options;
        reads = [.. Enumerable.Range(options.Placeholders + options.Length - 1, options.Length)];
        Test = TestOf(options.Function);
    }

    /// <inheritdoc/>
    public override TokenData Test { get; }

    /// <inheritdoc/>
    public override TokenData Train(Batch batch) => batch.Step >= 0
        ? Draw($"data/step/{batch.Step}", batch.Size, options.Function, heldOut: false)
        : throw new ArgumentException("Every step draws its own sequences; training.batch must be above 0.", nameof(batch));

    /// <summary>The evaluation's sequences with the answers of another function; the inputs are the same.</summary>
    public TokenData TestOf(SequenceFunction function)
    {
        if (!tests.TryGetValue(function, out var test))
        {
            tests[function] = test = Draw("data/test", options.TestSequences, function, heldOut: options.HeldOut > 0);
        }

        return test;
    }

    /// <summary>What a function makes of integers.</summary>
    public static int[] Answer(SequenceFunction function, ReadOnlySpan<int> input)
    {
        int[] values = input.ToArray();
        return function switch
        {
            SequenceFunction.Ascending => [.. values.Order()],
            SequenceFunction.Descending => [.. values.OrderDescending()],
            SequenceFunction.Add1 => [.. values.Select(value => value + 1)],
            SequenceFunction.Add2 => [.. values.Select(value => value + 2)],
            SequenceFunction.AscendingAdd1 => [.. values.Order().Select(value => value + 1)],
            SequenceFunction.DoubleHist => [.. values.Select(value => values.Count(other => other == value))],
            _ => throw new ArgumentOutOfRangeException(nameof(function), function, "A mixture is resolved for each sequence."),
        };
    }

    /// <summary>True when an input is among the share that only evaluation sees.</summary>
    public static bool IsHeldOut(ReadOnlySpan<int> input, double share)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (int value in input)
        {
            hash = unchecked((hash ^ (uint)value) * 0x100000001b3);
        }

        // FNV's high bits mix well only after a last scramble.
        hash = unchecked((hash ^ (hash >> 32)) * 0x94d049bb133111eb);
        return (hash >> 11) * (1.0 / (1UL << 53)) < share;
    }

    private TokenData Draw(string concern, int size, SequenceFunction function, bool heldOut)
    {
        int length = options.Length, row = options.Placeholders + (2 * length) - 1;
        var (groups, device) = (Backbone.Groups, Backbone.Device);
        var ids = new long[groups.Count * size * row];
        var targets = new long[groups.Count * size * length];
        Span<int> input = new int[length];
        for (int group = 0; group < groups.Count; group++)
        {
            var random = new RandomNumbers(Seeds.Derive(groups.Seeds[group], concern));
            for (int sequence = 0; sequence < size; sequence++)
            {
                DrawInput(ref random, input, heldOut);
                int drawn = random.Below(options.Mixture.Count);
                int[] answer = Answer(function == SequenceFunction.Mixture ? options.Mixture[drawn] : function, input);
                int at = ((group * size) + sequence) * row + options.Placeholders, wanted = ((group * size) + sequence) * length;
                for (int i = 0; i < length; i++)
                {
                    ids[at + i] = input[i];
                    targets[wanted + i] = answer[i];
                    if (i < length - 1)
                    {
                        ids[at + length + i] = answer[i];
                    }
                }
            }
        }

        return new TokenData(
            tensor(ids, [groups.Count, size, row], int64).Upload(device), reads, tensor(targets, [groups.Count, size, length], int64).Upload(device));
    }

    private void DrawInput(ref RandomNumbers random, Span<int> input, bool heldOut)
    {
        for (int miss = 0; miss < MostMisses; miss++)
        {
            Fill(ref random, input);
            if (random.Below(2) == 0)
            {
                for (int redraw = 0; Distinct(input) > options.MaxDistinct; redraw++)
                {
                    Fill(ref random, input);
                    if (redraw == MostRedraws)
                    {
                        Limit(ref random, input);
                    }
                }
            }

            if (options.HeldOut == 0 || IsHeldOut(input, options.HeldOut) == heldOut)
            {
                return;
            }
        }

        throw new ExperimentUsageException(
            $"task: inputs of {options.Length} integers below {options.Values} are so few that none is {(heldOut ? "held out" : "left for training")}; "
            + "set held_out: 0 or make the inputs longer.");
    }

    private void Fill(ref RandomNumbers random, Span<int> input)
    {
        foreach (ref int value in input)
        {
            value = random.Below(options.Values);
        }
    }

    /// <summary>Draws from as many values as are allowed.</summary>
    private void Limit(ref RandomNumbers random, Span<int> input)
    {
        var allowed = new int[options.MaxDistinct];
        foreach (ref int value in allowed.AsSpan())
        {
            value = random.Below(options.Values);
        }

        foreach (ref int value in input)
        {
            value = allowed[random.Below(allowed.Length)];
        }
    }

    private int Distinct(ReadOnlySpan<int> input)
    {
        var seen = new HashSet<int>();
        foreach (int value in input)
        {
            seen.Add(value);
        }

        return seen.Count;
    }
}
