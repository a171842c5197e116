namespace DslExperiments.Text.Tokenizers;

/// <summary>The pre-tokenizers of tokenizer.json.</summary>
internal static class HuggingFaceSplits
{
    /// <summary>How a text is split, and whether its parts are encoded as bytes; null where it is not split.</summary>
    public static (Func<List<TextPart>, List<TextPart>>? Split, bool ByteLevel) Read(JsonPlace? preTokenizer)
    {
        if (preTokenizer is not { } place)
        {
            return (null, false);
        }

        var byteLevel = false;
        var steps = new List<Func<List<TextPart>, List<TextPart>>>();
        foreach (var step in Flat(place))
        {
            if (byteLevel)
            {
                throw step.Unsupported("a pre-tokenizer after ByteLevel");
            }

            byteLevel = step.Type == "ByteLevel";
            steps.Add(Step(step));
        }

        return (parts => steps.Aggregate(parts, (current, step) => step(current)), byteLevel);
    }

    /// <summary>What a Metaspace puts for a space, when it puts one before the text, and whether it splits.</summary>
    public static (char Replacement, string Scheme, bool Split) MetaspaceOptions(JsonPlace place)
    {
        var replacement = place.Text("replacement") switch
        {
            null => '\u2581',
            [var only] => only,
            _ => throw place.Unsupported("a replacement that is not one character"),
        };
        var scheme = place.Text("prepend_scheme") ?? (place.Flag("add_prefix_space", true) ? "always" : "never");
        return scheme is "always" or "first" or "never"
            ? (replacement, scheme, place.Flag("split", true))
            : throw place.Unsupported($"the prepend_scheme {scheme}");
    }

    private static IEnumerable<JsonPlace> Flat(JsonPlace place) =>
        place.Type == "Sequence" ? place.Required("pretokenizers").Items().SelectMany(Flat) : [place];

    private static Func<List<TextPart>, List<TextPart>> Step(JsonPlace place)
    {
        switch (place.Type)
        {
            case "ByteLevel":
                var (prefixSpace, useRegex) = (place.Flag("add_prefix_space", true), place.Flag("use_regex", true));
                return parts =>
                {
                    parts = prefixSpace ? [.. parts.Select(part => part.Length > 0 && part.Span[0] != ' ' ? Whole($" {part.Span}") : part)] : parts;
                    return useRegex ? Splits.Gpt2Words(parts) : parts;
                };
            case "Metaspace":
                return Metaspace(place);
            case "Whitespace":
                return Splits.WordsAndOthers;
            case "WhitespaceSplit":
                return Splits.AtSpaces;
            case "BertPreTokenizer":
                return Splits.BertWords;
            case "Punctuation":
                var punctuation = Behavior(place, "Isolated");
                return parts => Splits.ByRune(parts, BertText.IsPunctuation, punctuation);
            case "Digits":
                var digits = place.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous;
                return parts => Splits.ByRune(parts, System.Text.Rune.IsNumber, digits);
            case "Split":
                var (behavior, invert) = (Behavior(place, null), place.Flag("invert", false));
                var (literal, regex) = HuggingFaceNormalizers.Pattern(place.Required("pattern"));
                regex ??= literal!.Length == 0 ? throw place.Unsupported("an empty pattern") : new(System.Text.RegularExpressions.Regex.Escape(literal));
                return parts => Splits.ByRegex(parts, regex, behavior, invert);
            case var type:
                throw place.Unsupported($"the pre-tokenizer {type}");
        }
    }

    private static Func<List<TextPart>, List<TextPart>> Metaspace(JsonPlace place)
    {
        var (replacement, scheme, split) = MetaspaceOptions(place);
        return parts =>
        {
            var result = new List<TextPart>();
            for (var i = 0; i < parts.Count; i++)
            {
                var text = parts[i].Span.ToString().Replace(' ', replacement);
                var first = i == 0 && parts[i].Start == 0;
                if ((scheme == "always" || (scheme == "first" && first)) && !text.StartsWith(replacement))
                {
                    text = replacement + text;
                }

                result.Add(Whole(text));
            }

            return split ? Splits.ByRune(result, rune => rune.Value == replacement, SplitBehavior.MergedWithNext) : result;
        };
    }

    private static SplitBehavior Behavior(JsonPlace place, string? otherwise) =>
        (place.Text("behavior") ?? otherwise ?? place.Required("behavior").Text()) is var name && Enum.TryParse<SplitBehavior>(name, out var behavior)
            && Enum.IsDefined(behavior) && !char.IsAsciiDigit(name[0])
            ? behavior
            : throw place.Unsupported($"the behavior {name}");

    private static TextPart Whole(string text) => new(text, 0, text.Length);
}
