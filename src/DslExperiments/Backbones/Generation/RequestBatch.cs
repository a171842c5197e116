using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones.Generation;

/// <summary>Texts of different arms as arms times sequences, [A', N]; places that no text takes compute and are not read.</summary>
internal sealed class RequestBatch
{
    private readonly IReadOnlyList<GenerationRequest> requests;
    private readonly int[] slots;
    private readonly int rows;
    private readonly int perArm;

    /// <summary>Lays out the texts.</summary>
    /// <param name="requests">The texts.</param>
    /// <param name="adapter">Their arms.</param>
    /// <param name="canSelect">True when arms may be left out and repeated; else all of them stand in their order.</param>
    public RequestBatch(IReadOnlyList<GenerationRequest> requests, Adapter adapter, bool canSelect)
    {
        this.requests = requests;
        slots = new int[requests.Count];
        var byArm = requests.Select((request, index) => (request.Arm, index)).GroupBy(pair => pair.Arm, pair => pair.index)
            .OrderBy(group => group.Key).Select(group => (Arm: group.Key, Texts: group.ToArray())).ToArray();
        if (!canSelect)
        {
            (rows, perArm) = (adapter.Arms, byArm.Max(group => group.Texts.Length));
            foreach (var (arm, texts) in byArm)
            {
                Place(arm, texts);
            }

            return;
        }

        // Trained weights are as large as the backbone: never twice. What else is trained may be repeated, where that saves rows.
        bool heavy = adapter.Embedding is not null || Enum.GetValues<Projection>().Any(projection => Replaces(adapter, projection));
        int largest = byArm.Max(group => group.Texts.Length);
        perArm = heavy ? largest : Enumerable.Range(1, largest).MinBy(size => (Rows(size) * size, Rows(size)));
        var arms = new List<int>();
        foreach (var (arm, texts) in byArm)
        {
            foreach (int[] chunk in texts.Chunk(perArm))
            {
                Place(arms.Count, chunk);
                arms.Add(arm);
            }
        }

        rows = arms.Count;
        Arms = arms.SequenceEqual(Enumerable.Range(0, adapter.Arms)) ? null : arms;

        int Rows(int size) => byArm.Sum(group => (group.Texts.Length + size - 1) / size);

        void Place(int row, int[] texts)
        {
            for (int index = 0; index < texts.Length; index++)
            {
                slots[texts[index]] = (row * perArm) + index;
            }
        }
    }

    /// <summary>The arm of every row, [A']; null when rows are all arms in order.</summary>
    public IReadOnlyList<int>? Arms { get; }

    /// <summary>The place of a text among A'·N.</summary>
    public int SlotOf(int request) => slots[request];

    /// <summary>Tokens, [A', N, T], padded at the end with 0, and lengths, [A', N]; a free place has one token.</summary>
    public (Tensor Ids, Tensor Lengths) Tokens(Device device)
    {
        int longest = requests.Max(request => request.Ids.Count);
        long[] ids = new long[rows * perArm * longest];
        long[] lengths = [.. Enumerable.Repeat(1L, rows * perArm)];
        for (int request = 0; request < requests.Count; request++)
        {
            var text = requests[request].Ids;
            lengths[slots[request]] = text.Count;
            for (int position = 0; position < text.Count; position++)
            {
                ids[(slots[request] * longest) + position] = text[position];
            }
        }

        return (tensor(ids, [rows, perArm, longest], int64, device), tensor(lengths, [rows, perArm], int64, device));
    }

    /// <summary>A token per text at its place, [A', N].</summary>
    public Tensor Spread(int[] tokens, Device device)
    {
        long[] spread = new long[rows * perArm];
        for (int request = 0; request < tokens.Length; request++)
        {
            spread[slots[request]] = tokens[request];
        }

        return tensor(spread, [rows, perArm], int64, device);
    }

    private static bool Replaces(Adapter adapter, Projection projection) =>
        projection < Projection.Attention && adapter.Replacement(0, projection) is not null;
}
