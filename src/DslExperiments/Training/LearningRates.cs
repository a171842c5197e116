namespace DslExperiments.Training;

/// <summary>The learning rate of an update.</summary>
public static class LearningRates
{
    /// <summary>
    /// The factor on the peak rate: the k-th of w warm-up updates uses k / w; then the schedule runs from 1 towards its
    /// final value, which it would reach one update after the last.
    /// </summary>
    /// <param name="training">Schedule, warm-up and number of updates.</param>
    /// <param name="step">Updates done before this one.</param>
    public static double Factor(TrainingOptions training, int step)
    {
        if (step < training.Warmup)
        {
            return (step + 1) / (double)training.Warmup;
        }

        int decaySteps = Math.Max(1, training.Steps - training.Warmup);
        double progress = Math.Min(1, (step - training.Warmup) / (double)decaySteps);
        return training.Schedule switch
        {
            ConstantSchedule => 1,
            LinearSchedule linear => 1 + ((linear.Final - 1) * progress),
            CosineSchedule cosine => cosine.Final + ((1 - cosine.Final) * 0.5 * (1 + Math.Cos(Math.PI * progress))),
            _ => throw new NotSupportedException($"No course is defined for the schedule {training.Schedule}."),
        };
    }

    /// <summary>The rate of an update.</summary>
    public static double At(TrainingOptions training, int step) => training.LearningRate * Factor(training, step);
}
