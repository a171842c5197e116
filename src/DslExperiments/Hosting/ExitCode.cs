namespace DslExperiments.Hosting;

/// <summary>What the program answers its caller. Schedulers can tell what is worth trying again.</summary>
internal static class ExitCode
{
    /// <summary>Everything that was asked for happened, and every expectation held.</summary>
    public const int Ok = 0;

    /// <summary>An expectation did not hold, or a result moved away from its baseline.</summary>
    public const int ExpectationFailed = 1;

    /// <summary>The spec, the configuration or the command line is wrong; trying again does not help.</summary>
    public const int Usage = 42;

    /// <summary>A defect of the program or of the machine.</summary>
    public const int Crash = 70;

    /// <summary>A file could not be written, for instance because the disk is full.</summary>
    public const int InputOutput = 74;

    /// <summary>The run was interrupted, or its folder is in use; starting it again goes on with it.</summary>
    public const int Interrupted = 75;

    /// <summary>A second Ctrl-C: stopped at once.</summary>
    public const int Aborted = 130;

    /// <summary>From harmless to grave, to choose one code for several experiments.</summary>
    private static readonly int[] Gravity = [Ok, ExpectationFailed, Interrupted, InputOutput, Usage, Crash, Aborted];

    /// <summary>The graver of two.</summary>
    public static int Worst(int left, int right) =>
        Array.IndexOf(Gravity, left) >= Array.IndexOf(Gravity, right) ? left : right;
}
