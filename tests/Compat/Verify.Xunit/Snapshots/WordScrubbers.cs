using System.Text;
using System.Text.RegularExpressions;

namespace VerifyTests;

/// <summary>Scrubbers that replace a word, and only where it stands alone.</summary>
internal static class WordScrubbers
{
    public static void MachineName(StringBuilder text) => Replace(text, Environment.MachineName, "TheMachineName");

    public static void UserName(StringBuilder text) => Replace(text, Environment.UserName, "TheUserName");

    private static void Replace(StringBuilder text, string word, string replacement)
    {
        string replaced = Regex.Replace(
            text.ToString(),
            $@"(?<![\p{{L}}\p{{Nd}}]){Regex.Escape(word)}(?![\p{{L}}\p{{Nd}}])",
            _ => replacement,
            RegexOptions.CultureInvariant);
        text.Clear().Append(replaced);
    }
}
