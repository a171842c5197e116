using System.Text;

namespace DslExperiments.Text.Tokenizers;

/// <summary>What a piece is for, with the numbers of the file format.</summary>
internal enum PieceKind
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>One entry of the vocabulary; its id is its place in the file.</summary>
internal readonly record struct SentencePiece(string Text, float Score, PieceKind Kind);

/// <summary>The parts of a SentencePiece model file that encoding and decoding need.</summary>
internal sealed class SentencePieceModel
{
    /// <summary>The value of <see cref="ModelType"/> for a unigram language model.</summary>
    public const int Unigram = 1;

    /// <summary>The value of <see cref="ModelType"/> for byte pair encoding.</summary>
    public const int BytePairs = 2;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public List<SentencePiece> Pieces { get; init; } = [];

    public int ModelType { get; set; } = Unigram;

    public bool TreatWhitespaceAsSuffix { get; set; }

    public bool ByteFallback { get; set; }

    public int UnknownId { get; set; }

    public int BosId { get; set; } = 1;

    public int EosId { get; set; } = 2;

    public int PadId { get; set; } = -1;

    public string UnknownSurface { get; set; } = " \u2047 ";

    public string UnknownPiece { get; set; } = "<unk>";

    public string BosPiece { get; set; } = "<s>";

    public string EosPiece { get; set; } = "</s>";

    public string PadPiece { get; set; } = "<pad>";

    public byte[] CharacterMap { get; set; } = [];

    public bool AddDummyPrefix { get; set; } = true;

    public bool RemoveExtraWhitespaces { get; set; } = true;

    public bool EscapeWhitespaces { get; set; } = true;

    /// <summary>Reads a model file. Throws <see cref="InvalidDataException"/> where it is none.</summary>
    public static SentencePieceModel Read(ReadOnlySpan<byte> file)
    {
        var model = new SentencePieceModel();
        var reader = new ProtobufReader(file);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    reader.Expect(2, "a piece");
                    model.Pieces.Add(ReadPiece(reader.Bytes, model.Pieces.Count));
                    break;
                case 2:
                    reader.Expect(2, "trainer_spec");
                    model.ReadTrainer(reader.Bytes);
                    break;
                case 3:
                    reader.Expect(2, "normalizer_spec");
                    model.ReadNormalizer(reader.Bytes);
                    break;
                default:
                    break;
            }
        }

        return model;
    }

    private static SentencePiece ReadPiece(ReadOnlySpan<byte> message, int id)
    {
        var (text, score, kind) = ("", 0f, PieceKind.Normal);
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    reader.Expect(2, $"the text of piece {id}");
                    text = Text(reader.Bytes, $"piece {id}");
                    break;
                case 2:
                    reader.Expect(5, $"the score of piece {id}");
                    score = reader.Float;
                    break;
                case 3:
                    reader.Expect(0, $"the type of piece {id}");
                    kind = (PieceKind)reader.Int32;
                    break;
                default:
                    break;
            }
        }

        return Enum.IsDefined(kind) ? new(text, score, kind) : throw new InvalidDataException($"piece {id} has the unknown type {(int)kind}");
    }

    private void ReadTrainer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field, reader.WireType)
            {
                case (3, 0): ModelType = reader.Int32; break;
                case (24, 0): TreatWhitespaceAsSuffix = reader.Value != 0; break;
                case (35, 0): ByteFallback = reader.Value != 0; break;
                case (40, 0): UnknownId = reader.Int32; break;
                case (41, 0): BosId = reader.Int32; break;
                case (42, 0): EosId = reader.Int32; break;
                case (43, 0): PadId = reader.Int32; break;
                case (44, 2): UnknownSurface = Text(reader.Bytes, "unk_surface"); break;
                case (45, 2): UnknownPiece = Text(reader.Bytes, "unk_piece"); break;
                case (46, 2): BosPiece = Text(reader.Bytes, "bos_piece"); break;
                case (47, 2): EosPiece = Text(reader.Bytes, "eos_piece"); break;
                case (48, 2): PadPiece = Text(reader.Bytes, "pad_piece"); break;
                default: break;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Field, reader.WireType)
            {
                case (2, 2): CharacterMap = reader.Bytes.ToArray(); break;
                case (3, 0): AddDummyPrefix = reader.Value != 0; break;
                case (4, 0): RemoveExtraWhitespaces = reader.Value != 0; break;
                case (5, 0): EscapeWhitespaces = reader.Value != 0; break;
                default: break;
            }
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes, string what)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException($"{what} is not UTF-8");
        }
    }
}
