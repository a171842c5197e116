using DslExperiments.Methods;
using static TorchSharp.torch;

namespace DslExperiments.Backbones;

/// <content>The first adapted layer when its weights are changed and it sees no virtual tokens.</content>
internal sealed partial class FrozenPass
{
    private Tensor ChangedLayer(int layer, bool last)
    {
        int tq = last ? content.ReadCount : content.Length, m = sequences * tq;
        bool frozenMix = !ScoresAndValues.Any(projection => adapter.Touches(layer, projection));
        Tensor residual() => QueryInput(layer, last);
        Tensor ResidualForArms() => ForArms(Stage.InputReads, layer, residual);
        if (!frozenMix)
        {
            var input = new LiveRows(null!, 0, sequences, content.Length, 0);
            Tensor queries() => QueryNormed(layer, last);
            Tensor keys() => Normed(layer);
            var mixed = Live().Mix(
                layer,
                FromConstant(layer, Projection.Q, Stage.NormedReads, queries, Stage.QueryProduct),
                FromConstant(layer, Projection.K, Stage.Normed, keys, Stage.KeyProduct),
                FromConstant(layer, Projection.V, Stage.Normed, keys, Stage.ValueProduct),
                input,
                last);
            return live.Mlp(layer, live.Attended(layer, mixed, m, ResidualForArms()), m);
        }

        Tensor Mixed() => Full(Stage.Mixed, layer, () => Means(layer, last).reshape(groups, content.Sequences, tq, heads * headWidth));
        if (adapter.Touches(layer, Projection.O))
        {
            var joined = FromConstant(layer, Projection.O, Stage.Mixed, Mixed, Stage.OutputBase, residual);
            return live.Mlp(layer, live.After(joined, layer, NormPlace.Attention), m);
        }

        Tensor Attended() => Full(Stage.Attended, layer, () =>
            Frozen().Attended(layer, Flat(Mixed()), content.Sequences * tq, Flat(residual())).view(groups, content.Sequences, tq, width));
        Tensor AttendedForArms() => ForArms(Stage.Attended, layer, Attended);
        if (adapter.TouchesNorm(layer, NormPlace.Mlp))
        {
            return live.Mlp(layer, AttendedForArms(), m);
        }

        Tensor MlpInput() => Full(Stage.MlpInput, layer, () => Frozen().Before(Attended(), layer, NormPlace.Mlp));
        if (adapter.Touches(layer, Projection.MlpIn) || adapter.Touches(layer, Projection.MlpGate))
        {
            var inner = FromConstant(layer, Projection.MlpIn, Stage.MlpInput, MlpInput, Stage.MlpBase);
            var hidden = options.Mlp.Gated
                ? live.Gated(FromConstant(layer, Projection.MlpGate, Stage.MlpInput, MlpInput, Stage.GateBase), inner)
                : live.Activate(inner);
            return live.MlpOut(layer, hidden, m, AttendedForArms());
        }

        Tensor Hidden() => Full(Stage.Hidden, layer, () => Frozen().Hidden(layer, Flat(MlpInput()), content.Sequences * tq)
            .view(groups, content.Sequences, tq, options.Mlp.Hidden));
        var output = FromConstant(layer, Projection.MlpOut, Stage.Hidden, Hidden, Stage.Output, options.Mlp.Residual ? Attended : null);
        return live.After(output, layer, NormPlace.Mlp);
    }

    /// <summary>Constant rows times an adapted weight; the frozen part of the product is constant too.</summary>
    private Tensor FromConstant(
        int layer, Projection projection, Stage rowsStage, Func<Tensor> rows, Stage productStage, Func<Tensor>? residual = null)
    {
        if (adapter.Replacement(layer, projection) is { } trained)
        {
            var added = residual is null ? null : ForArms(projection == Projection.O ? Stage.InputReads : Stage.Attended, layer, residual);
            return RowMath.Replaced(trained, ForArms(rowsStage, layer, rows), added);
        }

        var product = ForArms(productStage, layer, () =>
        {
            var all = rows();
            long[] shape = all.shape;
            int m = (int)(shape[1] * shape[2]);
            return Frozen().Project(layer, projection, all.reshape(shape[0], m, shape[3]), m, residual is null ? null : Flat(residual()))
                .view(shape[0], shape[1], shape[2], -1);
        });
        return adapter.Change(layer, projection) is null
            ? product
            : live.Changed(layer, projection, ForArms(rowsStage, layer, rows), product);
    }
}
