using System.Text;

namespace DslExperiments.Text.Data;

/// <summary>A row as tokens.</summary>
/// <param name="Line">The line of the file on which it begins.</param>
/// <param name="Input">The tokens that are given.</param>
/// <param name="Answers">The tokens of the answer, or of each choice; none for a class.</param>
/// <param name="References">The right answers as texts.</param>
/// <param name="Label">The number of the class or of the right choice; -1 without one.</param>
/// <param name="Group">The group that the row belongs to; empty without groups.</param>
public sealed record TokenizedRow(
    int Line, int[] Input, IReadOnlyList<int[]> Answers, IReadOnlyList<string> References, int Label = -1, string Group = "");

/// <summary>The rows of a file as tokens.</summary>
/// <param name="rows">The rows in the order of the file.</param>
public sealed class TokenizedText(IReadOnlyList<TokenizedRow> rows)
{
    /// <summary>The rows in the order of the file.</summary>
    public IReadOnlyList<TokenizedRow> Rows { get; } = rows;

    /// <summary>Some of the rows.</summary>
    public TokenizedText Take(IEnumerable<int> positions) => new([.. positions.Select(position => Rows[position])]);

    internal byte[] ToBytes()
    {
        var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8))
        {
            writer.Write(Rows.Count);
            foreach (var row in Rows)
            {
                writer.Write(row.Line);
                Write(writer, row.Input);
                writer.Write(row.Answers.Count);
                foreach (var answer in row.Answers)
                {
                    Write(writer, answer);
                }

                writer.Write(row.References.Count);
                foreach (var reference in row.References)
                {
                    writer.Write(reference);
                }

                writer.Write(row.Label);
                writer.Write(row.Group);
            }
        }

        return bytes.ToArray();
    }

    /// <summary>What <see cref="ToBytes"/> wrote; the bytes are known to be whole.</summary>
    internal static TokenizedText FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        return new TokenizedText(Many(() => new TokenizedRow(
            reader.ReadInt32(), Tokens(), Many(Tokens), Many(reader.ReadString), reader.ReadInt32(), reader.ReadString())));

        int[] Tokens() => Many(reader.ReadInt32);

        T[] Many<T>(Func<T> read)
        {
            var all = new T[reader.ReadInt32()];
            for (int i = 0; i < all.Length; i++)
            {
                all[i] = read();
            }

            return all;
        }
    }

    private static void Write(BinaryWriter writer, int[] tokens)
    {
        writer.Write(tokens.Length);
        foreach (int token in tokens)
        {
            writer.Write(token);
        }
    }
}
