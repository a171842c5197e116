namespace DslExperiments.Benchmarks.Sweeps;

/// <summary>
/// Multiply-adds of the matrix products of a step, counted from the shapes: those that the runtime does, and those of the
/// plain way, every arm and every sequence for itself. Backward passes through frozen weights cost one product, through
/// products of two trained things two. Norms, softmax, activations and updates are not counted.
/// </summary>
internal static class MultiplyAdds
{
    /// <summary>Of one arm in the plain way, as PyTorch is asked to do it.</summary>
    public static double Plain(Cell cell)
    {
        double width = cell.Width, rows = cell.Batch * (double)(cell.Tokens + PromptOf(cell)), keys = cell.Tokens + PromptOf(cell) + PrefixOf(cell);
        double layer = (2 * rows * 12 * width * width) + (3 * 2 * rows * keys * width) + LowRank(cell, rows);

        // Nothing below the first trained number takes a gradient: the first layer's q, k, v of content, or all of it for LoRA.
        return (cell.Depth * layer) - (cell.Method == "prompt" ? 0 : rows * 3 * width * width);
    }

    /// <summary>Of one arm in a cohort with so many arms per seed.</summary>
    public static double Ours(Cell cell, double armsPerSeed)
    {
        double width = cell.Width, square = width * width;
        double content = cell.Batch * (double)cell.Tokens, prompt = PromptOf(cell), reads = cell.Batch * (double)cell.Reads, total = 0;
        for (int layer = 0; layer < cell.Depth; layer++)
        {
            bool first = layer == 0, last = layer == cell.Depth - 1;

            // Rows of a prompt: one block per arm where it cannot depend on the content.
            double front = first || cell.Causal ? prompt : cell.Batch * prompt;
            double after = last ? 0 : cell.Causal ? prompt : cell.Batch * prompt;
            double queries = last ? reads : content, keys = cell.Tokens + prompt + PrefixOf(cell);
            if (first)
            {
                // What no trained number reaches is computed once per seed, and only where data are new.
                total += cell.Fixed ? 0 : 3 * content * square / armsPerSeed;
                total += 2 * front * square * (last ? 2 : 3);
            }
            else
            {
                total += 2 * (2 * (content + front) * square);
                total += 2 * (queries + after) * square;
            }

            total += 3 * 2 * queries * keys * width;
            total += 3 * 2 * after * (cell.Causal ? prompt : keys) * width;
            total += 2 * (queries + after) * 9 * square;
            total += LowRank(cell, content);
        }

        return total;
    }

    private static double PromptOf(Cell cell) => cell.Method == "prompt" ? cell.Size : 0;

    private static double PrefixOf(Cell cell) => cell.Method == "prefix" ? cell.Size : 0;

    /// <summary>Two factors on q and on v, forward, and backward to the factors and to the rows.</summary>
    private static double LowRank(Cell cell, double rows) => cell.Method == "lora" ? 2 * 3 * 2 * rows * cell.Size * cell.Width : 0;
}
