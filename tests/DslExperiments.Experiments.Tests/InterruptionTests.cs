namespace DslExperiments.Experiments.Tests;

/// <summary>Runs that are stopped, gently or not, end with the bits of one that was left alone.</summary>
public sealed class InterruptionTests : IDisposable
{
    private readonly RunFiles _runs = new();

    public void Dispose() => _runs.Dispose();

    [Fact]
    public async Task A_run_killed_at_random_moments_ends_with_the_same_bits()
    {
        Assert.Equal(0, (await RunToEnd("whole", "--profile", "ci")).ExitCode);
        var random = new Random(20260801);
        for (var kills = 0; kills < 4; kills++)
        {
            using var program = Start("killed", "--profile", "ci");
            if (await program.WaitForFileAsync(_runs["killed"], "manifest.json"))
            {
                await Task.Delay(random.Next(600));
                await program.KillAsync();
            }
        }

        Assert.Equal(0, (await RunToEnd("killed", "--profile", "ci")).ExitCode);
        _runs.AssertEqual("whole", "killed");
    }

    [Fact]
    public async Task A_run_that_is_asked_to_end_saves_and_goes_on()
    {
        // One small arm for long enough that the signal meets it under way.
        string[] small = ["--arm", "prompt[length=1, seed=0]", "--set", "training.steps=20_000"];
        using (var program = Start("paused", small))
        {
            Assert.True(await program.WaitForFileAsync(_runs["paused"], "*.safetensors"));
            program.Terminate();
            var end = await program.EndAsync();
            Assert.Equal(75, end.ExitCode);
            Assert.Contains("the same command goes on from there", end.Error, StringComparison.Ordinal);
            Assert.Empty(end.Out);
        }

        var resumed = await RunToEnd("paused", small);
        Assert.Equal(0, resumed.ExitCode);
        Assert.Contains("Resuming", resumed.Error, StringComparison.Ordinal);
        await RunToEnd("whole", small);
        _runs.AssertEqual("whole", "paused");
    }

    [Fact]
    public async Task Two_processes_do_not_share_a_run_folder()
    {
        string[] small = ["--arm", "prompt[length=1, seed=0]", "--set", "training.steps=1_000_000"];
        using var first = Start("shared", small);
        Assert.True(await first.WaitForFileAsync(_runs["shared"], "manifest.json"));
        var second = await RunToEnd("shared", small);
        Assert.Equal(75, second.ExitCode);
        Assert.Contains("is in use by process", second.Error, StringComparison.Ordinal);
        Assert.True(await first.KillAsync());
    }

    private static string[] Arguments(string folder, string[] options) =>
        ["run", "single-layer-limit", "--checkpoint-seconds", "0", "--out", folder, .. options];

    private ExperimentProgram Start(string name, params string[] options) => ExperimentProgram.Start(Arguments(_runs[name], options));

    private Task<ProgramResult> RunToEnd(string name, params string[] options) => ExperimentProgram.RunAsync(Arguments(_runs[name], options));
}
