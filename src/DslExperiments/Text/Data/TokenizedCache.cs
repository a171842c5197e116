using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using DslExperiments.Results;

namespace DslExperiments.Text.Data;

/// <summary>
/// Tokenised files: each is read and tokenised once per process, for all cohorts and seeds, and kept in a folder beside
/// the runs. Nothing in it is needed: what is deleted, or found damaged, is made again.
/// </summary>
internal static class TokenizedCache
{
    private const string Format = "dslexperiments-tokens-2";

    private static readonly ConcurrentDictionary<string, Lazy<TokenizedText>> Known = new(StringComparer.Ordinal);

    /// <summary>The tokens of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">Its content.</param>
    /// <param name="recipe">All else that the tokens follow from: tokenizer, template, columns, limits of length.</param>
    /// <param name="folder">Where tokens are kept for later runs; null for nowhere.</param>
    /// <param name="make">Reads and tokenises the file.</param>
    public static TokenizedText Get(string path, byte[] bytes, string recipe, string? folder, Func<TokenizedText> make)
    {
        // The ending decides how the bytes are read.
        var text = $"{Format}\n{Path.GetExtension(path).ToLowerInvariant()}\n{Convert.ToHexStringLower(SHA256.HashData(bytes))}\n{recipe}";
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        var entry = Known.GetOrAdd(key, _ => new Lazy<TokenizedText>(() => Kept(folder, key) ?? Keep(folder, key, make())));
        try
        {
            return entry.Value;
        }
        catch
        {
            // A wrong file is told again whenever it is asked for.
            Known.TryRemove(KeyValuePair.Create(key, entry));
            throw;
        }
    }

    /// <summary>Forgets what is in memory, for tests.</summary>
    internal static void Forget() => Known.Clear();

    private static string PathOf(string folder, string key) => Path.Combine(folder, key[..16], "tokens.bin");

    /// <summary>What an earlier run kept; null when there is nothing, or not all of it.</summary>
    private static TokenizedText? Kept(string? folder, string key)
    {
        if (folder is null || !File.Exists(PathOf(folder, key)))
        {
            return null;
        }

        try
        {
            var bytes = File.ReadAllBytes(PathOf(folder, key));
            var head = HeadOf(key, bytes.AsSpan(Math.Min(bytes.Length, HeadLength)));
            return bytes.AsSpan().StartsWith(head) ? TokenizedText.FromBytes(bytes[HeadLength..]) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static TokenizedText Keep(string? folder, string key, TokenizedText made)
    {
        if (folder is not null)
        {
            try
            {
                var bytes = made.ToBytes();
                AtomicFile.Write(PathOf(folder, key), stream =>
                {
                    stream.Write(HeadOf(key, bytes));
                    stream.Write(bytes);
                });
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next run makes them again.
            }
        }

        return made;
    }

    private const int HeadLength = 24 + 64 + 64;

    /// <summary>Format, key and hash of the content.</summary>
    private static byte[] HeadOf(string key, ReadOnlySpan<byte> content) =>
        Encoding.ASCII.GetBytes($"{Format,-23}\n{key}{Convert.ToHexStringLower(SHA256.HashData(content))}");
}
