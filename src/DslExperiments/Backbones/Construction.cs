namespace DslExperiments.Backbones;

/// <summary>A backbone whose weights are computed in C# rather than drawn or trained (<c>backbone: { construct: … }</c>).</summary>
public abstract record Construction;

/// <summary><c>none</c>: the weights are drawn.</summary>
public sealed record NoConstruction : Construction;

/// <summary>
/// <c>lookup(symbols, inputs, answers)</c>: a network that any table from strings of <paramref name="Inputs"/> symbols to
/// strings of <paramref name="Answers"/> symbols can be written into through virtual tokens alone, exactly
/// (Petrov, Torr, Bibi 2024, constructions a to d).
/// </summary>
/// <param name="Symbols">Size of the alphabet, V.</param>
/// <param name="Inputs">Symbols of a question: 0, 1 or 2.</param>
/// <param name="Answers">Symbols of an answer.</param>
public sealed record LookupNetwork(int Symbols, int Inputs, int Answers) : Construction;

/// <summary>
/// <c>value_head</c>: width 2, <c>W_q = [1 0]</c>, <c>W_k = 0</c>, <c>W_v = [0 1]</c> (Mondal and Shihab, corollary 7).
/// </summary>
public sealed record ValueHead : Construction;

/// <summary>
/// <c>query_head</c>: width 2, <c>W_q = 0</c>, keys and values are a token's second number (Mondal and Shihab, theorem 9).
/// </summary>
public sealed record QueryHead : Construction;
