using System.Reflection;
using VerifyXunit;

namespace VerifyTests;

/// <summary>One verification: writes what was received, compares it with what was verified, and reports.</summary>
internal sealed class Snapshot
{
    private readonly VerifySettings _settings;
    private readonly SnapshotNames _names;
    private readonly Counter _counter;

    public Snapshot(VerifySettings settings, string sourceFile)
    {
        MethodInfo method = UseVerifyAttribute.GetMethod();
        VerifierSettings.AssignTargetAssembly(method.ReflectedType!.Assembly);
        _settings = settings;
        _counter = Counter.Start();
        _names = new(settings, sourceFile, method);
        Directory.CreateDirectory(_names.Directory);
        foreach (string received in _names.Existing("received").ToList())
        {
            File.Delete(received);
        }
    }

    public Task<VerifyResult> Verify(IEnumerable<Target> targets) => Compare(null, targets.Select(Scrub));

    public Task<VerifyResult> VerifyText(string? text, string extension) => Compare(text, [Scrub(new(extension, text ?? "null"))]);

    public Task<VerifyResult> VerifyJson(string? json) => Compare(json, [new("txt", RelaxedJson.FromJson(json, _settings, _counter))]);

    /// <summary>Verifies a value: texts as they are and all others in the relaxed JSON form.</summary>
    public Task<VerifyResult> VerifyValue(object? value) => Compare(value, [Serialize(value)]);

    /// <summary>Verifies a value, if there is one, and more files beside it.</summary>
    public Task<VerifyResult> VerifyValue(object? value, IEnumerable<Target> targets) =>
        value is null ? Verify(targets) : Compare(value, [Serialize(value), .. targets.Select(Scrub)]);

    private async Task<VerifyResult> Compare(object? root, IEnumerable<Target> targets)
    {
        Comparison comparison = new(_names.Existing("verified"));
        foreach (var group in targets.Concat(_settings.Appended.Select(Scrub)).GroupBy(target => (target.Name, target.Extension)))
        {
            bool isOnly = group.Take(2).Count() == 1;
            int index = 0;
            foreach (Target target in group)
            {
                await comparison.Compare(_names.For(target, isOnly ? null : index++), target.Text);
            }
        }

        Report(comparison);
        return new(comparison.Matching, root);
    }

    // An empty file would count as none.
    private Target Serialize(object? value) =>
        value is null or string
            ? Scrub(new("txt", value switch { null => "null", "" => "emptyString", _ => (string)value }))
            : new("txt", RelaxedJson.FromValue(value, _settings, _counter));

    private Target Scrub(Target target) =>
        new(target.Extension, TextScrubbing.ForFile(target.Text.TrimStart('\uFEFF'), target.Extension, _settings), target.Name);

    private void Report(Comparison comparison)
    {
        if (comparison.IsEqual)
        {
            return;
        }

        // All are asked before anything is thrown, so that everything acceptable is accepted.
        bool accepted = true;
        foreach (string orphan in comparison.Orphans.ToList())
        {
            if (IsAccepted(orphan))
            {
                File.Delete(orphan);
            }
            else
            {
                accepted = false;
            }
        }

        foreach (FilePair file in comparison.New.Concat(comparison.NotEqual).Select(difference => difference.File))
        {
            if (IsAccepted(file.VerifiedPath))
            {
                File.Move(file.ReceivedPath, file.VerifiedPath, overwrite: true);
                comparison.Matching.Add(file);
            }
            else
            {
                accepted = false;
            }
        }

        if (!accepted || _settings.ThrowOnAccept || VerifierSettings.ThrowOnAccept)
        {
            throw new VerifyException(FailureMessage.Build(_names.Directory, comparison));
        }
    }

    private bool IsAccepted(string verifiedFile) =>
        VerifierSettings.AcceptChange is { } global
            ? global(_names.TypeName, _names.MethodName, verifiedFile)
            : _settings.AcceptChange?.Invoke(verifiedFile) ?? false;
}
