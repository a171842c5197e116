namespace DslExperiments.Metrics.Text;

/// <summary>Rates of given and right classes. All of them are numbers, whatever rows there are, as long as there are some.</summary>
public static class ClassRates
{
    /// <summary>The share of rows whose class is right.</summary>
    public static double Accuracy(IReadOnlyList<int> given, IReadOnlyList<int> right) =>
        (double)Enumerable.Range(0, right.Count).Count(row => given[row] == right[row]) / right.Count;

    /// <summary>The share of the most frequent class: what is reached by giving it always.</summary>
    public static double Majority(IReadOnlyList<int> right) =>
        (double)right.GroupBy(static label => label).Max(static group => group.Count()) / right.Count;

    /// <summary>
    /// The mean over classes of <c>2 TP / (2 TP + FP + FN)</c>. A class that is neither given nor right anywhere is left
    /// out; one that is right somewhere but never given counts 0.
    /// </summary>
    public static double MacroF1(IReadOnlyList<int> given, IReadOnlyList<int> right) => given.Concat(right).Distinct().Average(label =>
    {
        int hits = Enumerable.Range(0, right.Count).Count(row => given[row] == label && right[row] == label);
        return 2.0 * hits / (given.Count(one => one == label) + right.Count(one => one == label));
    });

    /// <summary>The largest difference between the accuracies of two groups; 0 when there is only one.</summary>
    public static double AccuracyGap(IReadOnlyList<int> given, IReadOnlyList<int> right, IReadOnlyList<string> groups) =>
        Gap(Enumerable.Range(0, right.Count), groups, row => given[row] == right[row]);

    /// <summary>
    /// Demographic parity: the largest difference between two groups in the share of rows that are given a class, over all
    /// classes. With two classes both have the same one.
    /// </summary>
    public static double ParityGap(IReadOnlyList<int> given, IReadOnlyList<string> groups) =>
        given.Distinct().Max(label => Gap(Enumerable.Range(0, given.Count), groups, row => given[row] == label));

    /// <summary>
    /// Equalised odds: the largest difference between two groups in the share of rows that are given a class among those
    /// whose right class is the same, over all pairs of classes. A group without such rows is left out of the pair.
    /// </summary>
    public static double OddsGap(IReadOnlyList<int> given, IReadOnlyList<int> right, IReadOnlyList<string> groups) =>
        right.Distinct().Max(truth => given.Distinct().Max(label =>
            Gap(Enumerable.Range(0, right.Count).Where(row => right[row] == truth), groups, row => given[row] == label)));

    private static double Gap(IEnumerable<int> rows, IReadOnlyList<string> groups, Func<int, bool> counts)
    {
        double[] shares = [.. rows.GroupBy(row => groups[row]).Select(group => (double)group.Count(counts) / group.Count())];
        return shares.Length == 0 ? 0 : shares.Max() - shares.Min();
    }

    /// <summary>
    /// The class that most voters give; among those with as many votes, the one with the largest sum of log-probabilities
    /// over all voters, then the first.
    /// </summary>
    /// <param name="voters">Log-probabilities of the classes, per voter.</param>
    public static int Vote(IReadOnlyList<double[]> voters)
    {
        int classes = voters[0].Length;
        var votes = new int[classes];
        foreach (double[] voter in voters)
        {
            votes[Likeliest(voter)]++;
        }

        return Enumerable.Range(0, classes).MaxBy(label => (votes[label], voters.Sum(voter => voter[label])));
    }

    /// <summary>The place of the largest number, the first one of several.</summary>
    public static int Likeliest(IReadOnlyList<double> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Count; i++)
        {
            best = scores[i] > scores[best] ? i : best;
        }

        return best;
    }
}
