using System.Globalization;
using System.Text;

namespace Microsoft.ML.Tokenizers;

/// <summary>
/// BERT's cleaning as the package does it: line breaks and tabs are control characters and vanish, and accents stay
/// unless they are to be removed.
/// </summary>
internal sealed class BertNormalizer(bool lowerCase, bool separateCjk, bool removeMarks) : Normalizer
{
    public override string Normalize(ReadOnlySpan<char> original) => Normalize(original.ToString());

    public override string Normalize(string original)
    {
        var result = new StringBuilder(original.Length);
        foreach (var rune in (removeMarks ? original.Normalize(NormalizationForm.FormD) : original).EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (rune.Value is 0 or 0xFFFD || category is UnicodeCategory.Control or UnicodeCategory.SpacingCombiningMark ||
                (removeMarks && category == UnicodeCategory.NonSpacingMark))
            {
                continue;
            }

            if (category == UnicodeCategory.SpaceSeparator)
            {
                result.Append(' ');
            }
            else if (lowerCase && category == UnicodeCategory.UppercaseLetter)
            {
                result.Append(Rune.ToLowerInvariant(rune).ToString());
            }
            else if (separateCjk && IsCjk(rune.Value))
            {
                result.Append(' ').Append(rune.ToString()).Append(' ');
            }
            else
            {
                result.Append(rune.ToString());
            }
        }

        return result.ToString().Normalize(NormalizationForm.FormC);
    }

    private static bool IsCjk(int value) =>
        value is (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x2A6DF)
            or (>= 0x2A700 and <= 0x2CEAF) or (>= 0x2F800 and <= 0x2FA1F);
}
