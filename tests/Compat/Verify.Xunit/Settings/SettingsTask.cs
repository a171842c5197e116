using System.Runtime.CompilerServices;
using System.Text;

namespace VerifyTests;

/// <summary>A verification that starts when it is awaited; until then its settings can be changed.</summary>
public class SettingsTask(VerifySettings? settings, Func<VerifySettings, Task<VerifyResult>> buildTask)
{
    private Task<VerifyResult>? _task;

    /// <summary>The settings this verification will use.</summary>
    public VerifySettings CurrentSettings { get; } = new(settings);

    /// <summary>Starts the verification, once.</summary>
    public Task<VerifyResult> ToTask() => _task ??= buildTask(CurrentSettings);

    /// <summary>Starts the verification.</summary>
    public TaskAwaiter<VerifyResult> GetAwaiter() => ToTask().GetAwaiter();

    /// <summary>Starts the verification.</summary>
    public ConfiguredTaskAwaitable<VerifyResult> ConfigureAwait(bool continueOnCapturedContext) =>
        ToTask().ConfigureAwait(continueOnCapturedContext);

    /// <summary>Starts the verification.</summary>
    public static implicit operator Task<VerifyResult>(SettingsTask settingsTask) => settingsTask.ToTask();

    /// <inheritdoc cref="VerifySettings.UseDirectory(string)"/>
    public SettingsTask UseDirectory(string directory) => With(settings => settings.UseDirectory(directory));

    /// <inheritdoc cref="VerifySettings.UseFileName(string)"/>
    public SettingsTask UseFileName(string fileName) => With(settings => settings.UseFileName(fileName));

    /// <inheritdoc cref="VerifySettings.UseTypeName(string)"/>
    public SettingsTask UseTypeName(string name) => With(settings => settings.UseTypeName(name));

    /// <inheritdoc cref="VerifySettings.UseMethodName(string)"/>
    public SettingsTask UseMethodName(string name) => With(settings => settings.UseMethodName(name));

    /// <inheritdoc cref="VerifySettings.UseParameters(object[])"/>
    public SettingsTask UseParameters(params object?[] parameters) => With(settings => settings.UseParameters(parameters));

    /// <inheritdoc cref="VerifySettings.UseParameters{T}(T)"/>
    public SettingsTask UseParameters<T>(T parameter) => With(settings => settings.UseParameters(parameter));

    /// <inheritdoc cref="VerifySettings.UseParameters{T}(T[])"/>
    public SettingsTask UseParameters<T>(T[] parameters) => With(settings => settings.UseParameters(parameters));

    /// <inheritdoc cref="VerifySettings.UseTextForParameters(string)"/>
    public SettingsTask UseTextForParameters(string parametersText) => With(settings => settings.UseTextForParameters(parametersText));

    /// <inheritdoc cref="VerifySettings.UniqueForOSPlatform()"/>
    public SettingsTask UniqueForOSPlatform() => With(settings => settings.UniqueForOSPlatform());

    /// <inheritdoc cref="VerifySettings.UniqueForArchitecture()"/>
    public SettingsTask UniqueForArchitecture() => With(settings => settings.UniqueForArchitecture());

    /// <inheritdoc cref="VerifySettings.DisableRequireUniquePrefix()"/>
    public SettingsTask DisableRequireUniquePrefix() => With(settings => settings.DisableRequireUniquePrefix());

    /// <inheritdoc cref="VerifySettings.AppendContentAsFile(string, string, string)"/>
    public SettingsTask AppendContentAsFile(string content, string extension = "txt", string? name = null) =>
        With(settings => settings.AppendContentAsFile(content, extension, name));

    /// <inheritdoc cref="VerifySettings.AppendContentAsFile(StringBuilder, string, string)"/>
    public SettingsTask AppendContentAsFile(StringBuilder content, string extension = "txt", string? name = null) =>
        With(settings => settings.AppendContentAsFile(content, extension, name));

