using System.Text;

namespace CompatTests;

/// <summary>A directory of its own for a test's snapshots, gone after the test.</summary>
internal sealed class SnapshotDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("snapshots-");

    public string Path => _directory.FullName;

    /// <summary>The names of the files there are, in ordinal order.</summary>
    public string[] Names => [.. _directory.GetFiles().Select(file => file.Name).Order(StringComparer.Ordinal)];

    public string Read(string name) => File.ReadAllText(PathOf(name));

    public byte[] ReadBytes(string name) => File.ReadAllBytes(PathOf(name));

    public void Write(string name, string text) => File.WriteAllText(PathOf(name), text, new UTF8Encoding(false));

    /// <summary>Accepts what the verification produces.</summary>
    public async Task<VerifyResult> Accept(SettingsTask verification) =>
        await verification.UseDirectory(Path).DisableDiff().DisableRequireUniquePrefix().AutoVerify(includeBuildServer: true, throwException: false);

    /// <summary>The text of the only file the verification produces.</summary>
    public async Task<string> Text(SettingsTask verification) => (await Accept(verification)).Text;

    /// <summary>The verification's result, without accepting anything.</summary>
    public async Task<VerifyResult> Check(SettingsTask verification) =>
        await verification.UseDirectory(Path).DisableDiff().DisableRequireUniquePrefix();

    /// <summary>Why the verification fails.</summary>
    public async Task<string> Failure(SettingsTask verification) =>
        (await Assert.ThrowsAnyAsync<Exception>(() => Check(verification))).ToString().ReplaceLineEndings("\n");

    public void Dispose() => _directory.Delete(recursive: true);

    private string PathOf(string name) => System.IO.Path.Combine(Path, name);
}
