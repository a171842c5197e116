using System.Runtime.CompilerServices;

namespace VerifyTests;

/// <summary>Paths seen from the calling source file.</summary>
public static class CurrentFile
{
    /// <summary>The source file.</summary>
    public static string Path([CallerFilePath] string file = "") => file;

    /// <summary>The source file's directory.</summary>
    public static string Directory([CallerFilePath] string file = "") => System.IO.Path.GetDirectoryName(file)!;

    /// <summary>A path beside the source file.</summary>
    public static string Relative(string relative, [CallerFilePath] string file = "") =>
        System.IO.Path.Combine(Directory(file), relative);
}
