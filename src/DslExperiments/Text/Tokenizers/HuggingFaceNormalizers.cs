using System.Text;
using System.Text.RegularExpressions;
using DslExperiments.Hosting;

namespace DslExperiments.Text.Tokenizers;

/// <summary>The normalisers of tokenizer.json.</summary>
internal static class HuggingFaceNormalizers
{
    private const int LongestContent = 1000, LargestGrowth = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What a normaliser does to a text; null for none.</summary>
    public static Func<string, string>? Read(JsonPlace? normalizer) => normalizer is { } place ? Step(place) : null;

    /// <summary>Replaces a text or what an expression matches.</summary>
    public static Func<string, string> Replace(JsonPlace place)
    {
        var content = place.Required("content").Text();
        if (content.Length > LongestContent)
        {
            throw place.Unsupported($"content of {content.Length} characters");
        }

        var (literal, regex) = Pattern(place.Required("pattern"));
        return regex is null
            ? text => literal!.Length == 0 ? text : text.Replace(literal, content, StringComparison.Ordinal)
            : text => regex.Replace(text, _ => content);
    }

    /// <summary>A pattern: a literal or an expression.</summary>
    public static (string? Literal, Regex? Regex) Pattern(JsonPlace place)
    {
        if (place.Text("String") is { } literal)
        {
            return (literal, null);
        }

        var expression = place.Required("Regex").Text();
        try
        {
            return (null, new Regex(expression, RegexOptions.Compiled | RegexOptions.CultureInvariant, Patience));
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"{place.Path}.Regex: '{expression}' cannot be used: {error.Message}");
        }
    }

    /// <summary>Replacements one after another could double a text each time.</summary>
    /// <exception cref="ExperimentUsageException">The result is longer than any tokenizer makes it.</exception>
    public static void AssertBounded(long result, long text, JsonPlace place)
    {
        if (result > LargestGrowth * (text + LongestContent))
        {
            throw new ExperimentUsageException($"{place.Path} makes {SpecText.Of(result)} characters of {SpecText.Of(text)}; no tokenizer does that.");
        }
    }

    private static Func<string, string> Step(JsonPlace place)
    {
        switch (place.Type)
        {
            case "Sequence":
                var steps = place.Required("normalizers").Items().Select(Step).ToArray();
                return text => steps.Aggregate(text, (current, step) => Bounded(step(current), text, place));
            case "NFC":
                return text => text.Normalize(NormalizationForm.FormC);
            case "NFD":
                return text => text.Normalize(NormalizationForm.FormD);
            case "NFKC":
                return text => text.Normalize(NormalizationForm.FormKC);
            case "NFKD":
                return text => text.Normalize(NormalizationForm.FormKD);
            case "Lowercase":
                return BertText.LowerCase;
            case "StripAccents":
                return BertText.StripMarks;
            case "Strip":
                var (left, right) = (place.Flag("strip_left", true), place.Flag("strip_right", true));
                return text => left && right ? text.Trim() : left ? text.TrimStart() : right ? text.TrimEnd() : text;
            case "Prepend":
                var prepend = place.Required("prepend").Text();
                return text => text.Length == 0 ? text : prepend + text;
            case "Replace":
                return Replace(place);
            case "BertNormalizer":
                var lower = place.Flag("lowercase", true);
                var (clean, cjk) = (place.Flag("clean_text", true), place.Flag("handle_chinese_chars", true));
                var strip = place.Flag("strip_accents", lower);
                return text => BertText.Normalize(text, clean, cjk, strip, lower);
            case "Precompiled":
                return Precompiled(place);
            case var type:
                throw place.Unsupported($"the normalizer {type}");
        }
    }

    private static string Bounded(string result, string text, JsonPlace place)
    {
        AssertBounded(result.Length, text.Length, place);
        return result;
    }

    private static Func<string, string> Precompiled(JsonPlace place)
    {
        if (place.Text("precompiled_charsmap") is not { Length: > 0 } map)
        {
            return text => text;
        }

        var normalization = new SentencePieceNormalization(new SentencePieceModel
        {
            CharacterMap = Convert.FromBase64String(map),
            AddDummyPrefix = false,
            RemoveExtraWhitespaces = false,
            EscapeWhitespaces = false,
        });
        return normalization.Normalize;
    }
}
