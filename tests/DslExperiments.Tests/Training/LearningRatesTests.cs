using DslExperiments.Training;

namespace DslExperiments.Tests.Training;

/// <summary>The course of the learning rate.</summary>
public class LearningRatesTests
{
    [Fact]
    public void Constant_is_constant() =>
        Assert.All(Enumerable.Range(0, 10), step => Assert.Equal(0.3, LearningRates.At(new() { LearningRate = 0.3, Steps = 10 }, step)));

    [Fact]
    public void Warmup_rises_from_zero_to_the_peak()
    {
        var training = new TrainingOptions { Warmup = 4, Steps = 8, Schedule = new LinearSchedule(0) };
        double[] expected = [0.25, 0.5, 0.75, 1, 1, 0.75, 0.5, 0.25];
        Assert.Equal(expected, Enumerable.Range(0, 8).Select(step => LearningRates.Factor(training, step)));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2000, 0.5005)]
    [InlineData(4000, 0.001)]
    public void Cosine_falls_to_its_final_value(int step, double expected) =>
        Assert.Equal(expected, LearningRates.Factor(new() { Steps = 4000, Schedule = new CosineSchedule(1e-3) }, step), 12);

    [Fact]
    public void Warmup_longer_than_the_run_only_rises() =>
        Assert.Equal(0.02, LearningRates.Factor(new() { Steps = 5, Warmup = 100, Schedule = new CosineSchedule(0) }, 1), 12);
}
