using System.Collections.Immutable;
using DslExperiments.Metrics;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Cohorts;

/// <content>The metric that early stopping watches, evaluated on all lanes at once while they are trained.</content>
public sealed partial class Cohort
{
    private Func<double[]>? evaluation;

    /// <summary>What the wider cohort measured at the first pass, which must be the same to the bit; empty where no metric is watched.</summary>
    internal ImmutableArray<double> ReferenceValues { get; set; } = [];

    /// <summary>Updates between two evaluations of the metric that early stopping watches; 0 where it watches the losses.</summary>
    public static int EvaluateEvery(TrainingOptions training) => training.EarlyStopping switch
    {
        { Metric: "" } => 0,
        { Every: > 0 and var every } => every,
        _ => MeasureEvery(training),
    };

    private string Watched => Trainings[0].EarlyStopping.Metric;

    private void Watch(TrainedCohort trained, IReadOnlyList<Metric> metrics)
    {
        if (Watched.Length > 0)
        {
            var metric = metrics.First(metric => metric.Name == Watched);

            // What a trained cohort has computed once it keeps, so that every evaluation has one of its own.
            evaluation = () => Measured(metric, new TrainedCohort(this, trained.Backbone, trained.Task, trained.Adapter));
        }
    }

    private void CheckWatch()
    {
        if (Watched.Length > 0 && evaluation is null)
        {
            throw new InvalidOperationException($"Early stopping watches the metric {Watched}: give Steps the metrics.");
        }
    }

    /// <summary>Evaluates the metric where it is time to: lanes may leave by it.</summary>
    private void Evaluate(int step, Func<int, LaneState>? take, bool isDue)
    {
        if (evaluation is null || record.AllLeft || (!isDue && (step % EvaluateEvery(Trainings[0]) > 0 || IsEvaluated(step))))
        {
            return;
        }

        record.Evaluate(step, EvaluateNow(), take);
    }

    /// <summary>True unless the metric of some lane that is trained is not what the wider cohort measured.</summary>
    private bool HasReferenceValues()
    {
        if (ReferenceValues.IsEmpty || evaluation is null)
        {
            return true;
        }

        double[] values = EvaluateNow();
        return Reference!.Value.Index().All(lane => lane.Item is null
            || BitConverter.DoubleToInt64Bits(values[lane.Index]) == BitConverter.DoubleToInt64Bits(ReferenceValues[lane.Index]));
    }

    private bool IsEvaluated(int step) => record.Evaluations.Count > 0 && record.Evaluations[^1].Step == step;

    private double[] EvaluateNow()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return evaluation!();
    }
}
