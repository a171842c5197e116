namespace DslExperiments.Specs;

/// <summary>How arms are trained: the keys under <c>training:</c>, shared or a method's own.</summary>
internal static class Training
{
    private const string Namespace = "global::DslExperiments.Training.";
    private const int MaxSteps = 1_000_000_000;
    private static readonly NumberType Fraction = new(0, 1);
    private static readonly NumberType Decay = new(0, 1, belowMax: true);

    public static readonly ChoiceType Optimizer = new(
        Namespace + "OptimizerKind",
        new Word("adam", "Adam", "Kingma and Ba 2015"),
        new Word("adamw", "AdamW", "Loshchilov and Hutter 2019; weight decay 0 unless set"),
        new Word("sgd", "Sgd", "stochastic gradient descent, with momentum when set"),
        new Word("adafactor", "Adafactor", "Shazeer and Stern 2018 as Lester et al. 2021 use it"));

    public static readonly CallType Schedule = new(
        Namespace + "Schedule",
        new CallFunction("constant", Namespace + "ConstantSchedule", "the peak to the end"),
        new CallFunction("linear", Namespace + "LinearSchedule", "a straight line down to final times the peak", new Parameter("final", Fraction, new SpecValue.Number(0))),
        new CallFunction("cosine", Namespace + "CosineSchedule", "half a cosine down to final times the peak", new Parameter("final", Fraction, new SpecValue.Number(0))));

    public static readonly Section Section = new(
        Namespace + "TrainingOptions",
        new Field("optimizer", "Optimizer", Optimizer, Optimizer.Of("adam"), "The update rule."),
        new Field("learning_rate", "LearningRate", new NumberType(0, 1e6, aboveMin: true), new SpecValue.Number(1e-3), "Peak learning rate."),
        new Field("steps", "Steps", new IntType(0, MaxSteps), new SpecValue.Int(1000), "Number of updates; 0 measures the start."),
        new Field("schedule", "Schedule", Schedule, Schedule.Of("constant"), "What happens to the learning rate after the warm-up."),
        new Field("warmup", "Warmup", new IntType(0, MaxSteps), new SpecValue.Int(0), "Steps over which the learning rate rises linearly from 0."),
        new Field("clip", "Clip", new NumberType(0, double.PositiveInfinity), new SpecValue.Number(0), "Largest gradient norm of an arm; 0 for no clipping."),
        new Field("weight_decay", "WeightDecay", new NumberType(0, double.PositiveInfinity), new SpecValue.Number(0), "Decoupled for adamw and adafactor, L2 for adam and sgd."),
        new Field("beta1", "Beta1", Decay, new SpecValue.Number(0.9), "Decay of the first moment (adam, adamw)."),
        new Field("beta2", "Beta2", Decay, new SpecValue.Number(0.999), "Decay of the second moment (adam, adamw)."),
        new Field("epsilon", "Epsilon", new NumberType(0, 1, aboveMin: true), new SpecValue.Number(1e-8), "Added to the root of the second moment (adam, adamw)."),
        new Field("momentum", "Momentum", Decay, new SpecValue.Number(0), "Momentum (sgd)."),
        new Field("batch", "Batch", new IntType(0, Limits.MaxSize), new SpecValue.Int(0), "Sequences per step; 0 for all of them."),
        new Field("measure_every", "MeasureEvery", new IntType(0, MaxSteps), new SpecValue.Int(0), "Steps between two measurements; 0 for a twentieth of the steps."),
        new Field("restarts", "Restarts", new IntType(1, 1000), new SpecValue.Int(1), "How often an arm is trained, each time from another start; the smallest loss counts."),
        Field.Of("early_stopping", "EarlyStopping", "When an arm stops before its last step, by its training loss at the measured steps or by a metric, and with which numbers it ends.", new Section(
            Namespace + "EarlyStoppingOptions",
            new Field("patience", "Patience", new IntType(0, MaxSteps), new SpecValue.Int(0), "Measurements in a row without progress after which an arm stops, with the numbers that it has then; 0 for never."),
            new Field("min_delta", "MinDelta", new NumberType(0, double.PositiveInfinity), new SpecValue.Number(0), "By how much a value must be better than the best one before it to count as progress."),
            new Field("stopping_threshold", "StoppingThreshold", new NumberType(0, double.PositiveInfinity), new SpecValue.Number(0), "An arm stops as soon as its value is this or better; 0 for never."),
            new Field("metric", "Metric", new TextType(200), new SpecValue.Text(""), "The metric that is watched, one of metrics, in the direction in which it is better; without one the training loss.") { IsSweepable = false },
            new Field("every", "Every", new IntType(1, MaxSteps), new SpecValue.Int(0), "Updates between two evaluations of the metric; without it as many as between two measurements of the loss.") { IsSweepable = false, StandIn = "measure_every" },
            new Field("restore_best", "RestoreBest", new BoolType(), new SpecValue.Bool(false), "Whether an arm ends with the numbers of its best measurement, in place of its last ones."))));
}
