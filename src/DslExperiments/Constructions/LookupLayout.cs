using DslExperiments.Backbones;

namespace DslExperiments.Constructions;

/// <summary>
/// Where a <see cref="LookupNetwork"/> keeps what in a token of width D, V symbols, n symbols of an answer:
/// <code>
/// memory    numbers that a virtual token stores: n without inputs, else V
/// token     one-hot symbol of a content token               (V, with inputs)
/// slots     one-hot number of the answer's symbol that is asked for; in a virtual token, of the symbol that it answers (n)
/// first     1 in the first content token                    (1, with inputs)
/// one       1 in every content token, 0 in virtual ones     (1)
/// number    the number whose digits are read                (1, with two inputs)
/// score     answer / V, what the unembedding reads          (1)
/// question  one-hot first symbol of the question            (V, with inputs; last, in the second head's half)
/// </code>
/// Sequences are the question, or one token 0 without inputs, then the answer without its last symbol.
/// </summary>
internal sealed class LookupLayout
{
    /// <summary>Most symbols with two inputs: V digits of base V + 1 must fit into the 53 bits of one number.</summary>
    public const int MostSymbolsOfPairs = 11;

    /// <summary>Lays out the coordinates.</summary>
    /// <exception cref="ArgumentException">There is no such network.</exception>
    public LookupLayout(LookupNetwork network)
    {
        (int symbols, int inputs, int answers) = (network.Symbols, network.Inputs, network.Answers);
        if (symbols < 2 || inputs is < 0 or > 2 || answers < 1)
        {
            throw new ArgumentException($"There is no {network}: symbols is at least 2, inputs 0, 1 or 2, answers at least 1.", nameof(network));
        }

        if (inputs == 2 && (answers != 1 || symbols > MostSymbolsOfPairs))
        {
            throw new ArgumentException($"There is no {network}: with two inputs an answer is one of at most {MostSymbolsOfPairs} symbols.", nameof(network));
        }

        Network = network;
        int question = inputs > 0 ? symbols : 0;
        MemorySize = inputs > 0 ? symbols : answers;
        VirtualTokens = inputs == 1 ? answers : 1;
        Token = MemorySize;
        Slots = Token + question;
        First = Slots + answers;
        One = First + (inputs > 0 ? 1 : 0);
        Number = One + 1;
        Score = Number + (inputs == 2 ? 1 : 0);
        int used = Score + 1 + question;

        // A second head writes the second half; its keys and queries, and those of the first, have slots and one to tell apart.
        Heads = inputs > 0 ? 2 : 1;
        Width = inputs > 0 ? 2 * Math.Max((used + 1) / 2, answers + 1) : used;
        Question = Width - question;
        Depth = inputs == 2 ? 1 + symbols : 1;
        Hidden = inputs == 2 ? 1 + (4 * (symbols - 1)) : MemorySize;
        Context = Math.Max(inputs, 1) + answers - 1;
    }

    /// <summary>What is laid out.</summary>
    public LookupNetwork Network { get; }

    /// <summary>D.</summary>
    public int Width { get; }

    /// <summary>Layers: one that selects, and with two inputs one more for every digit.</summary>
    public int Depth { get; }

    /// <summary>Attention heads.</summary>
    public int Heads { get; }

    /// <summary>Hidden units of an MLP.</summary>
    public int Hidden { get; }

    /// <summary>Tokens of a sequence.</summary>
    public int Context { get; }

    /// <summary>Virtual tokens of a written prompt, P.</summary>
    public int VirtualTokens { get; }

    /// <summary>Numbers that a virtual token stores; they are its first coordinates.</summary>
    public int MemorySize { get; }

    /// <summary>The first coordinate of the token's symbol.</summary>
    public int Token { get; }

    /// <summary>The first coordinate of the slots.</summary>
    public int Slots { get; }

    /// <summary>1 in the first content token; with inputs.</summary>
    public int First { get; }

    /// <summary>1 in every content token.</summary>
    public int One { get; }

    /// <summary>The number whose digits are read; with two inputs.</summary>
    public int Number { get; }

    /// <summary>What the unembedding reads.</summary>
    public int Score { get; }

    /// <summary>The first coordinate of the question's first symbol.</summary>
    public int Question { get; }

    /// <summary>What the memory is compared with: the slot without inputs, else the question's first symbol.</summary>
    public int Selector => Network.Inputs == 0 ? Slots : Question;

    /// <summary>The position that asks for the answer's first symbol.</summary>
    public int FirstRead => Math.Max(Network.Inputs, 1) - 1;
}
