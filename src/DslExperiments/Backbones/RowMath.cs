using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <summary>
/// What a layer does to rows of tokens one by one: products with weights, normalisations, the MLP. Rows are [A, M, D]
/// with a leading axis of arms, or of seed groups while nothing depends on an arm.
/// </summary>
/// <param name="backbone">The frozen weights.</param>
/// <param name="adapter">What changes them.</param>
/// <param name="arms">Length of the leading axis.</param>
internal sealed class RowMath(Transformer backbone, Adapter adapter, int arms)
{
    private readonly TransformerOptions options = backbone.Options;

    /// <summary>Length of the leading axis, A or G.</summary>
    public int Arms => arms;

    /// <summary>True when rows are normalised before what stands at a place.</summary>
    public bool NormsBefore(NormPlace place) =>
        options.Norm is Norm.Pre or Norm.Rms || (options.Norm == Norm.PreMlp && place != NormPlace.Attention);

    /// <summary>
    /// Rows times a frozen weight that arms of a seed share, or all arms: [A, M, in] · [G, in, out] as
    /// [G, (A/G) M, in] · [G, in, out], with G = 1 for weights of all seeds.
    /// </summary>
    /// <param name="rows">[A, M, in].</param>
    /// <param name="m">Rows per arm, M.</param>
    /// <param name="weight">[G, in, out] or [1, in, out].</param>
    /// <param name="bias">[G, 1, out] or [1, 1, out], or null.</param>
    /// <param name="residual">[A, M, out] that is added, or null.</param>
    public Tensor Times(Tensor rows, int m, Tensor weight, Tensor? bias = null, Tensor? residual = null)
    {
        int groups = backbone.SharesWeights ? (int)weight.shape[0] : backbone.Groups.Count;
        if (bias is not null && backbone.SharesWeights && bias.shape[0] > groups)
        {
            // A drawn bias of a given matrix.
            var unbiased = Times(rows, m, weight, null, residual);
            return unbiased + backbone.Groups.PerArm(bias, arms);
        }

        int grouped = arms / groups * m;
        if (arms != groups)
        {
            rows = rows.reshape(groups, grouped, -1);
            residual = residual?.reshape(groups, grouped, -1);
        }

        Tensor product;
        if (residual is not null)
        {
            product = residual.baddbmm(rows, weight);
            product = bias is null ? product : product.add_(bias);
        }
        else
        {
            product = bias is null ? rows.bmm(weight) : bias.baddbmm(rows, weight);
        }

        return arms == groups ? product : product.view(arms, m, -1);
    }

    /// <summary>Rows times one of the layer's weights, adapted.</summary>
    public Tensor Project(int layer, Projection projection, Tensor rows, int m, Tensor? residual = null)
    {
        if (adapter.Replacement(layer, projection) is { } trained)
        {
            return Replaced(trained, rows, residual);
        }

        var frozen = backbone.Layers[layer][projection];
        return Changed(layer, projection, rows, Times(rows, m, frozen.Transposed, frozen.BiasRow, residual));
    }

    /// <summary>Rows times a trained weight.</summary>
    public static Tensor Replaced(TrainedLinear trained, Tensor rows, Tensor? residual)
    {
        if (trained.BiasRow is null)
        {
            return residual is null ? rows.bmm(trained.Transposed) : residual.baddbmm(rows, trained.Transposed);
        }

        var product = trained.BiasRow.baddbmm(rows, trained.Transposed);
        return residual is null ? product : product.add_(residual);
    }

    /// <summary>Adds an adapter's low-rank change to a product with the frozen weight.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="projection">The weight.</param>
    /// <param name="rows">What was multiplied, [A, M, in].</param>
    /// <param name="product">The frozen product, [A, M, out].</param>
    public Tensor Changed(int layer, Projection projection, Tensor rows, Tensor product)
    {
        if (adapter.Change(layer, projection) is not { } change)
        {
            return product;
        }

        var down = (change.Drop is { } drop ? drop(rows) : rows).bmm(change.Down);
        if (change.Scales is not null)
        {
            down = down * change.Scales;
        }

        return AddScaled(product, down, change.Up, change.Scale);
    }

