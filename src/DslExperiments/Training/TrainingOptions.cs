namespace DslExperiments.Training;

/// <summary>How an arm is trained.</summary>
public sealed record TrainingOptions
{
    /// <summary>The update rule.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.Adam;

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Number of updates; 0 measures the start.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>What happens to the learning rate after the warm-up.</summary>
    public Schedule Schedule { get; init; } = new ConstantSchedule();

    /// <summary>Steps over which the learning rate rises linearly from 0.</summary>
    public int Warmup { get; init; }

    /// <summary>Largest gradient norm of an arm; 0 for no clipping.</summary>
    public double Clip { get; init; }

    /// <summary>Decoupled for AdamW and Adafactor, L2 for Adam and SGD.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Decay of the first moment (Adam, AdamW).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment (Adam, AdamW).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the second moment (Adam, AdamW).</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Momentum of SGD.</summary>
    public double Momentum { get; init; }

    /// <summary>Sequences per step; 0 for all of them.</summary>
    public int Batch { get; init; }

    /// <summary>Steps between two lines of metrics.jsonl; 0 for a twentieth of the steps.</summary>
    public int MeasureEvery { get; init; }

    /// <summary>How often an arm is trained, each time from another start; the result with the smallest loss counts.</summary>
    public int Restarts { get; init; } = 1;

    /// <summary>When the arm stops before its last step.</summary>
    public EarlyStoppingOptions EarlyStopping { get; init; } = new();
}

/// <summary>How the backbone itself is trained, once per seed, before it is frozen (<c>pretrain:</c>).</summary>
public sealed record PretrainOptions
{
    /// <summary>What it learns.</summary>
    public required Tasks.TaskOptions Task { get; init; }

    /// <summary>How it is trained.</summary>
    public required TrainingOptions Training { get; init; }
}

/// <summary>Update rules.</summary>
public enum OptimizerKind
{
    /// <summary>Kingma and Ba 2015.</summary>
    Adam,

    /// <summary>Loshchilov and Hutter 2019; weight decay 0 unless set.</summary>
    AdamW,

    /// <summary>Stochastic gradient descent, with momentum when set.</summary>
    Sgd,

    /// <summary>Shazeer and Stern 2018 as Lester et al. 2021 use it: beta2 decay 0.8, no parameter scaling, no first moment.</summary>
    Adafactor,
}

/// <summary>Course of the learning rate after the warm-up, as a factor on its peak.</summary>
public abstract record Schedule;

/// <summary><c>constant</c>.</summary>
public sealed record ConstantSchedule : Schedule;

/// <summary><c>linear(final)</c>: a straight line down to <paramref name="Final"/> of the peak.</summary>
public sealed record LinearSchedule(double Final) : Schedule;

/// <summary><c>cosine(final)</c>: half a cosine down to <paramref name="Final"/> of the peak.</summary>
public sealed record CosineSchedule(double Final) : Schedule;
