namespace DslExperiments.Specs;

/// <summary>The exact errors of the toy heads of Mondal and Shihab: how far the targets are from what any prefix can make.</summary>
internal static class HeadUpdates
{
    /// <summary>Adds the floor of <c>train.max_error</c>, and of <c>train.mse</c>, for an arm.</summary>
    public static void Bounds(List<ProvenBoundSpec> bounds, BoundMethod method, BoundSection task, Point point)
    {
        SpecValue.Call update = point.Call(task["update"]);
        double amount = ((SpecValue.Number)update.Arguments[0]).Value;
        double error = update.Function == "query" ? QueryError(amount) : ValueError(1 + amount, Contraction(method, point));
        if (error > 0)
        {
            string statement = update.Function == "query" ? "Mondal and Shihab, theorem 9" : "Mondal and Shihab, corollary 7";
            bounds.Add(new ProvenBoundSpec(statement, "train.max_error", error));

            // Two inputs with opposite targets: the errors e, e' have e + e' >= 2 error, over two sequences of width 2.
            bounds.Add(new ProvenBoundSpec(statement, "train.mse", error * error / 2));
        }
    }

    /// <summary>Equal frozen statistics and opposite targets <c>± 2 sinh a / (2 cosh a + 1)</c> (theorem 9).</summary>
    public static double QueryError(double strength)
    {
        // e^-2a keeps large strengths finite.
        double a = Math.Abs(strength), down = Math.Exp(-2 * a);
        return (1 - down) / (1 + down + Math.Exp(-a));
    }

    /// <summary>The distance of the wanted contraction t from the reachable interval; the head's outputs are ±1 (corollary 7).</summary>
    private static double ValueError(double wanted, (double Least, double Most) reach) =>
        Math.Max(0, Math.Max(reach.Least - wanted, wanted - reach.Most));

    /// <summary>What m slots can multiply the head's output by: <c>1 / (1 + a)</c>, a the mass of their keys.</summary>
    private static (double Least, double Most) Contraction(BoundMethod method, Point point)
    {
        double slots = point.Int(method.Options["length"]);
        if (method.Name != "prefix" || point.Word(method.Options["form"]) != "key_value")
        {
            // Keys of tokens are zero here: every slot has mass 1.
            return (1 / (1 + slots), 1 / (1 + slots));
        }

        double cap = point.Number(method.Options["key_cap"]);
        return cap == 0 ? (0, 1) : (1 / (1 + (slots * Math.Exp(cap))), 1 / (1 + (slots * Math.Exp(-cap))));
    }
}
