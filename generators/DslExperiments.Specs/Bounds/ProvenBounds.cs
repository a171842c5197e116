namespace DslExperiments.Specs;

/// <summary>
/// What theory says of an arm before it runs. One method per statement; each gives nothing where the statement's conditions
/// are not met, so that a bound is never claimed for a setting that its proof does not cover.
/// </summary>
internal static class ProvenBounds
{
    /// <summary>The bounds of one arm.</summary>
    public static List<ProvenBoundSpec> Of(BoundProfile profile, BoundMethod method, Point point)
    {
        TransformerFields backbone = new(profile.Backbone!.Options);
        BoundSection task = profile.Task!.Options;
        List<ProvenBoundSpec> bounds = new();
        switch (profile.Task.Variant.Name)
        {
            case "shared_token_pair" when IsVirtualTokens(method):
                SharedQuery(bounds, method, backbone, task, point);
                break;
            case "distinct_queries" when IsVirtualTokens(method):
                OwnQueries(bounds, method, backbone, task, point);
                break;
            case "common_target" when method.Name == "prompt":
                Invertible(bounds, method, backbone, task, point);
                break;
            case "head_update" when IsVirtualTokens(method):
                HeadUpdates.Bounds(bounds, method, task, point);
                break;
        }

        return bounds;
    }

    /// <summary>D2: sequences that share their query need (n - 1) d equations from one unknown. D3: the floor of soft tokens.</summary>
    private static void SharedQuery(List<ProvenBoundSpec> bounds, BoundMethod method, TransformerFields backbone, BoundSection task, Point point)
    {
        bool random = point.Call(task["targets"]).Function == "random";
        bool invertible = point.Int(backbone.Hidden) == 0
            || (point.Bool(backbone.Residual) && ContractiveMlp(backbone, point));
        if (!IsBareHead(backbone, point) || !invertible)
        {
            return;
        }

        if (random && (point.Int(task["sequences"]) - 1) * point.Int(backbone.Width) > 1)
        {
            bounds.Add(new ProvenBoundSpec("D2", "train.mse", 0));
        }

        if (method.Name == "prompt")
        {
            bounds.Add(new ProvenBoundSpec("D3", "train.mse", 1, "floor.mse"));
        }
    }

    /// <summary>D4: fewer virtual tokens than sequences leave what Eckart and Young leave.</summary>
    private static void OwnQueries(List<ProvenBoundSpec> bounds, BoundMethod method, TransformerFields backbone, BoundSection task, Point point)
    {
        if (!KeepsSubspace(backbone, point))
        {
            return;
        }

        long n = point.Int(task["sequences"]);
        bool fullRank = point.Call(task["targets"]) is { Function: "random" or "matched" }
            || (point.Call(task["targets"]) is { Function: "teacher" } teacher && ((SpecValue.Int)teacher.Arguments[0]).Value >= n);
        if (point.Int(method.Options["length"]) < n && fullRank)
        {
            bounds.Add(new ProvenBoundSpec("D4", "train.mse", 0));
        }

        if (method.Name == "prompt")
        {
            bounds.Add(new ProvenBoundSpec("D4", "train.mse", 1, "floor.mse"));
        }
    }

    /// <summary>D6: contractive layers keep outputs apart, whatever a capped prompt does.</summary>
    private static void Invertible(List<ProvenBoundSpec> bounds, BoundMethod method, TransformerFields backbone, BoundSection task, Point point)
    {
        if (CertifiedGap.Factor(method, backbone, task, point) is double factor and > 0)
        {
            bounds.Add(new ProvenBoundSpec("D6", "output_gap", factor, "input_gap"));
        }

        bounds.Add(new ProvenBoundSpec("D6", "output_gap", 1, "output_gap.certified"));
    }

    /// <summary>The layer of D4: a bare head without MLP whose values of content stay where content is.</summary>
    public static bool KeepsSubspace(TransformerFields backbone, Point point)
    {
        SpecValue.Call value = point.Call(CertifiedGap.Init(backbone, "value"));
        string init = value.Function == "same" ? point.Call(CertifiedGap.Init(backbone, "attention")).Function : value.Function;
        return IsBareHead(backbone, point) && point.Int(backbone.Hidden) == 0 && init == "identity";
    }

    private static bool IsVirtualTokens(BoundMethod method) => method.Name is "prompt" or "prefix";

    /// <summary>One layer and one head without normalisation, positions or anything else that the single-layer proofs leave out.</summary>
    private static bool IsBareHead(TransformerFields backbone, Point point) =>
        point.Int(backbone.Depth) == 1 && point.Int(backbone.Heads) == 1 && point.Word(backbone.Norm) == "none"
        && point.Word(backbone.Positions) == "none" && !point.Bool(backbone.Output) && point.Call(backbone.Construct).Function == "none";

    private static bool ContractiveMlp(TransformerFields backbone, Point point) =>
        point.Word(backbone.Activation) is "relu" or "tanh"
        && CertifiedGap.Norm(backbone, "mlp", null, point) * CertifiedGap.Norm(backbone, "mlp_out", "mlp", point) < 1;
}
