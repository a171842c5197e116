using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Text;
using DslExperiments.Text.Tokenizers;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Methods;

/// <summary>A task that has what starts of prompts read, and no data; tokens are bytes.</summary>
public sealed class TextFixture(Transformer backbone, SpecFiles? files = null) : TaskFamily(backbone)
{
    public override TextTokenizer? Tokenizer => ByteTokenizer.Instance;

    public override IReadOnlyList<IReadOnlyList<int>> LabelTokens { get; } = [[7], [9, 200], [11, 12, 13]];

    public override IReadOnlyList<int> Examples(int seed, int count) => [.. Enumerable.Range(0, count).SelectMany(i => (int[])[65 + (seed % 20), 97 + i])];

    public override SpecFiles? Files => files;

    public override Tensor Loss(Transformer backbone, Adapter adapter, Batch batch) => throw new NotSupportedException();
}