    /// <inheritdoc cref="VerifySettings.AutoVerify(bool, bool)"/>
    public SettingsTask AutoVerify(bool includeBuildServer = true, bool throwException = false) =>
        With(settings => settings.AutoVerify(includeBuildServer, throwException));

    /// <inheritdoc cref="VerifySettings.AutoVerify(AutoVerify, bool, bool)"/>
    public SettingsTask AutoVerify(AutoVerify autoVerify, bool includeBuildServer = true, bool throwException = false) =>
        With(settings => settings.AutoVerify(autoVerify, includeBuildServer, throwException));

    /// <inheritdoc cref="VerifySettings.DisableDiff()"/>
    public SettingsTask DisableDiff() => With(settings => settings.DisableDiff());

    /// <inheritdoc cref="VerifySettings.DisableScrubbers()"/>
    public SettingsTask DisableScrubbers() => With(settings => settings.DisableScrubbers());

    /// <inheritdoc cref="VerifySettings.AddScrubber(Action{StringBuilder}, ScrubberLocation)"/>
    public SettingsTask AddScrubber(Action<StringBuilder> scrubber, ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.AddScrubber(scrubber, location));

    /// <inheritdoc cref="VerifySettings.AddScrubber(string, Action{StringBuilder}, ScrubberLocation)"/>
    public SettingsTask AddScrubber(string extension, Action<StringBuilder> scrubber, ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.AddScrubber(extension, scrubber, location));

    /// <inheritdoc cref="VerifySettings.ScrubLines(Func{string, bool}, ScrubberLocation)"/>
    public SettingsTask ScrubLines(Func<string, bool> removeLine, ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.ScrubLines(removeLine, location));

    /// <inheritdoc cref="VerifySettings.ScrubLines(string, Func{string, bool}, ScrubberLocation)"/>
    public SettingsTask ScrubLines(string extension, Func<string, bool> removeLine, ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.ScrubLines(extension, removeLine, location));

    /// <inheritdoc cref="VerifySettings.ScrubLinesWithReplace(Func{string, string}, ScrubberLocation)"/>
    public SettingsTask ScrubLinesWithReplace(Func<string, string?> replaceLine, ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.ScrubLinesWithReplace(replaceLine, location));

    /// <inheritdoc cref="VerifySettings.ScrubLinesWithReplace(string, Func{string, string}, ScrubberLocation)"/>
    public SettingsTask ScrubLinesWithReplace(string extension, Func<string, string?> replaceLine, ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.ScrubLinesWithReplace(extension, replaceLine, location));

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(string[])"/>
    public SettingsTask ScrubLinesContaining(params string[] stringToMatch) =>
        With(settings => settings.ScrubLinesContaining(stringToMatch));

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(ScrubberLocation, string[])"/>
    public SettingsTask ScrubLinesContaining(ScrubberLocation location = ScrubberLocation.First, params string[] stringToMatch) =>
        With(settings => settings.ScrubLinesContaining(location, stringToMatch));

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(StringComparison, string[])"/>
    public SettingsTask ScrubLinesContaining(StringComparison comparison, params string[] stringToMatch) =>
        With(settings => settings.ScrubLinesContaining(comparison, stringToMatch));

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(StringComparison, ScrubberLocation, string[])"/>
    public SettingsTask ScrubLinesContaining(StringComparison comparison, ScrubberLocation location = ScrubberLocation.First, params string[] stringToMatch) =>
        With(settings => settings.ScrubLinesContaining(comparison, location, stringToMatch));

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(string, ScrubberLocation, string[])"/>
    public SettingsTask ScrubLinesContaining(string extension, ScrubberLocation location = ScrubberLocation.First, params string[] stringToMatch) =>
        With(settings => settings.ScrubLinesContaining(extension, location, stringToMatch));

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(string, StringComparison, string[])"/>
    public SettingsTask ScrubLinesContaining(string extension, StringComparison comparison, params string[] stringToMatch) =>
        With(settings => settings.ScrubLinesContaining(extension, comparison, stringToMatch));

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(string, StringComparison, ScrubberLocation, string[])"/>
    public SettingsTask ScrubLinesContaining(string extension, StringComparison comparison, ScrubberLocation location = ScrubberLocation.First, params string[] stringToMatch) =>
        With(settings => settings.ScrubLinesContaining(extension, comparison, location, stringToMatch));

