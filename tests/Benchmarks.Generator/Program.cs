using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DslExperiments.Benchmarks;

// Usage: Benchmarks.Generator <folder of specs> [--build ROUNDS] [--emit FOLDER]
// The specs are repeated under other names until there are a hundred.
const int count = 100;
string root = args is [var first, ..] ? first : "specs";
var originals = Directory.EnumerateFiles(root, "*.yaml", SearchOption.AllDirectories)
    .OrderBy(path => File.ReadAllText(path).Contains("\nextends:", StringComparison.Ordinal))
    .ThenBy(path => path, StringComparer.Ordinal)
    .Select(path => (Name: Path.ChangeExtension(Path.GetRelativePath(root, path), null).Replace('\\', '/'), Text: File.ReadAllText(path)))
    .ToList();
var specs = Enumerable.Range(0, count)
    .Select(i => (Spec: originals[i % originals.Count], Copy: i / originals.Count))
    .Select(pair => (pair.Copy == 0 ? pair.Spec.Name : $"copy-{pair.Copy.ToString(CultureInfo.InvariantCulture)}/{pair.Spec.Name}", InFolder(pair.Spec.Text, pair.Copy)))
    .ToList();

Driver driver = new(specs);
var cpu = Process.GetCurrentProcess().TotalProcessorTime;
long start = Stopwatch.GetTimestamp();
var result = driver.Run();
double cold = Milliseconds(start);
cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
double warm = Median(() => new Driver(specs).Run());
int edits = 0;
double edit = Median(() =>
{
    string seeds = (++edits % 2 == 0).ToString(CultureInfo.InvariantCulture);
    driver.Edit(0, text => text.Replace("summary:", $"# {seeds}\nsummary: {seeds}", StringComparison.Ordinal));
    driver.Run();
});
double blank = Median(() =>
{
    driver.Edit(0, text => "\n" + text);
    driver.Run();
});

var sources = result.Results.SelectMany(one => one.GeneratedSources).Select(source => (source.HintName, Text: source.SourceText.ToString())).ToList();
Dictionary<string, object> report = new()
{
    ["specs"] = count,
    ["errors"] = result.Diagnostics.Select(found => found.ToString()).Distinct().Take(5).ToArray(),
    ["generated_lines"] = sources.Sum(source => source.Text.Count(c => c == '\n')),
    ["cold_ms"] = Math.Round(cold, 1),
    ["cold_cpu_ms"] = Math.Round(cpu.TotalMilliseconds, 1),
    ["warm_ms"] = Math.Round(warm, 1),
    ["edit_one_ms"] = Math.Round(edit, 2),
    ["blank_line_ms"] = Math.Round(blank, 2),
};

if (Option("--emit") is { } target)
{
    foreach (var (name, text) in sources)
    {
        string path = Path.Combine(target, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}

if (Option("--build") is { } rounds)
{
    using Build build = new(specs, sources);
    var (plain, generated) = build.Measure(int.Parse(rounds, CultureInfo.InvariantCulture));
    report["build_plain_s"] = plain;
    report["build_specs_s"] = generated;
    report["build_ratio"] = Math.Round(generated.Order().ElementAt(generated.Length / 2) / plain.Order().ElementAt(plain.Length / 2), 3);
}

Console.WriteLine(JsonSerializer.Serialize(report, JsonSerializerOptions.Web));

// A copy extends the copy in its own folder.
static string InFolder(string text, int copy) => text.Replace(
    "extends: ", copy == 0 ? "extends: theory/" : $"extends: copy-{copy.ToString(CultureInfo.InvariantCulture)}/theory/", StringComparison.Ordinal);

static double Milliseconds(long start) => Stopwatch.GetElapsedTime(start).TotalMilliseconds;

static double Median(Action action) => Enumerable.Range(0, 9)
    .Select(_ =>
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Milliseconds(start);
    })
    .Order()
    .ElementAt(4);

string? Option(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
