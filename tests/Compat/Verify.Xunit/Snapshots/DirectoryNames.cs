using System.Text;

namespace VerifyTests;

/// <summary>Replaces directories that differ between machines by a name in braces.</summary>
internal static class DirectoryNames
{
    private static readonly Lazy<(string Path, string Name)[]> s_directories = new(Find);

    /// <summary>Replaces the directories, written with either separator, together with a separator that follows.</summary>
    public static string Replace(string text)
    {
        string normalized = text.Replace('\\', '/');
        StringBuilder? result = null;
        int copied = 0;
        for (int start = 0; start < text.Length; start++)
        {
            if (start > 0 && char.IsLetterOrDigit(text[start - 1]))
            {
                continue;
            }

            foreach ((string path, string name) in s_directories.Value)
            {
                int end = start + path.Length;
                if (string.CompareOrdinal(normalized, start, path, 0, path.Length) != 0 ||
                    (end < text.Length && char.IsLetterOrDigit(text[end])))
                {
                    continue;
                }

                end += end < text.Length && normalized[end] == '/' ? 1 : 0;
                (result ??= new()).Append(text, copied, start - copied).Append(name);
                copied = end;
                start = end - 1;
                break;
            }
        }

        return result is null ? text : result.Append(text, copied, text.Length - copied).ToString();
    }

    private static (string Path, string Name)[] Find()
    {
        Dictionary<string, string> names = [];
        Add(AppContext.BaseDirectory, "{CurrentDirectory}");
        Add(Environment.CurrentDirectory, "{CurrentDirectory}");
        Add(Path.GetTempPath(), "{TempPath}");
        if (VerifierSettings.ScrubUserProfile)
        {
            Add(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "{UserProfile}");
        }

        if (VerifierSettings.ScrubProjectDirectory && AttributeReader.TryGetProjectDirectory(VerifierSettings.Assembly!, out string? project))
        {
            Add(project, "{ProjectDirectory}");
        }

        if (VerifierSettings.ScrubSolutionDirectory && AttributeReader.TryGetSolutionDirectory(VerifierSettings.Assembly!, out string? solution))
        {
            Add(solution, "{SolutionDirectory}");
        }

        return [.. names.OrderByDescending(pair => pair.Key.Length).Select(pair => (pair.Key, pair.Value))];

        void Add(string directory, string name)
        {
            string path = directory.Replace('\\', '/').TrimEnd('/');
            if (path.Length > 1)
            {
                names[path] = name;
            }
        }
    }
}
