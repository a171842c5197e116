using DslExperiments.Metrics;
using DslExperiments.Metrics.Text;
using DslExperiments.Results;

namespace DslExperiments.Tests.Metrics;

/// <summary>Rates of classes and overlaps of words, by hand and by other formulations.</summary>
public class TextRatesTests
{
    [Theory]
    [InlineData("The Cat!", "cat", 1)]
    [InlineData("a  an the", "", 1)]
    [InlineData("", "cat", 0)]
    [InlineData("cat", "", 0)]
    [InlineData("the black cat sat", "black cat", 0.8)]
    [InlineData("no no yes", "no yes yes", 2.0 / 3)]
    [InlineData("self-made", "selfmade", 1)]
    [InlineData("dog", "cat", 0)]
    public void Token_f1_is_that_of_squad(string given, string wanted, double f1) => Assert.Equal(f1, WordOverlap.TokenF1(given, wanted), 1e-12);

    [Theory]
    [InlineData("The U.S. Army, an  old $5 \"hat\"", "us army old 5 hat")]
    [InlineData("Ärger\u00a0im ZUG", "ärger im zug")]
    [InlineData("theory an-other", "theory another")]
    [InlineData("!?", "")]
    public void Answers_are_normalised_as_in_squad(string text, string normalised) => Assert.Equal(normalised, AnswerText.Normalized(text));

    [Theory]
    [InlineData("police killed the gunman", "police kill the gunman", 0.75)]
    [InlineData("the gunman kill police", "police kill the gunman", 0.5)]
    [InlineData("Don't stop", "don t STOP!", 1)]
    [InlineData("", "x", 0)]
    [InlineData("...", "!", 1)]
    [InlineData("a b c d", "a c", 2.0 / 3)]
    public void Rouge_l_is_the_f1_of_the_longest_common_subsequence(string given, string wanted, double f1) => Assert.Equal(f1, WordOverlap.RougeL(given, wanted), 1e-12);

