using DslExperiments.Backbones;
using static TorchSharp.torch;

namespace DslExperiments.Methods;

/// <summary>
/// What a method trains, for all arms of a cohort at once, and what it changes in the backbone. The backbone asks for
/// virtual tokens, replaced weights and low-rank changes; a method answers for the places that it adapts and leaves the
/// rest to the frozen weights.
/// </summary>
/// <remarks>
/// The numbers lie in an <see cref="AdapterBuffer"/>, which several methods can share, see <see cref="HybridAdapter"/>. A task
/// that answers through a trained layer (<see cref="Tasks.TaskFamily.Classes"/>) adds a <see cref="ClassifierHead"/> to any
/// method.
/// </remarks>
public abstract class Adapter
{
    /// <summary>Lays out and fills a buffer of its own.</summary>
    /// <param name="backbone">The backbone that is adapted.</param>
    /// <param name="seeds">The seed of every arm's start; as many as arms, A, a multiple of the backbone's seed groups.</param>
    /// <param name="tensors">The method's tensors; shorter ones are padded with zeros at the end of each axis.</param>
    /// <param name="task">The task, whose classes ask for a head; null for none.</param>
    protected Adapter(Transformer backbone, IReadOnlyList<int> seeds, IReadOnlyList<AdapterTensorPlan> tensors, Tasks.TaskFamily? task)
    {
        int classes = task?.Classes ?? 0;
        Buffer = new AdapterBuffer(
            backbone, seeds.Count, classes == 0 ? tensors : [.. tensors, .. ClassifierHead.Layout(classes, backbone.Options.Width, seeds)]);
        Head = ClassifierHead.In(Buffer);
    }

    /// <summary>Lays out and fills a buffer of its own, without a head.</summary>
    /// <param name="backbone">The backbone that is adapted.</param>
    /// <param name="arms">Arms, A; a multiple of the backbone's seed groups.</param>
    /// <param name="tensors">The tensors; shorter ones are padded with zeros at the end of each axis.</param>
    /// <param name="trainable">False for one that only computes, such as a teacher.</param>
    protected Adapter(Transformer backbone, int arms, IReadOnlyList<AdapterTensorPlan> tensors, bool trainable = true) =>
        Buffer = new AdapterBuffer(backbone, arms, tensors, trainable);

    /// <summary>Looks at its tensors in a buffer that others fill, too.</summary>
    private protected Adapter(AdapterBuffer buffer) => Buffer = buffer;

    /// <summary>Arms, A.</summary>
    public int Arms => Buffer.Arms;

    /// <summary>All trained numbers, [A·n], padding included.</summary>
    public Tensor Values => Buffer.Values;

    /// <summary>Their gradients, [A·n].</summary>
    public Tensor Gradients => Buffer.Gradients;

    /// <summary>The numbers before the first step, [A·n].</summary>
    public Tensor Initial => Buffer.Initial;

    /// <summary>The trained tensors.</summary>
    public IReadOnlyList<AdapterTensor> Tensors => Buffer.Tensors;

    /// <summary>The virtual tokens before the content, or null.</summary>
    public virtual PromptRows? Prompt => null;

    /// <summary>The trained layer that answers for the task, or null when the task does not ask for one.</summary>
    public ClassifierHead? Head { get; }

    /// <summary>True when some arm's slices are padded.</summary>
    public bool IsPadded => Tensors.Any(tensor => Enumerable.Range(0, Arms).Any(arm => tensor.CountOf(arm) < tensor.Size));

    /// <summary>The virtual tokens of a layer's attention, or null.</summary>
    public virtual PrefixRows? PrefixOf(int layer) => null;

    /// <summary>Virtual tokens of <see cref="PrefixOf"/>, the same in all layers that have some, [A]; null without any.</summary>
    public virtual IReadOnlyList<int>? PrefixLengths => null;

    /// <summary>True when layers make virtual tokens of the sequences themselves, see <see cref="TokensOf"/>.</summary>
    public virtual bool ReadsSequences => false;

    /// <summary>The virtual tokens that a layer makes for each sequence, at its input as other rows, [A, B, P, D]; or null.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="rows">The content's rows at its input, before its normalisation, [A, B, T, D].</param>
    /// <param name="hidden">0 for rows of the instruction and −∞ for those that must not be looked at, [A, B, T].</param>
    public virtual Tensor? TokensOf(int layer, Tensor rows, Tensor hidden) => null;

    /// <summary>0 for real tokens of <see cref="TokensOf"/> and −∞ for padding, [A, P]; null when nothing is padded.</summary>
    public virtual Tensor? TokenMask => null;

    /// <summary>True when virtual tokens stand before the content, in the first layer or in any.</summary>
    public virtual bool HasVirtualTokens => Prompt is not null || PrefixOf(0) is not null;

    /// <summary>Trained embedding rows in place of the frozen ones, [A, V, D], or null.</summary>
    public virtual Tensor? Embedding => null;

    /// <summary>Trained unembedding rows in place of the frozen ones, [A, V, D], or null.</summary>
    public virtual Tensor? Unembedding => null;

