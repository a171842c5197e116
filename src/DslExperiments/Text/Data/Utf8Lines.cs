using System.Globalization;
using System.Text;
using System.Text.Unicode;
using DslExperiments.Hosting;

namespace DslExperiments.Text.Data;

/// <summary>The bytes of a file as text; what is no UTF-8 is an error with its place.</summary>
internal static class Utf8Lines
{
    /// <summary>The text without a byte order mark; bytes that are no UTF-8 are noted and replaced.</summary>
    public static string Decode(byte[] bytes, RowErrors errors)
    {
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            errors.Add(0, "the file is UTF-16; save it as UTF-8");
            return "";
        }

        int start = bytes is [0xEF, 0xBB, 0xBF, ..] ? 3 : 0;
        var text = bytes.AsSpan(start);
        if (!Utf8.IsValid(text))
        {
            Note(bytes, start, errors);
        }

        return Encoding.UTF8.GetString(text);
    }

    /// <summary>The text of a table; where no line ends in LF but some in CR alone, as on old Macs, those end in LF.</summary>
    public static string WithLineFeeds(string text) => text.Contains('\n', StringComparison.Ordinal) ? text : text.Replace('\r', '\n');

    /// <summary>The lines of a file, one after the other, however large it is.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ExperimentUsageException">It cannot be read, or is no UTF-8; thrown where that is found.</exception>
    public static IEnumerable<string> Of(string path)
    {
        using var reader = Guarded(path, () => new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false));
        bool isFirst = true;
        while (Guarded(path, reader.ReadLine) is { } line)
        {
            yield return isFirst && line.StartsWith('\uFEFF') ? line[1..] : line;
            isFirst = false;
        }
    }

    /// <summary>The lines of a text, ended by LF or CRLF; what follows the last line break is a line unless it is empty.</summary>
    public static IEnumerable<(int Number, string Line)> Split(string text)
    {
        int number = 1;
        for (int start = 0; start < text.Length; number++)
        {
            int end = text.IndexOf('\n', start);
            int next = end < 0 ? text.Length : end + 1;
            int stop = end < 0 ? text.Length : end > start && text[end - 1] == '\r' ? end - 1 : end;
            yield return (number, text[start..stop]);
            start = next;
        }
    }

    private static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is DecoderFallbackException or IOException or UnauthorizedAccessException)
        {
            throw new ExperimentUsageException(
                Directory.Exists(path) ? $"{path} is a folder; name a file."
                : e is DecoderFallbackException ? $"{path}: the file is no UTF-8; save it as UTF-8."
                : $"{path} cannot be read: {e.Message}",
                e);
        }
    }

    private static void Note(byte[] bytes, int first, RowErrors errors)
    {
        int line = 1;
        for (int start = first; start < bytes.Length; line++)
        {
            int length = bytes.AsSpan(start).IndexOf((byte)'\n');
            int end = length < 0 ? bytes.Length : start + length;
            if (!Utf8.IsValid(bytes.AsSpan(start, end - start)))
            {
                int at = start;
                while (Rune.DecodeFromUtf8(bytes.AsSpan(at, end - at), out _, out int read) == System.Buffers.OperationStatus.Done)
                {
                    at += read;
                }

                errors.Add(line, $"the byte 0x{bytes[at].ToString("X2", CultureInfo.InvariantCulture)} at offset {SpecText.Of(at)} of the file is no UTF-8; save the file as UTF-8");
            }

            start = end + 1;
        }
    }
}
