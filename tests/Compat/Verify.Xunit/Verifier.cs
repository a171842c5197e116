using System.Diagnostics.Contracts;
using System.Reflection;
using System.Runtime.CompilerServices;
using VerifyTests;

namespace VerifyXunit;

/// <summary>Compares what a test produced with the snapshot that lies beside the test's source file.</summary>
public static class Verifier
{
    private static DerivePathInfo? s_derivePathInfo;

    /// <summary>Decides for all tests where snapshots lie and what they are called.</summary>
    public static void DerivePathInfo(DerivePathInfo derivePathInfo)
    {
        VerifierSettings.ThrowIfVerifyHasBeenRun();
        s_derivePathInfo = derivePathInfo;
    }

    /// <summary>Puts all snapshots in <paramref name="directory"/>, seen from the test project.</summary>
    public static void UseProjectRelativeDirectory(string directory) =>
        DerivePathInfo((_, projectDirectory, type, method) =>
            new(Path.Combine(projectDirectory, directory), type.NameWithParent(), method.Name));

    /// <summary>Puts all snapshots in <paramref name="directory"/>, seen from the test's source file.</summary>
    public static void UseSourceFileRelativeDirectory(string directory) =>
        DerivePathInfo((sourceFile, _, type, method) =>
            new(Path.Combine(Path.GetDirectoryName(sourceFile)!, directory), type.NameWithParent(), method.Name));

    /// <summary>Verifies only what the settings append.</summary>
    [Pure]
    public static SettingsTask Verify(VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Run(settings, sourceFile, snapshot => snapshot.Verify([]));

    /// <summary>Verifies a text as <c>.txt</c>.</summary>
    [Pure]
    public static SettingsTask Verify(string? target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Run(settings, sourceFile, snapshot => snapshot.VerifyValue(target));

    /// <summary>Verifies a text with the given extension.</summary>
    [Pure]
    public static SettingsTask Verify(string? target, string extension, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Run(settings, sourceFile, snapshot => snapshot.VerifyText(target, extension));

    /// <summary>Verifies the text that <paramref name="target"/> gives.</summary>
    [Pure]
    public static SettingsTask Verify(Task<string> target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Run(settings, sourceFile, async snapshot => await snapshot.VerifyValue(await target));

    /// <summary>Verifies the text that <paramref name="target"/> gives, with the given extension.</summary>
    [Pure]
    public static SettingsTask Verify(Task<string> target, string extension, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Run(settings, sourceFile, async snapshot => await snapshot.VerifyText(await target, extension));

    /// <summary>Verifies a value in the relaxed JSON form.</summary>
    [Pure]
    public static SettingsTask Verify(object? target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Run(settings, sourceFile, snapshot => snapshot.VerifyValue(target));

    /// <summary>Verifies a value in the relaxed JSON form, and more files beside it.</summary>
    [Pure]
    public static SettingsTask Verify(object? target, IEnumerable<Target> rawTargets, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Run(settings, sourceFile, snapshot => snapshot.VerifyValue(target, rawTargets));

    /// <summary>Verifies one file.</summary>
    [Pure]
    public static SettingsTask Verify(Target target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Run(settings, sourceFile, snapshot => snapshot.Verify([target]));

    /// <summary>Verifies several files.</summary>
    [Pure]
    public static SettingsTask Verify(IEnumerable<Target> targets, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Run(settings, sourceFile, snapshot => snapshot.Verify(targets));

    /// <summary>Verifies the value that <paramref name="target"/> gives.</summary>
    [Pure]
    public static SettingsTask Verify<T>(Task<T> target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Run(settings, sourceFile, async snapshot => await snapshot.VerifyValue(await target));

    /// <summary>Verifies the value that <paramref name="target"/> gives.</summary>
    [Pure]
    public static SettingsTask Verify<T>(ValueTask<T> target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Run(settings, sourceFile, async snapshot => await snapshot.VerifyValue(await target));

    /// <summary>Verifies the value that <paramref name="target"/> gives.</summary>
    [Pure]
    public static SettingsTask Verify<T>(Func<Task<T>> target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Run(settings, sourceFile, async snapshot => await snapshot.VerifyValue(await target()));

    /// <summary>Verifies a JSON text in the relaxed form.</summary>
    [Pure]
    public static SettingsTask VerifyJson(string? target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Run(settings, sourceFile, snapshot => snapshot.VerifyJson(target));

    /// <summary>Verifies the JSON text that <paramref name="target"/> gives in the relaxed form.</summary>
    [Pure]
    public static SettingsTask VerifyJson(Task<string> target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Run(settings, sourceFile, async snapshot => await snapshot.VerifyJson(await target));

    /// <summary>Verifies the exception that <paramref name="target"/> throws.</summary>
    [Pure]
    public static SettingsTask Throws(Action target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        ThrowsTask(() => { target(); return Task.CompletedTask; }, settings, sourceFile);

    /// <inheritdoc cref="Throws(Action, VerifySettings, string)"/>
    [Pure]
    public static SettingsTask Throws(Func<object?> target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        ThrowsTask(() => { target(); return Task.CompletedTask; }, settings, sourceFile);

    /// <inheritdoc cref="Throws(Action, VerifySettings, string)"/>
    [Pure]
    public static SettingsTask ThrowsTask(Func<Task> target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        Run(settings, sourceFile, async snapshot => await snapshot.VerifyValue(await Catch(target)));

    /// <inheritdoc cref="Throws(Action, VerifySettings, string)"/>
    [Pure]
    public static SettingsTask ThrowsTask<T>(Func<Task<T>> target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        ThrowsTask(async () => { await target(); }, settings, sourceFile);

    /// <inheritdoc cref="Throws(Action, VerifySettings, string)"/>
    [Pure]
    public static SettingsTask ThrowsValueTask(Func<ValueTask> target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        ThrowsTask(async () => await target(), settings, sourceFile);

    /// <inheritdoc cref="Throws(Action, VerifySettings, string)"/>
    [Pure]
    public static SettingsTask ThrowsValueTask<T>(Func<ValueTask<T>> target, VerifySettings? settings = null, [CallerFilePath] string sourceFile = "") =>
        ThrowsTask(async () => { await target(); }, settings, sourceFile);

    internal static PathInfo PathInfoFor(string sourceFile, Type type, MethodInfo method) =>
        s_derivePathInfo?.Invoke(sourceFile, AttributeReader.GetProjectDirectory(type.Assembly), type, method) ?? new PathInfo();

    internal static string NameWithParent(this Type type) =>
        type.DeclaringType is { } parent ? $"{parent.NameWithParent()}.{type.Name}" : type.Name;

    private static SettingsTask Run(VerifySettings? settings, string sourceFile, Func<Snapshot, Task<VerifyResult>> verify)
    {
        ArgumentException.ThrowIfNullOrEmpty(sourceFile);
        return new(settings, current => verify(new Snapshot(current, sourceFile)));
    }

    private static async Task<Exception> Catch(Func<Task> target)
    {
        try
        {
            await target();
        }
        catch (Exception exception)
        {
            return exception;
        }

        throw new VerifyException("Did not throw.");
    }
}