    /// <summary>Trained positions in place of the frozen ones, [A, context, D], or null.</summary>
    public virtual Tensor? PositionTable => null;

    /// <summary>Trained biases of distances in place of the frozen ones, [A, buckets, H], or null.</summary>
    public virtual Tensor? RelativeTable => null;

    /// <summary>The same of a decoder, or null.</summary>
    public virtual Tensor? DecoderRelativeTable => null;

    /// <summary>Puts the numbers back where the method's caps allow them to be; called after every update.</summary>
    /// <remarks>A row beyond its cap is shortened to it; the optimiser's moments stay as they are.</remarks>
    public void Constrain() => Buffer.Constrain();

    /// <summary>A trained weight in place of a frozen one, or null.</summary>
    public virtual TrainedLinear? Replacement(int layer, Projection projection) => null;

    /// <summary>A low-rank change that is added to a frozen weight, or null.</summary>
    public virtual LowRank? Change(int layer, Projection projection) => null;

    /// <summary>Trained gains of a normalisation, [A, 1, D], or null for the frozen ones.</summary>
    public virtual Tensor? Gain(int layer, NormPlace place) => null;

    /// <summary>Trained vectors that a normalisation adds, [A, 1, D], or null for the frozen ones.</summary>
    public virtual Tensor? Shift(int layer, NormPlace place) => null;

    /// <summary>Masks and the like that follow from the arms' shapes.</summary>
    internal ConstantStore Constants { get; } = new();

    /// <summary>
    /// The training step whose losses are computed; null while something is measured. What is random in training, and only
    /// there, follows from it.
    /// </summary>
    public int? Step
    {
        get => Buffer.Step;
        set => Buffer.Step = value;
    }

    /// <summary>Where the numbers lie.</summary>
    protected internal AdapterBuffer Buffer { get; }

    /// <summary>How many numbers an arm trains, padding left out.</summary>
    public virtual long ParametersOf(int arm) => Tensors.Sum(tensor => tensor.CountOf(arm));

    /// <summary>
    /// What an arm has learned, by name and without padding, as new CPU tensors in the order of <see cref="Tensors"/>. What is
    /// only there to train it is left out; a state that training goes on from is <see cref="Values"/>.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> Export(int arm)
    {
        using var frozen = no_grad();
        var exported = new OrderedDictionary<string, Tensor>();
        foreach (var tensor in Tensors)
        {
            exported.Add(tensor.Name, tensor.Of(arm).detach().cpu().clone());
        }

        Convert(exported, arm);
        return exported;
    }

    /// <summary>1 for real numbers and 0 for padding, [A·n].</summary>
    public Tensor RealMask() => Buffer.RealMask();

    /// <summary>The arm of every number, [A·n]; spreads a tensor of one number per arm.</summary>
    public Tensor ArmIndex() => Buffer.ArmIndex();

    /// <summary>True when the method trains gains or shifts of a normalisation.</summary>
    public bool TouchesNorm(int layer, NormPlace place) => Gain(layer, place) is not null || Shift(layer, place) is not null;

    /// <summary>True when the method changes something that layer <paramref name="layer"/> computes from its input.</summary>
    public bool Touches(int layer, Projection projection) =>
        Replacement(layer, projection) is not null || Change(layer, projection) is not null;

    /// <summary>Called before every forward pass: what several layers read, and is computed of trained numbers, is computed anew.</summary>
    protected internal virtual void Prepare()
    {
    }

    /// <summary>Turns the trained tensors of an arm into those that are kept, where they are not the same.</summary>
    /// <param name="exported">The trained tensors by name, changed in place.</param>
    /// <param name="arm">The arm.</param>
    protected internal virtual void Convert(OrderedDictionary<string, Tensor> exported, int arm)
    {
    }

    /// <summary>Caps the norm of every row of a tensor [A, P, D], from the start on.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="largest">Largest norm per arm, [A]; 0 for none.</param>
    protected void CapNorms(AdapterTensor tensor, IReadOnlyList<double> largest) => Buffer.CapNorms(tensor, largest);

    /// <summary>True when some row has a largest norm.</summary>
    internal bool HasCaps => Buffer.HasCaps;

    /// <summary>A tensor by its name.</summary>
    protected AdapterTensor Named(string name) => Buffer[name];

    /// <summary>A tensor by its name, or null when the method does not train it.</summary>
    protected AdapterTensor? FindNamed(string name) => Buffer.Find(name);
}

/// <summary>The normalisations of a transformer.</summary>
public enum NormPlace
{
    /// <summary>Before the attention (pre, rms) or after its residual sum (post).</summary>
    Attention,

    /// <summary>Before the MLP (pre, rms) or after it (post).</summary>
    Mlp,

    /// <summary>At the end of the network (pre, rms); its layer is the depth.</summary>
    Final,

    /// <summary>Before the cross-attention of a decoder's layer.</summary>
    Cross,

    /// <summary>At the end of a decoder; its layer is the depth of both.</summary>
    DecoderFinal,
}
