using System.CommandLine;
using System.Globalization;
using DslExperiments.Backbones;

namespace DslExperiments.Benchmarks.Sweeps;

/// <summary>The options that choose cells; lists make a grid.</summary>
internal sealed class CellOptions
{
    private readonly Option<int[]> widths = Numbers("--width", "Widths, D.", 10, 64, 128, 256);
    private readonly Option<int[]> depths = Numbers("--depth", "Layers, L.", 1, 2, 4);
    private readonly Option<string[]> methods = Words("--method", "prompt:P, prefix:P or lora:R (on q and v).", "prompt:20", "prompt:100", "prefix:20", "lora:4");
    private readonly Option<string[]> attention = Words("--attention", "causal, bidirectional.", "causal", "bidirectional");
    private readonly Option<int[]> tokens = Numbers("--tokens", "Tokens per sequence, T.", 16);
    private readonly Option<int[]> batches = Numbers("--batch", "Sequences per step, B.", 8);
    private readonly Option<int[]> arms;
    private readonly Option<string[]> reads = Words("--reads", "Tokens that the loss reads: all, or the last one.", "all");
    private readonly Option<bool> perSeed = Flag("--per-seed", "Every seed has weights of its own, as in the theory suite; else all arms share them, as those of a checkpoint.");
    private readonly Option<bool> same = Flag("--fixed", "Every step has the same sequences, as in the theory suite; else each has others.");
    private readonly Option<bool> wide = Flag("--float64", "Double precision.");
    private readonly Option<bool> lean = Flag("--lean", "PyTorch's last layer leaves out what nobody reads, as an expert would write it.");

    /// <summary>With so many arms unless the command line says otherwise.</summary>
    public CellOptions(params int[] arms) => this.arms = Numbers("--arms", "Arms, A: four learning rates, and as many seeds as that takes.", arms);

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[widths, depths, methods, attention, tokens, batches, arms, reads, perSeed, same, wide, lean])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The cells that were asked for.</summary>
    public IEnumerable<Cell> Cells(ParseResult parsed) =>
        from width in parsed.GetValue(widths)!
        from depth in parsed.GetValue(depths)!
        from kind in parsed.GetValue(attention)!
        from method in parsed.GetValue(methods)!
        from length in parsed.GetValue(tokens)!
        from batch in parsed.GetValue(batches)!
        from read in parsed.GetValue(reads)!
        from count in parsed.GetValue(arms)!
        select new Cell
        {
            Width = width,
            Depth = depth,
            Causal = OneOf(kind, "causal", "bidirectional") == 0,
            Method = NameOf(method),
            Size = SizeOf(method),
            Arms = count,
            Tokens = length,
            Batch = batch,
            Reads = OneOf(read, "all", "last") == 0 ? length : 1,
            Shared = !parsed.GetValue(perSeed),
            Fixed = parsed.GetValue(same),
            Lean = parsed.GetValue(lean),
            Dtype = parsed.GetValue(wide) ? Precision.Float64 : Precision.Float32,
        };

    private static int OneOf(string word, params string[] words) => Array.IndexOf(words, word) is >= 0 and var index
        ? index
        : throw new ArgumentException($"'{word}' is none of {string.Join(", ", words)}.");

    private static string NameOf(string method)
    {
        string name = method.Split(':')[0];
        OneOf(name, "prompt", "prefix", "lora");
        return name;
    }

    private static int SizeOf(string method) =>
        method.Split(':') is [_, var size] && int.TryParse(size, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw new ArgumentException($"--method '{method}' has no size; prompt:20 is a prompt of 20 virtual tokens.");

    private static Option<int[]> Numbers(string name, string description, params int[] values) =>
        new(name) { Description = description, AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => values };

    private static Option<string[]> Words(string name, string description, params string[] values) =>
        new(name) { Description = description, AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => values };

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description };
}