    /// <summary>Normalises rows, with the adapter's gains and shifts where it has some, else with the backbone's.</summary>
    public Tensor Normalize(Tensor rows, int layer, NormPlace place)
    {
        var trainedGain = adapter.Gain(layer, place);
        var trainedShift = adapter.Shift(layer, place);
        var gain = trainedGain is null ? backbone.Gain(layer, place) : null;
        var shift = trainedShift is null ? backbone.Shift(layer, place) : null;
        if (options.Norm != Norm.Rms && backbone.SharesWeights && trainedGain is null && trainedShift is null
            && gain?.shape[0] is null or 1 && shift?.shape[0] is null or 1)
        {
            return nn.functional.layer_norm(rows, [options.Width], gain?.view(-1), shift?.view(-1), options.NormEpsilon);
        }

        var normed = options.Norm == Norm.Rms
            ? rows * rows.Widened().square().mean([-1], keepdim: true).add_(options.NormEpsilon).rsqrt().to(rows.dtype)
            : nn.functional.layer_norm(rows, [options.Width], eps: options.NormEpsilon);
        if ((trainedGain ?? (gain is null ? null : PerRow(gain, rows))) is { } factor)
        {
            normed = normed * factor;
        }

        return (trainedShift ?? (shift is null ? null : PerRow(shift, rows))) is { } added ? normed + added : normed;
    }

    /// <summary>Gains or shifts of seed groups, [G, 1, D], for rows [A, M, D] or [G, N, T, D].</summary>
    private Tensor PerRow(Tensor gain, Tensor rows)
    {
        var perArm = backbone.Groups.PerArm(gain, arms);
        return rows.dim() == 3 ? perArm : perArm.unsqueeze(1);
    }

    /// <summary>The normalisation before attention or MLP, where there is one.</summary>
    public Tensor Before(Tensor rows, int layer, NormPlace place) => NormsBefore(place) ? Normalize(rows, layer, place) : rows;

    /// <summary>The normalisation after attention or MLP, where there is one.</summary>
    public Tensor After(Tensor rows, int layer, NormPlace place) => options.Norm == Norm.Post ? Normalize(rows, layer, place) : rows;

    /// <summary>The normalisation at the end, where there is one.</summary>
    public Tensor Last(Tensor rows) => NormsBefore(NormPlace.Final) ? Normalize(rows, options.Depth, NormPlace.Final) : rows;

    /// <summary>The output matrix and the residual around the attention.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="mixed">Joined heads, [A, M, H·Dh].</param>
    /// <param name="m">Rows per arm.</param>
    /// <param name="input">The layer's input on the same rows.</param>
    public Tensor Attended(int layer, Tensor mixed, int m, Tensor input) =>
        After(options.Attention.Output ? Project(layer, Projection.O, mixed, m, input) : input + mixed, layer, NormPlace.Attention);

    /// <summary>Everything after the attention.</summary>
    public Tensor Mlp(int layer, Tensor rows, int m)
    {
        if (options.Mlp.Hidden == 0)
        {
            return rows;
        }

        return MlpOut(layer, Hidden(layer, Before(rows, layer, NormPlace.Mlp), m), m, rows);
    }

    /// <summary>The MLP's hidden units of its input, [A, M, r].</summary>
    public Tensor Hidden(int layer, Tensor rows, int m) => options.Mlp.Gated
        ? Gated(Project(layer, Projection.MlpGate, rows, m), Project(layer, Projection.MlpIn, rows, m))
        : Activate(Project(layer, Projection.MlpIn, rows, m));

    /// <summary>Hidden units behind their gates.</summary>
    public Tensor Gated(Tensor gates, Tensor hidden) => Activate(gates) * hidden;

    /// <summary>W_2, the residual and what follows.</summary>
    public Tensor MlpOut(int layer, Tensor hidden, int m, Tensor input) =>
        After(Project(layer, Projection.MlpOut, hidden, m, options.Mlp.Residual ? input : null), layer, NormPlace.Mlp);

    /// <summary>The MLP's activation. Not in place: rows are often a view, and autograd copies what changes under a view.</summary>
    public Tensor Activate(Tensor rows) => options.Mlp.Activation switch
    {
        Activation.Relu => rows.relu(),
        Activation.Gelu => rows.gelu(),
        Activation.GeluTanh => rows.gelu(TorchSharp.Modules.GELU.Approximate.tanh),
        Activation.Silu => rows.silu(),
        Activation.Tanh => rows.tanh(),
        _ => throw new NotSupportedException($"No function is defined for the activation {options.Mlp.Activation}."),
    };

    /// <summary><c>sum + scale · left · right</c>; the factor of a product passes through float32, so others are multiplied.</summary>
    public static Tensor AddScaled(Tensor sum, Tensor left, Tensor right, double scale) => (float)scale == scale
        ? sum.baddbmm(left, right, alpha: (float)scale)
        : sum.baddbmm(left * scale, right);
}
