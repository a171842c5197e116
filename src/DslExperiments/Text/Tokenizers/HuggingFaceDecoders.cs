using System.Text;

namespace DslExperiments.Text.Tokenizers;

/// <summary>The decoders of tokenizer.json: each makes texts of the tokens before it; at the end they are joined.</summary>
internal static class HuggingFaceDecoders
{
    /// <summary>What turns tokens into text. Without a decoder there is a space between tokens.</summary>
    public static Func<IReadOnlyList<string>, string> Read(JsonPlace? decoder)
    {
        if (decoder is not { } place)
        {
            return tokens => string.Join(' ', tokens);
        }

        var step = Step(place);
        return tokens => string.Concat(step(tokens));
    }

    /// <summary>Words with spaces between them, without the prefix of pieces within words.</summary>
    public static IReadOnlyList<string> WordPiece(IReadOnlyList<string> tokens, string prefix, bool cleanup)
    {
        var result = new string[tokens.Count];
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (i > 0)
            {
                token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
            }

            result[i] = cleanup ? Cleaned(token) : token;
        }

        return result;
    }

    private static string Cleaned(string token)
    {
        foreach (var (from, to) in (ReadOnlySpan<(string, string)>)[
            (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
            (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re")])
        {
            token = token.Replace(from, to, StringComparison.Ordinal);
        }

        return token;
    }

    private static Func<IReadOnlyList<string>, IReadOnlyList<string>> Step(JsonPlace place)
    {
        switch (place.Type)
        {
            case "Sequence":
                var steps = place.Required("decoders").Items().Select(Step).ToArray();
                return tokens => steps.Aggregate(tokens, (current, step) => Bounded(step(current), tokens, place));
            case "ByteLevel":
                return tokens => [ByteLevelFiles.Decode(tokens)];
            case "Fuse":
                return tokens => [string.Concat(tokens)];
            case "ByteFallback":
                return ByteFallback;
            case "Metaspace":
                return Metaspace(place);
            case "WordPiece":
                var (prefix, cleanup) = (place.Text("prefix") ?? "##", place.Flag("cleanup", true));
                return tokens => WordPiece(tokens, prefix, cleanup);
            case "BPEDecoder":
                var suffix = place.Text("suffix") ?? "</w>";
                return suffix.Length == 0 ? tokens => tokens : tokens =>
                    [.. tokens.Select((t, i) => t.Replace(suffix, i == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal))];
            case "Replace":
                var replace = HuggingFaceNormalizers.Replace(place);
                return tokens => [.. tokens.Select(replace)];
            case "Strip":
                return Strip(place);
            case var type:
                throw place.Unsupported($"the decoder {type}");
        }
    }

    private static IReadOnlyList<string> Bounded(IReadOnlyList<string> result, IReadOnlyList<string> tokens, JsonPlace place)
    {
        HuggingFaceNormalizers.AssertBounded(result.Sum(static text => (long)text.Length), tokens.Sum(static text => (long)text.Length), place);
        return result;
    }

    private static IReadOnlyList<string> ByteFallback(IReadOnlyList<string> tokens)
    {
        var result = new List<string>();
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            if (BytePieces.Value(token) is { } value)
            {
                bytes.Add(value);
                continue;
            }

            Flush();
            result.Add(token);
        }

        Flush();
        return result;

        // Bytes that are no text become one U+FFFD each, all of a run.
        void Flush()
        {
            if (bytes.Count > 0)
            {
                try
                {
                    result.Add(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. bytes]));
                }
                catch (DecoderFallbackException)
                {
                    result.Add(new string('\uFFFD', bytes.Count));
                }

                bytes.Clear();
            }
        }
    }

    private static Func<IReadOnlyList<string>, IReadOnlyList<string>> Metaspace(JsonPlace place)
    {
        var (replacement, scheme, _) = HuggingFaceSplits.MetaspaceOptions(place);
        return tokens => [.. tokens.Select((token, i) =>
        {
            token = i == 0 && scheme != "never" && token.StartsWith(replacement) ? token[1..] : token;
            return token.Replace(replacement, ' ');
        })];
    }

    private static Func<IReadOnlyList<string>, IReadOnlyList<string>> Strip(JsonPlace place)
    {
        var content = place.Required("content").Text() is [var only] ? only : throw place.Unsupported("content that is not one character");
        var (first, last) = (place.Optional("start")?.Int() ?? 0, place.Optional("stop")?.Int() ?? 0);
        return tokens => [.. tokens.Select(token =>
        {
            var (start, end) = (0, token.Length);
            while (start < Math.Min(first, token.Length) && token[start] == content)
            {
                start++;
            }

            while (end > start && token.Length - end < last && token[end - 1] == content)
            {
                end--;
            }

            return token[start..end];
        })];
    }
}
