using System.Text;
using System.Text.Json;
using DslExperiments.Cohorts;
using DslExperiments.Results;
using DslExperiments.Tests.Hosting;

namespace DslExperiments.Tests.Results;

/// <summary>Results as JSON: numbers survive to the last bit, NaN is null, what is written is what is read.</summary>
public sealed class JsonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static RunSummary Sample { get; } = new(
        "sample",
        "ci",
        null,
        ["train.mse", "floor.mse"],
        [
            new ArmRow("prompt", [new("length", "10", 10, null), new("init", "normal(1)", null, null), new("causal", "true", null, true)], 3, ArmStatus.Finished, 100, null, [0.1 + 0.2, 5e-324])
            {
                Curve = [new(0, 1), new(10, 1.0 / 3)],
                Evaluations = [new(0, "eval.loss", 0.1), new(5, "eval.loss", double.NaN)],
            },
            new ArmRow("lora", [], 0, ArmStatus.Diverged, 7, 20, [double.NaN, double.MaxValue]) { Curve = [new(0, 2), new(20, double.NaN)] },
        ],
        [
            new("a \"quoted\" < expectation", true, 1e-7, 1e-6, "detail"),
            new("another", false, double.NaN, 0.5, "no arm was selected"),
            new("open", null, 1, double.NaN, "not judged"),
        ]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_object_has_the_documented_shape()
    {
        using var document = JsonDocument.Parse(Json(Sample with { Folder = "x" }, withFolder: true));
        var root = document.RootElement;
        Assert.Equal(["experiment", "profile", "run", "arms", "expectations"], root.EnumerateObject().Select(static p => p.Name));
        Assert.Equal(
            """{"method":"prompt","settings":{"length":10,"init":"normal(1)","causal":true},"seed":3,"status":"finished","trainable_parameters":100,"metrics":{"train.mse":0.30000000000000004,"floor.mse":5E-324}}""",
            Compact(root.GetProperty("arms")[0]));
        Assert.Equal(
            """{"method":"lora","settings":{},"seed":0,"status":"diverged","diverged_at":20,"trainable_parameters":7,"metrics":{"train.mse":null,"floor.mse":1.7976931348623157E+308}}""",
            Compact(root.GetProperty("arms")[1]));
        Assert.Equal("""{"text":"another","held":false,"measured":null,"bound":0.5,"detail":"no arm was selected"}""", Compact(root.GetProperty("expectations")[1]));
        Assert.Equal(JsonValueKind.Null, root.GetProperty("expectations")[2].GetProperty("held").ValueKind);
    }

    [Fact]
    public void What_is_written_is_read()
    {
        File.WriteAllBytes(_folder["results.json"], Json(Sample, withFolder: false));
        MetricsLog.Write(_folder.Location, Sample.Arms);
        var read = ResultsJson.Read(_folder.Location);
        read = read with { Arms = MetricsLog.ReadInto(_folder.Location, read.Arms) };

        Assert.Equal(Json(Sample, withFolder: false), Json(read, withFolder: false));
        Assert.Equal(Sample.Arms.SelectMany(static arm => arm.Curve), read.Arms.SelectMany(static arm => arm.Curve));
        Assert.Equal(Sample.Arms.SelectMany(static arm => arm.Evaluations), read.Arms.SelectMany(static arm => arm.Evaluations));
    }

    [Fact]
    public void The_log_has_a_line_per_arm_and_measured_step_or_evaluation()
    {
        MetricsLog.Write(_folder.Location, Sample.Arms);
        Assert.Equal(
            """
            {"method":"prompt","settings":{"length":10,"init":"normal(1)","causal":true},"seed":3,"step":0,"loss":1}
            {"method":"prompt","settings":{"length":10,"init":"normal(1)","causal":true},"seed":3,"step":0,"metric":"eval.loss","value":0.1}
            {"method":"prompt","settings":{"length":10,"init":"normal(1)","causal":true},"seed":3,"step":5,"metric":"eval.loss","value":null}
            {"method":"prompt","settings":{"length":10,"init":"normal(1)","causal":true},"seed":3,"step":10,"loss":0.3333333333333333}
            {"method":"lora","settings":{},"seed":0,"step":0,"loss":2}
            {"method":"lora","settings":{},"seed":0,"step":20,"loss":null}

            """.ReplaceLineEndings("\n"),
            File.ReadAllText(_folder["metrics.jsonl"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("""{"experiment":"x","profile":"y","arms":[{}],"expectations":[]}""")]
    public void Other_files_are_refused_in_words(string text)
    {
        File.WriteAllText(_folder["results.json"], text);
        Assert.Contains("is not the results file", Assert.Throws<InvalidDataException>(() => ResultsJson.Read(_folder.Location)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Outcomes_of_cohorts_keep_every_bit()
    {
        var finished = new FinishedCohort([
            new FinishedArm(null, [0.1 + 0.2, double.NaN, double.PositiveInfinity], [new CurvePoint(0, 1.0 / 3), new CurvePoint(1, double.NaN)]),
            new FinishedArm(4, [1, 2, double.NegativeInfinity], []) { Evaluations = [new(0, "eval.loss", 1.0 / 3), new(7, "eval.loss", double.NaN)] },
        ]);
        finished.Write(_folder["cohort.json"], "identity");
        var read = FinishedCohort.Read(_folder["cohort.json"], "identity", arms: 2, metrics: 3)!;

        Assert.Equal(finished.Arms.Select(static arm => arm.DivergedAt), read.Arms.Select(static arm => arm.DivergedAt));
        Assert.Equal(finished.Arms.SelectMany(static arm => arm.Metrics), read.Arms.SelectMany(static arm => arm.Metrics));
        Assert.Equal(finished.Arms.SelectMany(static arm => arm.Curve), read.Arms.SelectMany(static arm => arm.Curve));
        Assert.Equal(finished.Arms.SelectMany(static arm => arm.Evaluations), read.Arms.SelectMany(static arm => arm.Evaluations));
        Assert.Throws<InvalidDataException>(() => FinishedCohort.Read(_folder["cohort.json"], "other", 2, 3));
        Assert.Throws<InvalidDataException>(() => FinishedCohort.Read(_folder["cohort.json"], "identity", 3, 3));
        Assert.Null(FinishedCohort.Read(_folder["none.json"], "identity", 2, 3));
    }

    private static byte[] Json(RunSummary run, bool withFolder) =>
        JsonWriting.ToBytes(writer => ResultsJson.Write(writer, run, withFolder), JsonWriting.Indented);

    private static string Compact(JsonElement element) =>
        Encoding.UTF8.GetString(JsonWriting.ToBytes(element.WriteTo, JsonWriting.Compact)).TrimEnd();
}
