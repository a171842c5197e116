using System.Runtime.InteropServices;
using System.Text;

namespace VerifyTests;

/// <summary>What one verification does differently.</summary>
public class VerifySettings
{
    /// <summary>The settings every verification starts from.</summary>
    public VerifySettings()
    {
        Serialization = new(VerifierSettings.Serialization);
        Scrubbers = new();
        Appended = [];
        Suffixes = [];
        Context = [];
    }

    /// <summary>A copy of <paramref name="settings"/>.</summary>
    public VerifySettings(VerifySettings? settings)
        : this()
    {
        if (settings is null)
        {
            return;
        }

        FileName = settings.FileName;
        TypeName = settings.TypeName;
        MethodName = settings.MethodName;
        Directory = settings.Directory;
        Parameters = settings.Parameters;
        ParametersText = settings.ParametersText;
        AcceptChange = settings.AcceptChange;
        ThrowOnAccept = settings.ThrowOnAccept;
        ScrubbersEnabled = settings.ScrubbersEnabled;
        UniquePrefixDisabled = settings.UniquePrefixDisabled;
        Serialization = new(settings.Serialization);
        Scrubbers = new(settings.Scrubbers);
        Appended = [.. settings.Appended];
        Suffixes = [.. settings.Suffixes];
        Context = new(settings.Context);
    }

    /// <summary>What callers want to keep with the settings.</summary>
    public Dictionary<string, object> Context { get; }

    /// <summary>The directory set by <see cref="UseDirectory"/>.</summary>
    public string? Directory { get; private set; }

    /// <summary>Whether test parameters were given.</summary>
    public bool HasParameters => Parameters is not null;

    internal SerializationOptions Serialization { get; }

    internal ScrubberList Scrubbers { get; }

    internal List<Target> Appended { get; }

    internal List<string> Suffixes { get; }

    internal object?[]? Parameters { get; private set; }

    internal string? ParametersText { get; private set; }

    internal AutoVerify? AcceptChange { get; private set; }

    internal bool ThrowOnAccept { get; private set; }

    internal bool ScrubbersEnabled { get; private set; } = true;

    internal bool UniquePrefixDisabled { get; private set; }

    internal string? FileName { get; private set; }

    internal string? TypeName { get; private set; }

    internal string? MethodName { get; private set; }

    /// <summary>Puts the snapshot in a directory, absolute or seen from the test's source file.</summary>
    public void UseDirectory(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        Directory = directory;
    }

    /// <summary>Names the snapshot, instead of class, method and parameters.</summary>
    public void UseFileName(string fileName)
    {
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        if (TypeName is not null || MethodName is not null || HasParameters || ParametersText is not null)
        {
            throw new InvalidOperationException("UseFileName is not compatible with UseTypeName, UseMethodName or UseParameters.");
        }

        FileName = fileName;
    }

