namespace VerifyTests;

/// <summary>The files of one verification, by how they compare.</summary>
internal sealed class Comparison(IEnumerable<string> verifiedFiles)
{
    private readonly HashSet<string> _orphans = new(verifiedFiles, StringComparer.OrdinalIgnoreCase);

    /// <summary>Files that nothing was verified for before.</summary>
    public List<Difference> New { get; } = [];

    /// <summary>Files that differ from what was verified.</summary>
    public List<Difference> NotEqual { get; } = [];

    /// <summary>Files that do not differ.</summary>
    public List<FilePair> Matching { get; } = [];

    /// <summary>Verified files that nothing was received for.</summary>
    public IReadOnlyCollection<string> Orphans => _orphans;

    public bool IsEqual => New.Count == 0 && NotEqual.Count == 0 && _orphans.Count == 0;

    /// <summary>Compares a text with its verified file, and writes it beside that if they differ.</summary>
    public async Task Compare(FilePair file, string received)
    {
        _orphans.Remove(file.VerifiedPath);
        if (new FileInfo(file.VerifiedPath) is not { Exists: true, Length: > 0 })
        {
            await Write(file.ReceivedPath, received);
            New.Add(new(file, received, ""));
            return;
        }

        string verified = await File.ReadAllTextAsync(file.VerifiedPath);
        if (verified.Contains('\r'))
        {
            throw new InvalidOperationException(
                $"""
                Failed to compare files:
                ReceivedPath: {file.ReceivedPath}
                VerifiedPath: {file.VerifiedPath}
                Verified file must use \n line endings, but it contains a \r (carriage return). Add to .gitattributes: *.verified.{file.Extension} text eol=lf working-tree-encoding=UTF-8
                """);
        }

        // An editor may have added a final line end.
        if (verified == received || verified == received + '\n')
        {
            Matching.Add(file);
            return;
        }

        await Write(file.ReceivedPath, received);
        NotEqual.Add(new(file, received, verified));
    }

    private static Task Write(string path, string text) => File.WriteAllTextAsync(path, text, VerifierSettings.Encoding);

    internal sealed record Difference(FilePair File, string Received, string Verified);
}
