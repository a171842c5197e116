using System.Globalization;

namespace DslExperiments.Specs.Tests;

/// <summary>Names, numbers, arrays.</summary>
public class CommonTests
{
    [Theory]
    [InlineData("single-layer-limit", "SingleLayerLimit")]
    [InlineData("learning_rate", "LearningRate")]
    [InlineData("train.mse", "TrainMse")]
    [InlineData("theory/x", "TheoryX")]
    [InlineData("lora-8", "Lora8")]
    [InlineData("a__b--c", "ABC")]
    [InlineData("iPhone", "IPhone")]
    [InlineData("", "")]
    public void Pascal_case(string name, string pascal) => Assert.Equal(pascal, CSharpNames.Pascal(name));

    [Theory]
    [InlineData("learning_rate", "learningRate")]
    [InlineData("out", "@out")]
    [InlineData("for", "@for")]
    [InlineData("", "")]
    public void Camel_case(string name, string camel) => Assert.Equal(camel, CSharpNames.Camel(name));

    [Theory]
    [InlineData("a", true)]
    [InlineData("a-b_c9", true)]
    [InlineData("9a", false)]
    [InlineData("_a", false)]
    [InlineData("-a", false)]
    [InlineData("", false)]
    [InlineData("é", false)]
    [InlineData("a b", false)]
    [InlineData("a\n", false)]
    public void Names(string name, bool valid) => Assert.Equal(valid, CSharpNames.IsName(name));

    [Theory]
    [InlineData("Grid", true)]
    [InlineData("_grid9", true)]
    [InlineData("class", false)]
    [InlineData("9grid", false)]
    [InlineData("a-b", false)]
    [InlineData("", false)]
    public void Identifiers(string text, bool valid) => Assert.Equal(valid, CSharpNames.IsIdentifier(text));

    [Fact]
    public void Casing_ignores_the_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("tr-TR");
            Assert.Equal("InverseInit", CSharpNames.Pascal("inverse_init"));
            Assert.Equal("init", CSharpNames.Camel("Init"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Numbers_are_the_shortest_that_read_back()
    {
        Random random = new(1);
        byte[] bits = new byte[8];
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(bits);
            double value = BitConverter.ToDouble(bits);
            value = i % 2 == 0 ? value : Math.Round(random.NextDouble(), 3) * Math.Pow(10, random.Next(-12, 12));
            if (!double.IsFinite(value))
            {
                continue;
            }

            string text = NumberText.Format(value);
            Assert.True(NumberText.TryParse(text, out double again) && again.Equals(value + 0.0), text);
            string shortest = value.ToString("R", CultureInfo.InvariantCulture);
            Assert.Equal(double.Parse(shortest, CultureInfo.InvariantCulture), double.Parse(text, CultureInfo.InvariantCulture));
            Assert.Equal(Digits(shortest), Digits(text));
        }

        static int Digits(string text) => text.Split('E', 'e')[0].Where(char.IsAsciiDigit).SkipWhile(c => c == '0').Reverse().SkipWhile(c => c == '0').Count();
    }

    [Theory]
    [InlineData(0.001, "0.001")]
    [InlineData(1e-6, "1e-6")]
    [InlineData(1e22, "1e22")]
    [InlineData(-0.0, "0")]
    [InlineData(0.1 + 0.2, "0.30000000000000004")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(double.MaxValue, "1.7976931348623157e308")]
    public void Numbers_have_one_spelling(double value, string text) => Assert.Equal(text, NumberText.Format(value));

    [Fact]
    public void A_guess_that_is_off_is_corrected()
    {
        System.Reflection.MethodInfo correct = typeof(NumberText).Assembly.GetType("DslExperiments.Specs.NearestDouble")!.GetMethod("Correct")!;
        Random random = new(2);
        for (int i = 0; i < 3000; i++)
        {
            System.Numerics.BigInteger digits = random.NextInt64(1, long.MaxValue) * (System.Numerics.BigInteger)random.Next(1, 1000);
            int power = random.Next(-340, 280);
            double expected = double.Parse($"{digits}e{power}", CultureInfo.InvariantCulture);
            if (i % 3 == 0)
            {
                // The midpoint between two doubles, exactly: ties go to the even one.
                double low = Math.Round(random.NextDouble() * (1L << 52)) + (1L << 52);
                (digits, power, expected) = ((new System.Numerics.BigInteger(low) * 10) + 5, -1, low % 2 == 0 ? low : low + 1);
            }

            foreach (double guess in new[] { expected, Math.BitIncrement(expected), Math.BitDecrement(expected), Math.BitIncrement(Math.BitIncrement(expected)) })
            {
                if (guess >= 0 && double.IsFinite(guess))
                {
                    Assert.Equal(expected, correct.Invoke(null, [digits, power, guess]));
                }
            }
        }

        Assert.Equal(double.Epsilon, correct.Invoke(null, [new System.Numerics.BigInteger(5), -324, 0.0]));
        Assert.Equal(0.0, correct.Invoke(null, [new System.Numerics.BigInteger(2), -324, double.Epsilon]));
        Assert.Equal(1.0, correct.Invoke(null, [System.Numerics.BigInteger.One, 0, Math.BitDecrement(1.0)]));
    }

    [Fact]
    public void Long_numbers_are_read_exactly()
    {
        Random random = new(3);
        for (int i = 0; i < 5000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => (char)('0' + random.Next(10))));
            text = (i % 2 == 0 ? "-" : "") + text.Insert(random.Next(text.Length + 1), i % 3 == 0 ? "" : ".") + (i % 5 == 0 ? "" : $"e{random.Next(-330, 280)}");
            double expected = double.Parse(text, CultureInfo.InvariantCulture);
            bool read = NumberText.TryParse(text, out double value);
            Assert.True(read ? value == expected : !double.IsFinite(expected) || expected == 0, text);
        }
    }

    [Fact]
    public void Arrays_compare_by_their_items()
    {
        EquatableArray<string> one = EquatableArray.Create("a", "b");
        EquatableArray<string> same = new List<string> { "a", "b" }.ToEquatableArray();
        EquatableArray<string> converted = new[] { "a", "b" };
        Assert.True(one == same && same == converted && one.Equals((object)converted) && !(one != same));
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.True(one != EquatableArray.Create("b", "a"));
        Assert.True(one != EquatableArray.Create("a"));
        Assert.False(one.Equals("a"));
        Assert.True(EquatableArray<string>.Empty == default && EquatableArray<string>.Empty == EquatableArray.Create<string>());
        Assert.Equal(EquatableArray<string>.Empty.GetHashCode(), EquatableArray.Create<string>().GetHashCode());
        Assert.Equal((2, 2, false, true), (one.Count, one.Length, one.IsEmpty, EquatableArray<int>.Empty.IsEmpty));
        Assert.Equal(("a", 1, -1, true, false), (one[0], one.IndexOf("b"), one.IndexOf("c"), one.Contains("a"), one.Contains("c")));
        Assert.Equal(["a", "b"], one);
        Assert.Throws<IndexOutOfRangeException>(() => EquatableArray<int>.Empty[0]);
        List<string> walked = [];
        foreach (string item in one)
        {
            walked.Add(item);
        }

        Assert.Equal(["a", "b"], walked);
    }

    [Fact]
    public void An_array_is_a_copy()
    {
        int[] items = [1, 2];
        EquatableArray<int> array = items;
        items[0] = 9;
        Assert.Equal(1, array[0]);
    }
}
