namespace Microsoft.ML.Tokenizers;

/// <summary>WordPiece with BERT's basic tokenisation. Ids come with [CLS] and [SEP] unless they are not wanted.</summary>
public sealed class BertTokenizer : WordPieceTokenizer
{
    private BertTokenizer(Stream vocabStream, BertOptions options)
        : base(vocabStream, options)
    {
        (ApplyBasicTokenization, LowerCaseBeforeTokenization) = (options.ApplyBasicTokenization, options.LowerCaseBeforeTokenization);
        (SplitOnSpecialTokens, IndividuallyTokenizeCjk) = (options.SplitOnSpecialTokens, options.IndividuallyTokenizeCjk);
        RemoveNonSpacingMarks = options.RemoveNonSpacingMarks;
        (SeparatorToken, PaddingToken) = (options.SeparatorToken, options.PaddingToken);
        (ClassificationToken, MaskingToken) = (options.ClassificationToken, options.MaskingToken);
        (SeparatorTokenId, PaddingTokenId) = (IdOf(SeparatorToken), IdOf(PaddingToken));
        (ClassificationTokenId, MaskingTokenId) = (IdOf(ClassificationToken), IdOf(MaskingToken));
        if (SplitOnSpecialTokens && options.SpecialTokens is null)
        {
            SetSpecialTokens(Specials(options).Distinct().ToDictionary(t => t, IdOf));
        }

        if (SplitOnSpecialTokens && ApplyBasicTokenization && LowerCaseBeforeTokenization)
        {
            // The text is in lower case when special tokens are looked for.
            foreach (var token in Specials(options))
            {
                AddSpelling(token.ToLowerInvariant(), IdOf(token));
            }
        }
    }

    public bool ApplyBasicTokenization { get; }

    public string ClassificationToken { get; }

    public int ClassificationTokenId { get; }

    public bool IndividuallyTokenizeCjk { get; }

    public bool LowerCaseBeforeTokenization { get; }

    public string MaskingToken { get; }

    public int MaskingTokenId { get; }

    public string PaddingToken { get; }

    public int PaddingTokenId { get; }

    public bool RemoveNonSpacingMarks { get; }

    public string SeparatorToken { get; }

    public int SeparatorTokenId { get; }

    public bool SplitOnSpecialTokens { get; }

    public static BertTokenizer Create(Stream vocabStream, BertOptions? options = null)
    {
        options ??= new();
        var lower = options.ApplyBasicTokenization && options.LowerCaseBeforeTokenization;
        if (options.ApplyBasicTokenization)
        {
            options.Normalizer ??= new BertNormalizer(options.LowerCaseBeforeTokenization, options.IndividuallyTokenizeCjk, options.RemoveNonSpacingMarks);
        }

        var specials = !options.SplitOnSpecialTokens ? null : Specials(options).Distinct().ToDictionary(t => lower ? t.ToLowerInvariant() : t, _ => 0);
        options.PreTokenizer ??= options.ApplyBasicTokenization ? PreTokenizer.CreateWordOrPunctuation(specials) : PreTokenizer.CreateWhiteSpace();
        return new(vocabStream, options);
    }

    public static BertTokenizer Create(string vocabFilePath, BertOptions? options = null)
    {
        using var stream = File.OpenRead(vocabFilePath);
        return Create(stream, options);
    }

    public new IReadOnlyList<int> EncodeToIds(string text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(text, addSpecialTokens: true, considerPreTokenization, considerNormalization);

    public new IReadOnlyList<int> EncodeToIds(ReadOnlySpan<char> text, bool considerPreTokenization = true, bool considerNormalization = true) =>
        EncodeToIds(text, addSpecialTokens: true, considerPreTokenization, considerNormalization);

    public IReadOnlyList<int> EncodeToIds(string text, bool addSpecialTokens, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        var ids = base.EncodeToIds(text, considerPreTokenization, considerNormalization);
        return addSpecialTokens ? BuildInputsWithSpecialTokens(ids) : ids;
    }

    public IReadOnlyList<int> EncodeToIds(ReadOnlySpan<char> text, bool addSpecialTokens, bool considerPreTokenization = true, bool considerNormalization = true)
    {
        var ids = base.EncodeToIds(text, considerPreTokenization, considerNormalization);
        return addSpecialTokens ? BuildInputsWithSpecialTokens(ids) : ids;
    }

    public IReadOnlyList<int> BuildInputsWithSpecialTokens(IEnumerable<int> tokenIds, IEnumerable<int>? additionalTokenIds = null)
    {
        ArgumentNullException.ThrowIfNull(tokenIds);
        List<int> ids = [ClassificationTokenId, .. tokenIds, SeparatorTokenId];
        if (additionalTokenIds is not null)
        {
            ids.AddRange([.. additionalTokenIds, SeparatorTokenId]);
        }

        return ids;
    }

    public IReadOnlyList<int> CreateTokenTypeIdsFromSequences(IEnumerable<int> tokenIds, IEnumerable<int>? additionalTokenIds = null)
    {
        ArgumentNullException.ThrowIfNull(tokenIds);
        return [.. Enumerable.Repeat(0, tokenIds.Count() + 2), .. Enumerable.Repeat(1, additionalTokenIds is null ? 0 : additionalTokenIds.Count() + 1)];
    }

    private static string[] Specials(BertOptions options) => options.SpecialTokens is { } own
        ? [.. own.Keys]
        : [options.UnknownToken, options.SeparatorToken, options.PaddingToken, options.ClassificationToken, options.MaskingToken];
}