    /// <summary>Stands for the class name in the file name.</summary>
    public void UseTypeName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ThrowIfFileName(nameof(UseTypeName));
        TypeName = name;
    }

    /// <summary>Stands for the method name in the file name.</summary>
    public void UseMethodName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ThrowIfFileName(nameof(UseMethodName));
        MethodName = name;
    }

    /// <summary>Puts the test's parameters in the file name.</summary>
    public void UseParameters(params object?[] parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (parameters.Length == 0)
        {
            throw new ArgumentException("Must not be empty.", nameof(parameters));
        }

        SetParameters(parameters);
    }

    /// <summary>Puts the test's only parameter in the file name.</summary>
    public void UseParameters<T>(T parameter) => SetParameters([parameter]);

    /// <summary>Puts the test's only parameter, an array, in the file name.</summary>
    public void UseParameters<T>(T[] parameters) => SetParameters([parameters]);

    /// <summary>Stands for the parameters in the file name.</summary>
    public void UseTextForParameters(string parametersText)
    {
        ArgumentException.ThrowIfNullOrEmpty(parametersText);
        ThrowIfFileName(nameof(UseTextForParameters));
        ParametersText = parametersText;
    }

    /// <summary>Puts the operating system in the file name.</summary>
    public void UniqueForOSPlatform() => Suffixes.Add(Platform);

    /// <summary>Puts the processor architecture in the file name.</summary>
    public void UniqueForArchitecture() => Suffixes.Add(RuntimeInformation.ProcessArchitecture.ToString());

    /// <summary>Lets several verifications share one file name.</summary>
    public void DisableRequireUniquePrefix() => UniquePrefixDisabled = true;

    /// <summary>Adds a text file to the snapshot.</summary>
    public void AppendContentAsFile(string content, string extension = "txt", string? name = null) =>
        Appended.Add(new(extension, content, name));

    /// <summary>Adds a text file to the snapshot.</summary>
    public void AppendContentAsFile(StringBuilder content, string extension = "txt", string? name = null) =>
        Appended.Add(new(extension, content, name));

    /// <summary>Accepts changes without asking.</summary>
    public void AutoVerify(bool includeBuildServer = true, bool throwException = false) =>
        AutoVerify(_ => true, includeBuildServer, throwException);

    /// <summary>Accepts the changes that <paramref name="autoVerify"/> agrees to.</summary>
    public void AutoVerify(AutoVerify autoVerify, bool includeBuildServer = true, bool throwException = false)
    {
        if (includeBuildServer || !BuildServer.Detected)
        {
            AcceptChange = autoVerify;
            ThrowOnAccept = throwException;
        }
    }

    /// <summary>Opens no diff tool; here none is ever opened.</summary>
    public void DisableDiff()
    {
    }

    /// <summary>Switches all scrubbers off.</summary>
    public void DisableScrubbers() => ScrubbersEnabled = false;

    /// <summary>Edits the text of every file before it is compared.</summary>
    public void AddScrubber(Action<StringBuilder> scrubber, ScrubberLocation location = ScrubberLocation.First) =>
        Scrubbers.Add(scrubber, location);

    /// <summary>Edits the text of files with an extension before they are compared.</summary>
    public void AddScrubber(string extension, Action<StringBuilder> scrubber, ScrubberLocation location = ScrubberLocation.First) =>
        Scrubbers.Add(extension, scrubber, location);

    /// <summary>Removes the lines that <paramref name="removeLine"/> picks.</summary>
    public void ScrubLines(Func<string, bool> removeLine, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(LineScrubbers.Remove(removeLine), location);

    /// <inheritdoc cref="ScrubLines(Func{string, bool}, ScrubberLocation)"/>
    public void ScrubLines(string extension, Func<string, bool> removeLine, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(extension, LineScrubbers.Remove(removeLine), location);

    /// <summary>Replaces every line; null removes it.</summary>
    public void ScrubLinesWithReplace(Func<string, string?> replaceLine, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(LineScrubbers.Replace(replaceLine), location);

    /// <inheritdoc cref="ScrubLinesWithReplace(Func{string, string}, ScrubberLocation)"/>
    public void ScrubLinesWithReplace(string extension, Func<string, string?> replaceLine, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(extension, LineScrubbers.Replace(replaceLine), location);

    /// <summary>Removes the lines that contain one of the texts, in any case.</summary>
    public void ScrubLinesContaining(params string[] stringToMatch) =>
        ScrubLinesContaining(StringComparison.OrdinalIgnoreCase, stringToMatch);

    /// <inheritdoc cref="ScrubLinesContaining(string[])"/>
    public void ScrubLinesContaining(ScrubberLocation location = ScrubberLocation.First, params string[] stringToMatch) =>
        ScrubLinesContaining(StringComparison.OrdinalIgnoreCase, location, stringToMatch);

    /// <summary>Removes the lines that contain one of the texts.</summary>
    public void ScrubLinesContaining(StringComparison comparison, params string[] stringToMatch) =>
        ScrubLinesContaining(comparison, ScrubberLocation.First, stringToMatch);

    /// <inheritdoc cref="ScrubLinesContaining(StringComparison, string[])"/>
    public void ScrubLinesContaining(StringComparison comparison, ScrubberLocation location, params string[] stringToMatch) =>
        AddScrubber(LineScrubbers.RemoveContaining(comparison, stringToMatch), location);

    /// <inheritdoc cref="ScrubLinesContaining(string[])"/>
    public void ScrubLinesContaining(string extension, ScrubberLocation location = ScrubberLocation.First, params string[] stringToMatch) =>
        ScrubLinesContaining(extension, StringComparison.OrdinalIgnoreCase, location, stringToMatch);

    /// <inheritdoc cref="ScrubLinesContaining(StringComparison, string[])"/>
    public void ScrubLinesContaining(string extension, StringComparison comparison, params string[] stringToMatch) =>
        ScrubLinesContaining(extension, comparison, ScrubberLocation.First, stringToMatch);

    /// <inheritdoc cref="ScrubLinesContaining(StringComparison, string[])"/>
    public void ScrubLinesContaining(string extension, StringComparison comparison, ScrubberLocation location, params string[] stringToMatch) =>
        AddScrubber(extension, LineScrubbers.RemoveContaining(comparison, stringToMatch), location);

    /// <summary>Removes empty lines.</summary>
    public void ScrubEmptyLines(ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(LineScrubbers.RemoveEmpty, location);

    /// <inheritdoc cref="ScrubEmptyLines(ScrubberLocation)"/>
    public void ScrubEmptyLines(string extension, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(extension, LineScrubbers.RemoveEmpty, location);

    /// <summary>Replaces guids within texts by <c>Guid_1</c>, <c>Guid_2</c>, …</summary>
    public void ScrubInlineGuids(ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(Counter.ReplaceInlineGuids, location);

    /// <inheritdoc cref="ScrubInlineGuids(ScrubberLocation)"/>
    public void ScrubInlineGuids(string extension, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(extension, Counter.ReplaceInlineGuids, location);

    /// <summary>Replaces the machine's name by <c>TheMachineName</c>.</summary>
    public void ScrubMachineName(ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(WordScrubbers.MachineName, location);

    /// <inheritdoc cref="ScrubMachineName(ScrubberLocation)"/>
    public void ScrubMachineName(string extension, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(extension, WordScrubbers.MachineName, location);

    /// <summary>Replaces the user's name by <c>TheUserName</c>.</summary>
    public void ScrubUserName(ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(WordScrubbers.UserName, location);

    /// <inheritdoc cref="ScrubUserName(ScrubberLocation)"/>
    public void ScrubUserName(string extension, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(extension, WordScrubbers.UserName, location);

    /// <summary>Writes guids as they are.</summary>
    public void DontScrubGuids() => Serialization.ScrubGuids = false;

    /// <summary>Writes guids as <c>Guid_1</c>, <c>Guid_2</c>, …: the default.</summary>
    public void ScrubGuids() => Serialization.ScrubGuids = true;

    /// <summary>Writes dates and times as they are.</summary>
    public void DontScrubDateTimes() => Serialization.ScrubDateTimes = false;

    /// <summary>Writes dates and times as <c>DateTime_1</c>, <c>DateTime_2</c>, …: the default.</summary>
    public void ScrubDateTimes() => Serialization.ScrubDateTimes = true;

    /// <summary>Writes empty collections too.</summary>
    public void DontIgnoreEmptyCollections() => Serialization.IgnoreEmptyCollections = false;

    /// <summary>Keeps the order of dictionaries.</summary>
    public void DontSortDictionaries() => Serialization.SortDictionaries = false;

    /// <summary>Leaves out all members with a name.</summary>
    public void IgnoreMember(string name) => Serialization.IgnoredMembers.Add(name);

    /// <summary>Leaves out all members with one of the names.</summary>
    public void IgnoreMembers(params string[] names) => Serialization.IgnoredMembers.UnionWith(names);

    /// <summary>Writes <c>{Scrubbed}</c> for all members with a name.</summary>
    public void ScrubMember(string name) => Serialization.ScrubbedMembers.Add(name);

    /// <summary>Writes <c>{Scrubbed}</c> for all members with one of the names.</summary>
    public void ScrubMembers(params string[] names) => Serialization.ScrubbedMembers.UnionWith(names);

    /// <summary>Leaves out stack traces.</summary>
    public void IgnoreStackTrace() => IgnoreMember("StackTrace");

    /// <summary>Puts the test's parameters in the file name.</summary>
    public void SetParameters(object?[] parameters)
    {
        ThrowIfFileName(nameof(UseParameters));
        Parameters = parameters;
    }

    private static string Platform =>
        OperatingSystem.IsWindows() ? "Windows" : OperatingSystem.IsMacOS() ? "OSX" : "Linux";

    private void ThrowIfFileName(string caller)
    {
        if (FileName is not null)
        {
            throw new InvalidOperationException($"{caller} is not compatible with UseFileName.");
        }
    }
}
