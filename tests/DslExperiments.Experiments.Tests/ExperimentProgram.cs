using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace DslExperiments.Experiments.Tests;

/// <summary>The built program as a process of its own.</summary>
internal sealed class ExperimentProgram : IDisposable
{
    /// <summary>Longer than any run of a test takes on a busy machine; only a hanging process gets there.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly Process _process;
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();

    private ExperimentProgram(string folder, string[] args)
    {
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [Path.Combine(folder, "DslExperiments.Experiments.dll"), .. args])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
                UseShellExecute = false,
            },
        };
        _process.OutputDataReceived += (_, line) => Append(_out, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where the program and the tests lie.</summary>
    public static string Folder => AppContext.BaseDirectory;

    public string Out => Text(_out);

    public string Error => Text(_error);

    /// <summary>Starts the program.</summary>
    public static ExperimentProgram Start(params string[] args) => new(Folder, args);

    /// <summary>Runs the program to its end.</summary>
    public static Task<ProgramResult> RunAsync(params string[] args) => RunInAsync(Folder, args);

    /// <summary>Runs a copy of the program to its end.</summary>
    public static async Task<ProgramResult> RunInAsync(string folder, params string[] args)
    {
        using var program = new ExperimentProgram(folder, args);
        return await program.EndAsync();
    }

    /// <summary>Waits for the end.</summary>
    public async Task<ProgramResult> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        return new ProgramResult(_process.ExitCode, Out, Error);
    }

    /// <summary>Waits until a file is there; false when the program ended before.</summary>
    public async Task<bool> WaitForFileAsync(string folder, string pattern)
    {
        while (!_process.HasExited)
        {
            if (Directory.Exists(folder) && Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories).Any())
            {
                return true;
            }

            await Task.Delay(5);
        }

        return false;
    }

    /// <summary>Ends it at once, as <c>kill -9</c> does; true unless it had ended by itself.</summary>
    public async Task<bool> KillAsync()
    {
        _process.Kill();
        return (await EndAsync()).ExitCode == 137;
    }

    /// <summary>Asks it to end, as a scheduler does.</summary>
    public void Terminate() => Assert.Equal(0, SendSignal(_process.Id, 15));

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.Append(line).Append('\n');
            }
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int process, int signal);
}

/// <summary>How a process ended and what it wrote.</summary>
internal sealed record ProgramResult(int ExitCode, string Out, string Error);
