/// <summary>A snapshot does not match. Without a stack trace, which would tell nothing.</summary>
internal sealed class VerifyException(string message) : Exception(message)
{
    /// <inheritdoc />
    public override string StackTrace => "";
}
