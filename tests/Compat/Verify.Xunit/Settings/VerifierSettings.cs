using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace VerifyTests;

/// <summary>What all verifications do differently. To be set before the first one runs, in a module initializer.</summary>
public static class VerifierSettings
{
    private static bool s_verifyHasBeenRun;

    /// <summary>The test assembly, once a verification has run.</summary>
    public static Assembly? Assembly { get; private set; }

    /// <summary>The test project's directory.</summary>
    public static string ProjectDir =>
        AttributeReader.GetProjectDirectory(Assembly ?? throw new InvalidOperationException("No verification has run yet."));

    internal static SerializationOptions Serialization { get; } = new();

    internal static ScrubberList Scrubbers { get; } = new();

    internal static GlobalAutoVerify? AcceptChange { get; private set; }

    internal static bool ThrowOnAccept { get; private set; }

    internal static bool UniquePrefixDisabled { get; private set; }

    internal static bool OmitContent { get; private set; }

    internal static bool ScrubProjectDirectory { get; private set; } = true;

    internal static bool ScrubSolutionDirectory { get; private set; } = true;

    internal static bool ScrubUserProfile { get; private set; } = true;

    internal static Encoding Encoding { get; private set; } = new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);

    /// <summary>Says which assembly the tests are in; a verification does so itself.</summary>
    public static void AssignTargetAssembly(Assembly assembly)
    {
        s_verifyHasBeenRun = true;
        Assembly ??= assembly;
    }

    /// <summary>Accepts changes without asking.</summary>
    public static void AutoVerify(bool includeBuildServer = true, bool throwException = false) =>
        AutoVerify((_, _, _) => true, includeBuildServer, throwException);

    /// <summary>Accepts the changes that <paramref name="autoVerify"/> agrees to.</summary>
    public static void AutoVerify(GlobalAutoVerify autoVerify, bool includeBuildServer = true, bool throwException = false)
    {
        ThrowIfVerifyHasBeenRun();
        if (includeBuildServer || !BuildServer.Detected)
        {
            AcceptChange = autoVerify;
            ThrowOnAccept = throwException;
        }
    }

    /// <inheritdoc cref="VerifySettings.DisableRequireUniquePrefix"/>
    public static void DisableRequireUniquePrefix()
    {
        ThrowIfVerifyHasBeenRun();
        UniquePrefixDisabled = true;
    }

    /// <summary>Leaves the files' texts out of failure messages.</summary>
    public static void OmitContentFromException()
    {
        ThrowIfVerifyHasBeenRun();
        OmitContent = true;
    }

    /// <summary>Writes received files without a byte order mark.</summary>
    public static void UseUtf8NoBom() => UseEncoding(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));

    /// <summary>Writes received files in an encoding.</summary>
    public static void UseEncoding(Encoding encoding)
    {
        ThrowIfVerifyHasBeenRun();
        Encoding = encoding;
    }

    /// <summary>Keeps the project's directory in texts.</summary>
    public static void DontScrubProjectDirectory()
    {
        ThrowIfVerifyHasBeenRun();
        ScrubProjectDirectory = false;
    }

    /// <summary>Keeps the solution's directory in texts.</summary>
    public static void DontScrubSolutionDirectory()
    {
        ThrowIfVerifyHasBeenRun();
        ScrubSolutionDirectory = false;
    }

    /// <summary>Keeps the user's home directory in texts.</summary>
    public static void DontScrubUserProfile()
    {
        ThrowIfVerifyHasBeenRun();
        ScrubUserProfile = false;
    }

    /// <summary>Says how parameters of a type appear in file names.</summary>
    public static void NameForParameter<T>(ParameterToName<T> func)
    {
        ThrowIfVerifyHasBeenRun();
        ParameterNames.Add(func);
    }

    /// <summary>How a parameter appears in a file name.</summary>
    public static string GetNameForParameter(object? parameter) => ParameterNames.Get(parameter, pathFriendly: true);

    /// <summary>How a parameter appears in a file name, or without the care for file names.</summary>
    public static string GetNameForParameter(object? parameter, bool pathFriendly = true) => ParameterNames.Get(parameter, pathFriendly);

    /// <inheritdoc cref="VerifySettings.AddScrubber(Action{StringBuilder}, ScrubberLocation)"/>
    public static void AddScrubber(Action<StringBuilder> scrubber, ScrubberLocation location = ScrubberLocation.First)
    {
        ThrowIfVerifyHasBeenRun();
        Scrubbers.Add(scrubber, location);
    }

    /// <inheritdoc cref="VerifySettings.AddScrubber(string, Action{StringBuilder}, ScrubberLocation)"/>
    public static void AddScrubber(string extension, Action<StringBuilder> scrubber, ScrubberLocation location = ScrubberLocation.First)
    {
        ThrowIfVerifyHasBeenRun();
        Scrubbers.Add(extension, scrubber, location);
    }

    /// <inheritdoc cref="VerifySettings.ScrubLines(Func{string, bool}, ScrubberLocation)"/>
    public static void ScrubLines(Func<string, bool> removeLine, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(LineScrubbers.Remove(removeLine), location);

    /// <inheritdoc cref="VerifySettings.ScrubLines(Func{string, bool}, ScrubberLocation)"/>
    public static void ScrubLines(string extension, Func<string, bool> removeLine, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(extension, LineScrubbers.Remove(removeLine), location);

    /// <inheritdoc cref="VerifySettings.ScrubLinesWithReplace(Func{string, string}, ScrubberLocation)"/>
    public static void ScrubLinesWithReplace(Func<string, string?> replaceLine, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(LineScrubbers.Replace(replaceLine), location);

    /// <inheritdoc cref="VerifySettings.ScrubLinesWithReplace(Func{string, string}, ScrubberLocation)"/>
    public static void ScrubLinesWithReplace(string extension, Func<string, string?> replaceLine, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(extension, LineScrubbers.Replace(replaceLine), location);

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(string[])"/>
    public static void ScrubLinesContaining(params string[] stringToMatch) =>
        ScrubLinesContaining(StringComparison.OrdinalIgnoreCase, stringToMatch);

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(string[])"/>
    public static void ScrubLinesContaining(ScrubberLocation location = ScrubberLocation.First, params string[] stringToMatch) =>
        ScrubLinesContaining(StringComparison.OrdinalIgnoreCase, location, stringToMatch);

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(StringComparison, string[])"/>
    public static void ScrubLinesContaining(StringComparison comparison, params string[] stringToMatch) =>
        ScrubLinesContaining(comparison, ScrubberLocation.First, stringToMatch);

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(StringComparison, string[])"/>
    public static void ScrubLinesContaining(StringComparison comparison, ScrubberLocation location, params string[] stringToMatch) =>
        AddScrubber(LineScrubbers.RemoveContaining(comparison, stringToMatch), location);

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(string[])"/>
    public static void ScrubLinesContaining(string extension, ScrubberLocation location = ScrubberLocation.First, params string[] stringToMatch) =>
        ScrubLinesContaining(extension, StringComparison.OrdinalIgnoreCase, location, stringToMatch);

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(StringComparison, string[])"/>
    public static void ScrubLinesContaining(string extension, StringComparison comparison, params string[] stringToMatch) =>
        ScrubLinesContaining(extension, comparison, ScrubberLocation.First, stringToMatch);

    /// <inheritdoc cref="VerifySettings.ScrubLinesContaining(StringComparison, string[])"/>
    public static void ScrubLinesContaining(string extension, StringComparison comparison, ScrubberLocation location, params string[] stringToMatch) =>
        AddScrubber(extension, LineScrubbers.RemoveContaining(comparison, stringToMatch), location);

    /// <inheritdoc cref="VerifySettings.ScrubEmptyLines(ScrubberLocation)"/>
    public static void ScrubEmptyLines(ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(LineScrubbers.RemoveEmpty, location);

    /// <inheritdoc cref="VerifySettings.ScrubEmptyLines(ScrubberLocation)"/>
    public static void ScrubEmptyLines(string extension, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(extension, LineScrubbers.RemoveEmpty, location);

    /// <inheritdoc cref="VerifySettings.ScrubInlineGuids(ScrubberLocation)"/>
    public static void ScrubInlineGuids(ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(Counter.ReplaceInlineGuids, location);

    /// <inheritdoc cref="VerifySettings.ScrubInlineGuids(ScrubberLocation)"/>
    public static void ScrubInlineGuids(string extension, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(extension, Counter.ReplaceInlineGuids, location);

    /// <inheritdoc cref="VerifySettings.ScrubMachineName(ScrubberLocation)"/>
    public static void ScrubMachineName(ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(WordScrubbers.MachineName, location);

    /// <inheritdoc cref="VerifySettings.ScrubMachineName(ScrubberLocation)"/>
    public static void ScrubMachineName(string extension, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(extension, WordScrubbers.MachineName, location);

    /// <inheritdoc cref="VerifySettings.ScrubUserName(ScrubberLocation)"/>
    public static void ScrubUserName(ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(WordScrubbers.UserName, location);

    /// <inheritdoc cref="VerifySettings.ScrubUserName(ScrubberLocation)"/>
    public static void ScrubUserName(string extension, ScrubberLocation location = ScrubberLocation.First) =>
        AddScrubber(extension, WordScrubbers.UserName, location);

    /// <inheritdoc cref="VerifySettings.DontScrubGuids"/>
    public static void DontScrubGuids() => Serialize().ScrubGuids = false;

    /// <inheritdoc cref="VerifySettings.DontScrubDateTimes"/>
    public static void DontScrubDateTimes() => Serialize().ScrubDateTimes = false;

    /// <inheritdoc cref="VerifySettings.DontIgnoreEmptyCollections"/>
    public static void DontIgnoreEmptyCollections() => Serialize().IgnoreEmptyCollections = false;

    /// <inheritdoc cref="VerifySettings.DontSortDictionaries"/>
    public static void DontSortDictionaries() => Serialize().SortDictionaries = false;

    /// <summary>Writes members in the order of their names.</summary>
    public static void SortPropertiesAlphabetically() => Serialize().SortMembers = true;

    /// <inheritdoc cref="VerifySettings.IgnoreMember(string)"/>
    public static void IgnoreMember(string name) => Serialize().IgnoredMembers.Add(name);

    /// <inheritdoc cref="VerifySettings.IgnoreMembers(string[])"/>
    public static void IgnoreMembers(params string[] names) => Serialize().IgnoredMembers.UnionWith(names);

    /// <inheritdoc cref="VerifySettings.ScrubMember(string)"/>
    public static void ScrubMember(string name) => Serialize().ScrubbedMembers.Add(name);

    /// <inheritdoc cref="VerifySettings.ScrubMembers(string[])"/>
    public static void ScrubMembers(params string[] names) => Serialize().ScrubbedMembers.UnionWith(names);

    /// <inheritdoc cref="VerifySettings.IgnoreStackTrace"/>
    public static void IgnoreStackTrace() => IgnoreMember("StackTrace");

    internal static void ThrowIfVerifyHasBeenRun([CallerMemberName] string caller = "")
    {
        if (s_verifyHasBeenRun)
        {
            throw new InvalidOperationException(
                $"The API '{caller}' must be called prior to any Verify has run. Usually this is done in a [ModuleInitializer].");
        }
    }

    private static SerializationOptions Serialize([CallerMemberName] string caller = "")
    {
        ThrowIfVerifyHasBeenRun(caller);
        return Serialization;
    }
}
