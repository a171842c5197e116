using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace DslExperiments.Text.Tokenizers;

/// <summary>Writes the model file that the tokenizer package segments by: pieces, kinds, scores, nothing to normalise.</summary>
internal static class SentencePieceWriter
{
    private const int Varint = 0, Bytes = 2, Float = 5;

    public static byte[] Write(SentencePieceModel model, int unknownId)
    {
        using var file = new MemoryStream();
        var lowest = model.Pieces.Where(p => p.Kind == PieceKind.Normal).Select(p => p.Score).DefaultIfEmpty().Min();
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            // The package derives two scores from those of all pieces, SentencePiece from those of normal pieces and zero.
            var piece = model.Pieces[id];
            var score = piece.Kind switch { PieceKind.UserDefined => 0, PieceKind.Unused => lowest, _ => piece.Score };
            Field(file, 1, Piece(piece with { Score = model.ModelType == SentencePieceModel.Unigram ? score : piece.Score }, id));
        }

        // The package cannot open a unigram model without these ids, so all of them are the unknown one.
        var unknown = Name(unknownId);
        using var trainer = new MemoryStream();
        Field(trainer, 3, model.ModelType);
        foreach (var (number, value) in (ReadOnlySpan<(int, int)>)[(40, unknownId), (41, unknownId), (42, unknownId), (43, -1)])
        {
            Field(trainer, number, value);
        }

        foreach (var number in (ReadOnlySpan<int>)[45, 46, 47])
        {
            Field(trainer, number, Encoding.UTF8.GetBytes(unknown));
        }

        using var normalizer = new MemoryStream();
        foreach (var number in (ReadOnlySpan<int>)[3, 4, 5])
        {
            Field(normalizer, number, 0);
        }

        Field(file, 2, trainer.ToArray());
        Field(file, 3, normalizer.ToArray());
        return file.ToArray();
    }

    private static byte[] Piece(SentencePiece piece, int id)
    {
        // No text contains the names of special pieces: its pieces never begin with this character.
        var special = piece.Kind is PieceKind.Control or PieceKind.Unknown or PieceKind.Byte;
        using var message = new MemoryStream();
        Field(message, 1, Encoding.UTF8.GetBytes(special ? Name(id) : piece.Text));
        Tag(message, 2, Float);
        Span<byte> score = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(score, piece.Score);
        message.Write(score);
        Field(message, 3, (int)(piece.Kind == PieceKind.Byte ? PieceKind.Control : piece.Kind));
        return message.ToArray();
    }

    private static string Name(int id) => string.Create(CultureInfo.InvariantCulture, $"\uFFFF\uFFFE{id}\uFFFE");

    private static void Field(MemoryStream stream, int number, ReadOnlySpan<byte> bytes)
    {
        Tag(stream, number, Bytes);
        Number(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void Field(MemoryStream stream, int number, int value)
    {
        Tag(stream, number, Varint);
        Number(stream, (ulong)value);
    }

    private static void Tag(MemoryStream stream, int number, int wireType) => Number(stream, ((ulong)number << 3) | (uint)wireType);

    private static void Number(MemoryStream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            stream.WriteByte((byte)(value | 0x80));
        }

        stream.WriteByte((byte)value);
    }
}
