using DslExperiments.Text;

namespace DslExperiments.Tasks;

/// <summary>One text as a backbone reads it.</summary>
/// <param name="Ids">The tokens.</param>
/// <param name="Reads">Positions whose next token is to be given: of the decoder's tokens where there are some.</param>
/// <param name="Targets">The tokens that are to be given, one per read.</param>
/// <param name="DecoderIds">The tokens that a decoder is given, or null.</param>
public sealed record TextSequence(int[] Ids, int[] Reads, int[] Targets, int[]? DecoderIds = null)
{
    /// <summary>An input and the answer that is to be given for it, token by token.</summary>
    public static TextSequence Of(TextForm form, int[] input, int[] answer) => form.HasDecoder
        ? new TextSequence(input, [.. Enumerable.Range(0, answer.Length)], answer, [form.Start, .. answer.SkipLast(1)])
        : new TextSequence([.. input, .. answer.SkipLast(1)], [.. Enumerable.Range(input.Length - 1, answer.Length)], answer);
}
