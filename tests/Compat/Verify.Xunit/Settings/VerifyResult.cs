namespace VerifyTests;

/// <summary>What a successful verification was about.</summary>
public class VerifyResult
{
    private readonly IReadOnlyList<FilePair> _files;

    internal VerifyResult(IReadOnlyList<FilePair> files, object? target)
    {
        _files = files;
        Target = target;
    }

    /// <summary>The verified files.</summary>
    public IEnumerable<string> Files => _files.Select(file => file.VerifiedPath);

    /// <summary>The verified text files.</summary>
    public IEnumerable<string> TextFiles => Files;

    /// <summary>The content of the only verified file.</summary>
    public string Text => File.ReadAllText(Files.Single());

    /// <summary>The value that was verified.</summary>
    public object? Target { get; }

    /// <summary>The exception that was verified.</summary>
    public Exception Exception => Target as Exception ?? throw new InvalidOperationException("The target is no exception.");
}
