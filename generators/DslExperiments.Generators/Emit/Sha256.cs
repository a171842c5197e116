using System.Security.Cryptography;
using System.Text;

namespace DslExperiments.Generators.Emit;

/// <summary>The hash by which a result knows its spec.</summary>
internal static class Sha256
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>SHA-256 of a text as UTF-8, lower-case hex.</summary>
    public static string Hex(string text)
    {
        using SHA256 sha = SHA256.Create();
        StringBuilder hex = new(64);
        foreach (byte b in sha.ComputeHash(Utf8.GetBytes(text)))
        {
            hex.Append("0123456789abcdef"[b >> 4]).Append("0123456789abcdef"[b & 15]);
        }

        return hex.ToString();
    }
}