    /// <inheritdoc cref="VerifySettings.ScrubEmptyLines(ScrubberLocation)"/>
    public SettingsTask ScrubEmptyLines(ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.ScrubEmptyLines(location));

    /// <inheritdoc cref="VerifySettings.ScrubEmptyLines(string, ScrubberLocation)"/>
    public SettingsTask ScrubEmptyLines(string extension, ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.ScrubEmptyLines(extension, location));

    /// <inheritdoc cref="VerifySettings.ScrubInlineGuids(ScrubberLocation)"/>
    public SettingsTask ScrubInlineGuids(ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.ScrubInlineGuids(location));

    /// <inheritdoc cref="VerifySettings.ScrubInlineGuids(string, ScrubberLocation)"/>
    public SettingsTask ScrubInlineGuids(string extension, ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.ScrubInlineGuids(extension, location));

    /// <inheritdoc cref="VerifySettings.ScrubMachineName(ScrubberLocation)"/>
    public SettingsTask ScrubMachineName(ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.ScrubMachineName(location));

    /// <inheritdoc cref="VerifySettings.ScrubMachineName(string, ScrubberLocation)"/>
    public SettingsTask ScrubMachineName(string extension, ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.ScrubMachineName(extension, location));

    /// <inheritdoc cref="VerifySettings.ScrubUserName(ScrubberLocation)"/>
    public SettingsTask ScrubUserName(ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.ScrubUserName(location));

    /// <inheritdoc cref="VerifySettings.ScrubUserName(string, ScrubberLocation)"/>
    public SettingsTask ScrubUserName(string extension, ScrubberLocation location = ScrubberLocation.First) =>
        With(settings => settings.ScrubUserName(extension, location));

    /// <inheritdoc cref="VerifySettings.DontScrubGuids()"/>
    public SettingsTask DontScrubGuids() => With(settings => settings.DontScrubGuids());

    /// <inheritdoc cref="VerifySettings.ScrubGuids()"/>
    public SettingsTask ScrubGuids() => With(settings => settings.ScrubGuids());

    /// <inheritdoc cref="VerifySettings.DontScrubDateTimes()"/>
    public SettingsTask DontScrubDateTimes() => With(settings => settings.DontScrubDateTimes());

    /// <inheritdoc cref="VerifySettings.ScrubDateTimes()"/>
    public SettingsTask ScrubDateTimes() => With(settings => settings.ScrubDateTimes());

    /// <inheritdoc cref="VerifySettings.DontIgnoreEmptyCollections()"/>
    public SettingsTask DontIgnoreEmptyCollections() => With(settings => settings.DontIgnoreEmptyCollections());

    /// <inheritdoc cref="VerifySettings.DontSortDictionaries()"/>
    public SettingsTask DontSortDictionaries() => With(settings => settings.DontSortDictionaries());

    /// <inheritdoc cref="VerifySettings.IgnoreMember(string)"/>
    public SettingsTask IgnoreMember(string name) => With(settings => settings.IgnoreMember(name));

    /// <inheritdoc cref="VerifySettings.IgnoreMembers(string[])"/>
    public SettingsTask IgnoreMembers(params string[] names) => With(settings => settings.IgnoreMembers(names));

    /// <inheritdoc cref="VerifySettings.ScrubMember(string)"/>
    public SettingsTask ScrubMember(string name) => With(settings => settings.ScrubMember(name));

    /// <inheritdoc cref="VerifySettings.ScrubMembers(string[])"/>
    public SettingsTask ScrubMembers(params string[] names) => With(settings => settings.ScrubMembers(names));

    /// <inheritdoc cref="VerifySettings.IgnoreStackTrace()"/>
    public SettingsTask IgnoreStackTrace() => With(settings => settings.IgnoreStackTrace());

    private SettingsTask With(Action<VerifySettings> change)
    {
        change(CurrentSettings);
        return this;
    }
}
