namespace DslExperiments.Hosting;

/// <summary>What was asked for does not exist or does not fit: an unknown profile, an impossible override.</summary>
public sealed class ExperimentUsageException : Exception
{
    /// <summary>An error whose message tells the user what would be right.</summary>
    public ExperimentUsageException(string message)
        : base(message)
    {
    }

    /// <summary>As above, with its cause.</summary>
    public ExperimentUsageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
