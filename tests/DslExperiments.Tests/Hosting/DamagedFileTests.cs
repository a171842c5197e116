using System.Text;
using System.Text.RegularExpressions;
using DslExperiments.Checkpoints;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Tests.Checkpoints;
using DslExperiments.Tests.Results.Peft;
using DslExperiments.Text.Data;

namespace DslExperiments.Tests.Hosting;

/// <summary>
/// Files that were damaged at random, or by somebody who means it: the program does what it was asked for or refuses in
/// words, never anything else, and never takes much memory for it.
/// </summary>
public sealed partial class DamagedFileTests
{
    private const long MostBytes = 64L << 20;

    private static readonly string[] Hostile =
        ["-1", "0", "1", "3", "2147483647", "2147483648", "-9223372036854775808", "18446744073709551616", "1e400", "1e-300", "0.5", "null", "true", "\"x\"", "\"\"", "[]", "{}", "[[[[]]]]", "\"\\u0000\"", "\"\\ud800\""];

    public static TheoryData<string, int> Files => new()
    {
        { "config.json", 1 }, { "model.safetensors", 2 }, { "vocab.txt", 3 },
        { "prompt/adapter_config.json", 4 }, { "prompt/adapter_model.safetensors", 5 }, { "prompt/dslexperiments.json", 6 },
        { "lora/adapter_config.json", 7 }, { "lora/adapter_model.safetensors", 8 }, { "lora/dslexperiments.json", 9 },
        { "prefix/adapter_config.json", 10 }, { "prefix/adapter_model.safetensors", 11 },
        { "iapt/adapter_model.safetensors", 12 }, { "iapt/dslexperiments.json", 13 },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Generate_continues_or_refuses(string file, int seed)
    {
        using var folder = new ModelFolder();
        File.WriteAllText(folder["vocab.txt"], "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\nc\nd\n");
        var backbone = Checkpoint.Open(folder.Write()).Options;
        foreach (MethodOptions method in (MethodOptions[])[new PromptOptions { Length = 2 }, new LoraOptions { Rank = 2 }, new PrefixOptions { Length = 2 }])
        {
            string name = OptionsText.KindOf(method);
            Directory.CreateDirectory(folder[name]);
            SavedArms.Write(folder[name], SavedArms.Of(method, backbone));
        }

        Directory.CreateDirectory(folder["iapt"]);
        SavedArms.Write(folder["iapt"], SavedArms.Of(new IaptOptions { Length = 2, Bottleneck = 2 }, backbone, [.. IaptTensors()]));
        string[] adapter = file.Contains('/', StringComparison.Ordinal) ? ["--adapter", folder[file.Split('/')[0]]] : [];
        string[] command = ["generate", folder.Location, "--text", "a b c", "--max-tokens", "2", .. adapter];
        Assert.Equal((0, ""), await EndAsync(command));

        byte[] whole = File.ReadAllBytes(folder[file]);
        var random = new Random(seed);
        var codes = new HashSet<int>();
        for (int round = 0; round < 100; round++)
        {
            File.WriteAllBytes(folder[file], Damaged(whole, random));
            File.SetLastWriteTimeUtc(folder[file], DateTime.UnixEpoch.AddSeconds(round));
            var (code, error) = await EndAsync(command);
            codes.Add(code);
            Assert.True(code is 0 or 42, $"round {round}: {code} {error}");
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
            Assert.True(code == 0 || error.StartsWith("error: ", StringComparison.Ordinal), error);
        }

        Assert.Contains(42, codes);
    }

    [Theory]
    [InlineData("a.tsv", "text\tlabel\na b\tgood\nc d\tbad\n", 21)]
    [InlineData("a.csv", "text,label\n\"a, \"\"b\"\"\",good\nc,bad\n", 22)]
    [InlineData("a.jsonl", "{\"text\": \"a\", \"label\": [\"good\", 1]}\n{\"text\": {\"x\": \"\\u00e4\"}, \"label\": null}\n", 23)]
    [InlineData("a.txt", "ein Wörtchen\nzwei\n", 24)]
    public void Tables_are_read_or_refused(string name, string content, int seed)
    {
        using var folder = new TemporaryFolder();
        byte[] whole = Encoding.UTF8.GetBytes(content);
        var random = new Random(seed);
        for (int round = 0; round < 2000; round++)
        {
            File.WriteAllBytes(folder[name], Damaged(whole, random));
            try
            {
                var table = TextTable.Read(folder[name], header: round % 2 == 0);
                table.ColumnOf("task.text", "text");
                table.ThrowIfWrong();
            }
            catch (ExperimentUsageException)
            {
                // Refused in words.
            }
        }
    }

    /// <summary>A few bytes changed, lost or doubled, the end cut off, or a value of JSON replaced by one that nobody expects.</summary>
    private static byte[] Damaged(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole];
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            int head = Math.Min(bytes.Length, 700), at = random.Next(head + 1), count = Math.Min(random.Next(1, 9), bytes.Length - at);
            bytes = random.Next(6) switch
            {
                0 => [.. bytes[..at], .. bytes[(at + count)..]],
                1 => [.. bytes[..(at + count)], .. bytes[at..]],
                2 => bytes[..random.Next(bytes.Length + 1)],
                3 => [.. bytes[..at], .. Enumerable.Range(0, count).Select(_ => (byte)random.Next(256)), .. bytes[(at + count)..]],
                _ => Replaced(bytes, random),
            };
        }

        return bytes;
    }

    private static byte[] Replaced(byte[] bytes, Random random)
    {
        string text = Encoding.Latin1.GetString(bytes, 0, Math.Min(bytes.Length, 5000));
        var values = Values().Matches(text);
        if (values.Count == 0)
        {
            return bytes;
        }

        var value = values[random.Next(values.Count)];
        return [.. bytes[..value.Index], .. Encoding.ASCII.GetBytes(Hostile[random.Next(Hostile.Length)]), .. bytes[(value.Index + value.Length)..]];
    }

    /// <summary>Runs the program on a thread of its own, whose memory is counted.</summary>
    private static Task<(int Code, string Error)> EndAsync(string[] command) => Task.Factory.StartNew(
        () =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var run = ProgramRun.Of(command).GetAwaiter().GetResult();
            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(taken < MostBytes, $"{taken} bytes: {run.Error}");
            return (run.ExitCode, run.Error);
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private static IEnumerable<(string Name, long[] Shape)> IaptTensors() => Enumerable.Range(0, 2).SelectMany(static layer => ((string, long[])[])
    [
        ($"layers.{layer}.iapt.pool.weight", [2, 4]), ($"layers.{layer}.iapt.down.weight", [2, 4]), ($"layers.{layer}.iapt.up.weight", [4, 2]),
        ($"layers.{layer}.iapt.numerator", [7]), ($"layers.{layer}.iapt.denominator", [5]),
    ]);

    [GeneratedRegex("""(?<=[:,\[]\s*)(-?[0-9][0-9.eE+-]*|true|false|null|"[^"]*"(?!\s*:))""", RegexOptions.CultureInvariant)]
    private static partial Regex Values();
}
