using System.Text;
using Microsoft.ML.Tokenizers;

namespace DslExperiments.Text.Tokenizers;

/// <summary>A byte pair encoding as its files describe it.</summary>
internal sealed record BpeDefinition
{
    public required IReadOnlyDictionary<string, int> Vocabulary { get; init; }

    /// <summary>Pairs of tokens in the order in which they merge.</summary>
    public required IReadOnlyList<(string Left, string Right)> Merges { get; init; }

    public string? UnknownToken { get; init; }

    public bool FuseUnknown { get; init; }

    public string? ContinuingPrefix { get; init; }

    public string? WordSuffix { get; init; }

    /// <summary>Tokens spell the bytes of the text with GPT-2's characters.</summary>
    public bool ByteLevel { get; init; }

    /// <summary>A character without a token becomes the tokens of its bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>A part that is a token is not merged.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Refuses merges that name what the vocabulary has not.</summary>
    public void Check()
    {
        for (var i = 0; i < Merges.Count; i++)
        {
            var (left, right) = Merges[i];
            var prefix = ContinuingPrefix?.Length ?? 0;
            var merged = right.Length > prefix ? left + right[prefix..] : throw new InvalidDataException($"merge {i + 1}, '{left} {right}', has no second part");
            foreach (var token in (ReadOnlySpan<string>)[left, right, merged])
            {
                if (!Vocabulary.ContainsKey(token))
                {
                    throw new InvalidDataException($"merge {i + 1}, '{left} {right}', names '{token}', which the vocabulary has not");
                }
            }

            if (left.Contains(' ', StringComparison.Ordinal) || right.Contains(' ', StringComparison.Ordinal))
            {
                throw new InvalidDataException($"merge {i + 1}, '{left} {right}', has a token with a space, which is not supported");
            }
        }
    }
}

/// <summary>Encodes parts by merges, with the tokenizer package.</summary>
internal sealed class BpeModel : SegmentModel
{
    private readonly BpeDefinition _definition;
    private readonly BpeTokenizer _tokenizer;
    private readonly WordCuts? _cuts;
    private readonly int[]? _bytes;

    public BpeModel(BpeDefinition definition)
    {
        definition.Check();
        _definition = definition;

        // Of equal merges the last one counts.
        var ranks = new Dictionary<(string Left, string Right), int>();
        for (var i = 0; i < definition.Merges.Count; i++)
        {
            ranks[definition.Merges[i]] = i;
        }

        _tokenizer = BpeTokenizer.Create(new BpeOptions(definition.Vocabulary)
        {
            Merges = definition.Merges.Where((merge, i) => ranks[merge] == i).Select(merge => $"{merge.Left} {merge.Right}"),
            ByteLevel = definition.ByteLevel,
            UnknownToken = definition.UnknownToken,
            FuseUnknownTokens = definition.FuseUnknown,
            ContinuingSubwordPrefix = definition.ContinuingPrefix,
            EndOfWordSuffix = definition.WordSuffix,
        });
        _bytes = definition.ByteFallback ? BytePieces.Find(definition.Vocabulary.Select(e => (e.Key, e.Value))) : null;
        if (definition is { ByteLevel: false, IgnoreMerges: false, ContinuingPrefix: null, WordSuffix: null })
        {
            _cuts = new WordCuts(definition.Vocabulary.Keys);
        }
    }

    public override void Encode(ReadOnlySpan<char> part, List<int> ids)
    {
        while (!part.IsEmpty)
        {
            var length = _cuts?.First(part) ?? part.Length;
            base.Encode(part[..length], ids);
            part = part[length..];
        }
    }

    protected override void Compute(string part, List<int> ids)
    {
        if (_definition.IgnoreMerges && _definition.Vocabulary.TryGetValue(_definition.ByteLevel ? ByteCharacters.Of(part) : part, out var whole))
        {
            ids.Add(whole);
        }
        else if (_bytes is null)
        {
            Merge(part, ids);
        }
        else
        {
            MergeOrSpell(part, ids);
        }
    }

    private void Merge(string part, List<int> ids)
    {
        if (part.Length > 0)
        {
            ids.AddRange(_tokenizer.EncodeToIds(part, considerPreTokenization: false, considerNormalization: false));
        }
    }

    /// <summary>Runs of characters that have tokens, and the bytes of those that have none.</summary>
    private void MergeOrSpell(string part, List<int> ids)
    {
        var start = 0;
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < part.Length;)
        {
            Rune.DecodeFromUtf16(part.AsSpan(i), out var rune, out var length);
            if (!_definition.Vocabulary.ContainsKey(part.Substring(i, length)))
            {
                Merge(part[start..i], ids);
                foreach (var value in utf8[..rune.EncodeToUtf8(utf8)])
                {
                    ids.Add(_bytes![value]);
                }

                start = i + length;
            }

            i += length;
        }

        Merge(part[start..], ids);
    }
}
