using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Text;
using DslExperiments.Text.Tokenizers;
using static TorchSharp.torch;

namespace DslExperiments.Tasks;

/// <summary>
/// What is to be learned. Data is drawn per seed, so arms of one seed learn the same.
/// </summary>
/// <param name="backbone">The backbone that the data is made for.</param>
public abstract class TaskFamily(Transformer backbone)
{
    /// <summary>The backbone that the data was made for.</summary>
    protected Transformer Backbone { get; } = backbone;

    /// <summary>
    /// Classes between which a trained layer decides, which is then a part of every arm's adapter
    /// (<see cref="ClassifierHead"/>); 0 when the backbone's own outputs are the answer.
    /// </summary>
    public virtual int Classes => 0;

    /// <summary>False when every token is to be given, so that nothing stands before the first answer.</summary>
    public virtual bool HasInstruction => true;

    /// <summary>What makes tokens of texts; null when the task's tokens are not made of texts.</summary>
    public virtual TextTokenizer? Tokenizer => null;

    /// <summary>The tokens of every label, in the order of classes, as an answer has them; empty without labels.</summary>
    public virtual IReadOnlyList<IReadOnlyList<int>> LabelTokens => [];

    /// <summary>The files that the spec names; null where nothing is read.</summary>
    public virtual SpecFiles? Files => null;

    /// <summary>Tokens of so many training examples with their answers, drawn by a seed, to stand before the content.</summary>
    /// <exception cref="NotSupportedException">The task's examples are not texts.</exception>
    public virtual IReadOnlyList<int> Examples(int seed, int count) =>
        throw new NotSupportedException($"{GetType().Name} has no examples that could be written into a prompt.");

    /// <summary>What training makes small, one number per arm, [A].</summary>
    /// <param name="backbone">The backbone.</param>
    /// <param name="adapter">The adapter, A arms.</param>
    /// <param name="batch">Which sequences.</param>
    public abstract Tensor Loss(Transformer backbone, Adapter adapter, Batch batch);

    /// <summary>
    /// The virtual tokens that a constructed backbone writes for the data of a seed, [P, D], for <c>init: written</c>.
    /// </summary>
    /// <exception cref="NotSupportedException">The task has no data that can be written.</exception>
    public virtual Tensor WrittenPrompt(int seed) =>
        throw new NotSupportedException($"{GetType().Name} has nothing that a constructed backbone could write into a prompt.");
}