    [Fact]
    public void The_longest_common_subsequence_is_that_of_all_subsequences()
    {
        var random = new Random(5);
        for (int trial = 0; trial < 200; trial++)
        {
            string[] left = Draw(random.Next(0, 9)), right = Draw(random.Next(0, 12));
            int longest = Enumerable.Range(0, 1 << left.Length).Max(kept =>
            {
                string[] part = [.. left.Where((_, i) => (kept >> i & 1) == 1)];
                int found = 0;
                foreach (var word in right)
                {
                    found += found < part.Length && part[found] == word ? 1 : 0;
                }

                return found == part.Length ? found : 0;
            });
            Assert.Equal(longest, WordOverlap.LongestCommonSubsequence(left, right));
        }

        string[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => "abc"[random.Next(3)].ToString())];
    }

    [Fact]
    public void Rates_by_hand()
    {
        int[] right = [0, 0, 0, 1, 1, 2], given = [0, 0, 1, 1, 0, 0];
        Assert.Equal(0.5, ClassRates.Accuracy(given, right), 1e-12);
        Assert.Equal(0.5, ClassRates.Majority(right), 1e-12);

        // Precision and recall: 2/4 and 2/3; 1/2 and 1/2; none of the third.
        Assert.Equal((4.0 / 7 + 0.5 + 0) / 3, ClassRates.MacroF1(given, right), 1e-12);
        Assert.Equal(1, ClassRates.MacroF1([3, 3], [3, 3]), 1e-12);

        // A class that is given where it is never right counts 0.
        Assert.Equal(((2.0 / 3) + 0) / 2, ClassRates.MacroF1([0, 1], [0, 0]), 1e-12);

        string[] groups = ["x", "x", "y", "y", "y", "x"];
        Assert.Equal((2.0 / 3) - (1.0 / 3), ClassRates.AccuracyGap(given, right, groups), 1e-12);
        Assert.Equal(1 - (1.0 / 3), ClassRates.ParityGap(given, groups), 1e-12);

        // Class 0 is right in x twice, given both times; in y once, and 1 is given. Class 2 is right in one group alone.
        Assert.Equal(1, ClassRates.OddsGap(given, right, groups), 1e-12);
        Assert.Equal(0, ClassRates.OddsGap([0, 1], [0, 1], ["x", "y"]), 1e-12);
        Assert.Equal(0, ClassRates.AccuracyGap(given, right, ["x", "x", "x", "x", "x", "x"]), 1e-12);
    }

    [Fact]
    public void Gaps_are_those_of_all_pairs_of_groups()
    {
        var random = new Random(2);
        for (int trial = 0; trial < 100; trial++)
        {
            int n = random.Next(3, 30);
            int[] right = Draw(3), given = Draw(3);
            string[] groups = [.. Draw(3).Select(group => $"g{group}")];
            double parity = 0, odds = 0, accuracy = 0;
            foreach (var a in groups.Distinct())
            {
                foreach (var b in groups.Distinct())
                {
                    accuracy = Math.Max(accuracy, Share(a, row => given[row] == right[row], _ => true) - Share(b, row => given[row] == right[row], _ => true));
                    for (int label = 0; label < 3; label++)
                    {
                        parity = Math.Max(parity, Share(a, row => given[row] == label, _ => true) - Share(b, row => given[row] == label, _ => true));
                        for (int truth = 0; truth < 3; truth++)
                        {
                            double difference = Share(a, row => given[row] == label, row => right[row] == truth) - Share(b, row => given[row] == label, row => right[row] == truth);
                            odds = double.IsNaN(difference) ? odds : Math.Max(odds, difference);
                        }
                    }
                }
            }

            Assert.Equal(accuracy, ClassRates.AccuracyGap(given, right, groups), 1e-12);
            Assert.Equal(parity, ClassRates.ParityGap(given, groups), 1e-12);
            Assert.Equal(odds, ClassRates.OddsGap(given, right, groups), 1e-12);

            int[] Draw(int below) => [.. Enumerable.Range(0, n).Select(_ => random.Next(below))];

            double Share(string group, Func<int, bool> counts, Func<int, bool> among)
            {
                int[] rows = [.. Enumerable.Range(0, n).Where(row => groups[row] == group && among(row))];
                return (double)rows.Count(counts) / rows.Length;
            }
        }
    }

    [Fact]
    public void Votes_are_counted_and_ties_go_to_the_likelier()
    {
        double[] sure = [Math.Log(0.9), Math.Log(0.05), Math.Log(0.05)], one = [Math.Log(0.3), Math.Log(0.4), Math.Log(0.3)];
        Assert.Equal(1, ClassRates.Vote([sure, one, one]));
        Assert.Equal(0, ClassRates.Vote([one, sure]));
        Assert.Equal(0, ClassRates.Vote([[Math.Log(0.5), Math.Log(0.5)]]));
    }

    [Theory]
    [InlineData(null, 400)]
    [InlineData(" ", 400)]
    [InlineData("35.5", 35.5)]
    [InlineData("0", 0)]
    [InlineData("much", double.NaN)]
    [InlineData("-1", double.NaN)]
    public void The_carbon_intensity_is_the_environments(string? setting, double intensity) => Assert.Equal(intensity, Co2.Intensity(setting));

    [Fact]
    public void Energy_accounts_end_once_and_are_never_negative()
    {
        var (one, other) = (EnergyAccount.Begin(accelerated: false), EnergyAccount.Begin(accelerated: true));
        Thread.Sleep(20);
        double soFar = one.Joules;
        one.End();
        double ended = one.Joules;
        Thread.Sleep(20);
        one.End();
        Assert.InRange(soFar, 0, ended);
        Assert.Equal(ended, one.Joules);
        Assert.True(other.Joules > ended);
        other.End();
    }
}
