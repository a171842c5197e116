using System.Text;
using DslExperiments.Generators.Tests.Support;

namespace DslExperiments.Generators.Tests;

/// <summary>Whatever a file contains, the generator answers with code or with findings, and never fails.</summary>
public class FuzzTests
{
    private const int PerSeed = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Damaged_specs(int seed)
    {
        Random random = new(seed);
        string[] texts = [.. SpecTexts.Repository.Select(spec => spec.Text!), .. SpecTexts.Names("features").Select(name => SpecTexts.Read("features/" + name))];
        TestProject project = new(Enumerable.Range(0, 4).Select(i => new Spec("fuzz/spec-" + i, texts[i])));
        for (int i = 0; i < PerSeed; i++)
        {
            string damaged = Damage(texts[random.Next(texts.Length)], random);
            project.Edit("fuzz/spec-" + random.Next(4), _ => damaged);
            var run = project.RunOnce();

            string context = $"Seed {seed}, round {i}:\n{damaged}\n";
            Assert.True(!run.Ids.Contains("DSLX0504"), context + string.Join('\n', run.Diagnostics));
            Assert.True(!run.CompilerDiagnostics.Any(IsOurs), context + string.Join('\n', run.CompilerDiagnostics));

            // What was taken from earlier rounds is what a build from scratch would make.
            var fresh = project.Copy().RunOnce();
            Assert.Equal(context + string.Join('\n', fresh.Diagnostics), context + string.Join('\n', run.Diagnostics));
            Assert.Equal(fresh.Sources, run.Sources);
        }
    }

    /// <summary>False for what C# rightly says of a spec that asks for code of the project's own.</summary>
    private static bool IsOurs(string found) =>
        !found.Contains("CS8795", StringComparison.Ordinal) && !found.Contains("CS0762", StringComparison.Ordinal) && !found.Contains("'My'", StringComparison.Ordinal);

    private static string Damage(string text, Random random)
    {
        const string alphabet = "abz019 \n\t:-,[]{}()&*!|>'\"%@`#~.=<>+/\\\u2028\u0000\ud800é";
        StringBuilder damaged = new(text);
        for (int edits = random.Next(1, 6); edits > 0 && damaged.Length > 0; edits--)
        {
            int at = random.Next(damaged.Length);
            int length = Math.Min(random.Next(1, 12), damaged.Length - at);
            switch (random.Next(5))
            {
                case 0: damaged.Remove(at, length); break;
                case 1: damaged.Insert(at, alphabet[random.Next(alphabet.Length)]); break;
                case 2: damaged[at] = alphabet[random.Next(alphabet.Length)]; break;
                case 3: damaged.Insert(random.Next(damaged.Length), damaged.ToString(at, length)); break;
                default:
                    // A whole line goes elsewhere.
                    string[] lines = damaged.ToString().Split('\n');
                    (lines[random.Next(lines.Length)], lines[random.Next(lines.Length)]) = (lines[random.Next(lines.Length)], lines[random.Next(lines.Length)]);
                    damaged = new StringBuilder(string.Join('\n', lines));
                    break;
            }
        }

        return damaged.ToString();
    }
}
