using System.Runtime.InteropServices;

namespace DslExperiments.Hosting;

/// <summary>
/// Ctrl-C, SIGTERM and the signals by which schedulers announce the end of a job: the first asks the run to pause, a
/// second Ctrl-C stops at once.
/// </summary>
internal sealed class InterruptSignals : IDisposable
{
    /// <summary>SIGUSR1 and SIGUSR2 on Linux; .NET has no names for them.</summary>
    private static readonly PosixSignal[] UserSignals = OperatingSystem.IsLinux() ? [(PosixSignal)10, (PosixSignal)12] : [];

    private readonly CancellationTokenSource _pause;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly ProgramConsole _console;
    private int _interrupts;

    private InterruptSignals(ProgramConsole console, CancellationToken cancellationToken)
    {
        _console = console;
        _pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, .. UserSignals])
        {
            try
            {
                _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
            }
            catch (PlatformNotSupportedException)
            {
                // The default action then stays: the process ends, and its last checkpoint is where a resumed run begins.
            }
        }
    }

    /// <summary>Cancelled once the run shall pause.</summary>
    public CancellationToken Token => _pause.Token;

    /// <summary>Listens until disposed.</summary>
    public static InterruptSignals Listen(ProgramConsole console, CancellationToken cancellationToken) => new(console, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _registrations.ForEach(static registration => registration.Dispose());
        _pause.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        var interrupts = signal.Signal == PosixSignal.SIGINT ? Interlocked.Increment(ref _interrupts) : 0;
        if (interrupts > 1)
        {
            Environment.Exit(ExitCode.Aborted);
        }

        if (!_pause.IsCancellationRequested)
        {
            _console.Say(interrupts > 0
                ? "Finishing the step and saving; Ctrl-C again stops at once."
                : "Finishing the step and saving.");
            _pause.Cancel();
        }
    }
}
