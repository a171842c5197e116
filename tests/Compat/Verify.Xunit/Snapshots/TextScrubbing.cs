using System.Text;

namespace VerifyTests;

/// <summary>Runs the scrubbers over a text: those of the test, those of all tests, then directories and line ends.</summary>
internal static class TextScrubbing
{
    /// <summary>Scrubs a whole file.</summary>
    public static string ForFile(string text, string extension, VerifySettings settings) =>
        Apply(text, settings,
        [
            .. settings.Scrubbers.General,
            .. settings.Scrubbers.For(extension),
            .. VerifierSettings.Scrubbers.For(extension),
            .. VerifierSettings.Scrubbers.General,
        ]);

    /// <summary>Scrubs one value within a serialized object.</summary>
    public static string ForValue(string text, VerifySettings settings) =>
        Apply(text, settings, [.. settings.Scrubbers.General, .. VerifierSettings.Scrubbers.General]);

    public static string FixNewlines(string text) => text.Replace("\r\n", "\n").Replace('\r', '\n');

    private static string Apply(string text, VerifySettings settings, IEnumerable<Action<StringBuilder>> scrubbers)
    {
        if (!settings.ScrubbersEnabled)
        {
            return FixNewlines(text);
        }

        StringBuilder builder = new(text);
        foreach (Action<StringBuilder> scrubber in scrubbers)
        {
            scrubber(builder);
        }

        return FixNewlines(DirectoryNames.Replace(builder.ToString()));
    }
}
