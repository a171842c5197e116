namespace DslExperiments.Specs;

/// <summary>How many numbers theory asks for, and how many are enough: D4 and D5, for the full study.</summary>
internal static class ParameterBounds
{
    /// <summary>The constants of all arms, each once, in the order of the arms.</summary>
    public static List<BoundConstantSpec> Of(Grid[] grids)
    {
        List<(string Name, string Statement, long Value, long Sequences, string Doc)> found = new();
        foreach (Grid grid in grids)
        {
            TransformerFields backbone = new(grid.Profile.Backbone!.Options);
            foreach (int[] indices in grid.Points)
            {
                foreach (var constant in Of(grid.Profile.Task!, backbone, new Point(grid, indices)))
                {
                    if (!found.Contains(constant))
                    {
                        found.Add(constant);
                    }
                }
            }
        }

        // One name per quantity; with the number of sequences behind it when that is swept.
        return found.ConvertAll(constant => new BoundConstantSpec(
            constant.Name + (found.Count(other => other.Name == constant.Name) > 1 ? "For" + NumberText.Format(constant.Sequences) : ""),
            constant.Statement,
            constant.Value,
            constant.Doc));
    }

    private static IEnumerable<(string Name, string Statement, long Value, long Sequences, string Doc)> Of(BoundVariant task, TransformerFields backbone, Point point)
    {
        if (task.Variant.Name is not ("distinct_queries" or "shared_token_pair"))
        {
            yield break;
        }

        long n = point.Int(task.Options["sequences"]), width = point.Int(backbone.Width);
        if (task.Variant.Name == "distinct_queries" && ProvenBounds.KeepsSubspace(backbone, point))
        {
            yield return ("PromptTokensNeeded", "D4", n, n, "virtual tokens without which the sequences cannot be memorised");
            yield return ("PromptParametersNeeded", "D4", n * width, n, "prompt parameters without which the sequences cannot be memorised");
        }

        if (point.Int(backbone.Depth) == 1 && point.Word(backbone.Norm) == "none" && point.Word(backbone.Activation) == "relu" && point.Int(backbone.Hidden) >= n)
        {
            yield return ("RankSufficient", "D5", n, n, "rank of an update of the MLP that memorises the sequences wherever the attention keeps them apart");
            yield return ("UpdatedWeightsSufficient", "D5", (2 * n * width) + n, n, "weights and biases of the MLP that such an update changes");
        }
    }
}
