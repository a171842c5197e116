using System.Globalization;
using DslExperiments.Specs.Tests.Support;

namespace DslExperiments.Specs.Tests;

/// <summary>
/// The parameter table of Lester et al. 2021 (Table 4): an arm trains length × width numbers, and printed shares of T5's
/// printed sizes follow. Left out are three misprints of the table: 10,420 trained numbers of small at length 20, a share of
/// 0.01907 % of large at length 100, and the total of XXL at length 50. Shares are rounded in
/// most places and cut off in two: XL at length 20, 0.0014373 %, is printed as 0.00143, at length 100, 0.0071861 %, as 0.00718.
/// </summary>
public class ParameterTableTests
{
    private static readonly int[] Lengths = [1, 5, 20, 50, 100, 150];

    [Theory]
    [InlineData(512, "512 2560 10240 25600 51200 76800")]
    [InlineData(768, "768 3840 15360 38400 76800 115200")]
    [InlineData(1024, "1024 5120 20480 51200 102400 153600")]
    [InlineData(2048, "2048 10240 40960 102400 204800 307200")]
    [InlineData(4096, "4096 20480 81920 204800 409600 614400")]
    public void A_prompt_trains_length_times_width(int width, string trained) => Assert.Equal(trained, string.Join(' ', Counts(width)));

    [Theory]
    [InlineData("Small", 512, 76_961_152, "0.00067 0.00333 0.01330 0.03325 0.06648 0.09969")]
    [InlineData("Base", 768, 247_577_856, "0.00031 0.00155 0.00620 0.01551 0.03101 0.04651")]
    [InlineData("Large", 1024, 783_150_080, "0.00013 0.00065 0.00262 0.00654 misprint 0.01961")]
    [InlineData("XL", 2048, 2_849_757_184, "0.00007 0.00036 0.00143 0.00359 0.00718 0.01078")]
    [InlineData("XXL", 4096, 11_135_332_352, "0.00004 0.00018 0.00074 0.00184 0.00368 0.00552")]
    public void Shares_are_those_that_are_printed(string size, int width, long backbone, string printed)
    {
        string[] shares = printed.Split(' ');
        long[] counts = Counts(width);
        for (int i = 0; i < shares.Length; i++)
        {
            double share = 100.0 * counts[i] / (backbone + counts[i]);
            string[] spellings = [Text(share), Text(Math.Floor(share * 1e5) / 1e5), "misprint"];
            Assert.True(spellings.Contains(shares[i]), $"{size}, length {Lengths[i]}: {share} %, printed {shares[i]} %");
        }
    }

    private static string Text(double share) => share.ToString("F5", CultureInfo.InvariantCulture);

    private static long[] Counts(int width) =>
        [.. Sample.Valid($"backbone: {{ kind: transformer, width: {width} }}\nmethods: {{ prompt: {{ length: [{string.Join(", ", Lengths)}] }} }}\nseeds: 0")
            .Profiles[0].Arms.Select(arm => arm.TrainableParameters)];
}
