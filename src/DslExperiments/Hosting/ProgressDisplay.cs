using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace DslExperiments.Hosting;

/// <summary>
/// Shows a run while it goes: on a terminal a line that is redrawn, elsewhere now and then a line of plain text.
/// </summary>
internal sealed class ProgressDisplay : IDisposable
{
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);

    private readonly RunMonitor _monitor;
    private readonly IAnsiConsole _console;
    private readonly bool _live;
    private readonly ManualResetEventSlim _stop = new();
    private readonly Lock _lock = new();
    private readonly Queue<string> _messages = new();
    private Thread? _thread;

    private ProgressDisplay(RunMonitor monitor, IAnsiConsole console, bool live) => (_monitor, _console, _live) = (monitor, console, live);

    /// <summary>Starts to show a run; ends when disposed.</summary>
    /// <param name="monitor">The run.</param>
    /// <param name="error">Standard error.</param>
    public static ProgressDisplay Start(RunMonitor monitor, TextWriter error)
    {
        var live = !Console.IsErrorRedirected && ReferenceEquals(error, Console.Error) && Terminals.CanRedraw;
        var display = new ProgressDisplay(monitor, Terminals.On(error, live), live);
        monitor.Said += display.OnSaid;
        monitor.Began += display.OnBegan;
        return display;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _monitor.Said -= OnSaid;
        _monitor.Began -= OnBegan;
        _stop.Set();
        _thread?.Join();
        _stop.Dispose();
    }

    private void OnSaid(string message)
    {
        lock (_lock)
        {
            if (_thread is not null && _live)
            {
                _messages.Enqueue(message);
                return;
            }
        }

        _console.WriteLine(message);
    }

    private void OnBegan()
    {
        var start = _monitor.Snapshot();
        _console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{_monitor.Title}: {Count(start.Arms, "arm")} in {Count(start.Cohorts, "cohort")}"));
        _thread = new Thread(_live ? ShowLive : ShowPlain) { IsBackground = true, Name = "progress" };
        _thread.Start();
    }

    private void ShowPlain()
    {
        while (!_stop.Wait(PlainInterval))
        {
            var now = _monitor.Snapshot();
            _console.WriteLine($"{_monitor.Title}: {Describe(now)}");
        }
    }

    private void ShowLive()
    {
        _console.Live(Render()).AutoClear(true).Start(context =>
        {
            var stopped = false;
            while (!stopped)
            {
                stopped = _stop.Wait(Redraw);
                lock (_lock)
                {
                    while (_messages.TryDequeue(out var message))
                    {
                        _console.WriteLine(message);
                    }
                }

                context.UpdateTarget(Render());
            }
        });
    }

    private Rows Render()
    {
        var now = _monitor.Snapshot();
        var width = Math.Clamp(_console.Profile.Width - 60, 0, 30);
        var filled = (int)Math.Round(now.Fraction * width);
        var stroke = _console.Profile.Capabilities.Unicode ? '━' : '=';
        IRenderable bar = new Markup(
            $"[green]{new string(stroke, filled)}[/][grey]{new string(stroke, width - filled)}[/] {Markup.Escape(Percent(now.Fraction))}  {Markup.Escape(Describe(now))}");
        return now.BestLoss is { } loss
            ? new Rows(bar, new Markup($"[grey]best loss {Markup.Escape(SpecText.Rounded(loss))}  {Markup.Escape(now.BestArm ?? "")}[/]"))
            : new Rows(bar);
    }

    /// <summary><c>3 of 8 arms, 4,000 arm-steps/s, 45 s left</c>, and before that <c>pretraining seed 0: 1200/2500 steps, loss 0.3; …</c>.</summary>
    internal static string Describe(RunSnapshot now)
    {
        const int MostSeeds = 4;
        var under = now.Pretraining.Where(static stage => stage.Step > 0).DefaultIfEmpty(now.Pretraining.FirstOrDefault()).Take(MostSeeds);
        var parts = new List<string>
        {
            now.Pretraining.IsEmpty
                ? string.Create(CultureInfo.InvariantCulture, $"{now.ArmsDone} of {Count(now.Arms, "arm")}")
                : $"pretraining {string.Join("; ", under.Select(Describe))}",
        };
        if (now.ArmStepsPerSecond > 0)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{now.ArmStepsPerSecond:#,0} {(now.Pretraining.IsEmpty ? "arm-steps" : "steps")}/s"));
        }

        if (now.SecondsLeft is { } left)
        {
            parts.Add($"{Duration(left)} left");
        }

        return string.Join(", ", parts);
    }

    private static string Describe(PretrainProgress stage) => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {stage.Seed}: {stage.Step}/{stage.Steps} steps{(double.IsNaN(stage.Loss) ? "" : $", loss {SpecText.Rounded(stage.Loss)}")}");

    /// <summary><c>45 s</c>, <c>3 min 20 s</c>, <c>2 h 5 min</c>.</summary>
    internal static string Duration(double seconds) => TimeSpan.FromSeconds(Math.Min(Math.Ceiling(seconds), 1e8)) switch
    {
        { TotalMinutes: < 1 } time => string.Create(CultureInfo.InvariantCulture, $"{time.Seconds} s"),
        { TotalHours: < 1 } time => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s"),
        var time => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
    };

    /// <summary><c>1 arm</c>, <c>2 arms</c>.</summary>
    internal static string Count(int number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");

    private static string Percent(double fraction) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(100 * fraction)} %");
}
