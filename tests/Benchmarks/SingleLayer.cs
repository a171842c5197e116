using System.Text.Json;
using DslExperiments.Experiments.Theory;
using DslExperiments.Methods;

namespace DslExperiments.Benchmarks;

/// <summary>
/// Training of specs/theory/single-layer-limit.yaml against eager PyTorch, one thread each; prints one JSON object.
/// </summary>
internal static class SingleLayer
{
    /// <summary>Arguments: [steps per timing = 2000] [repetitions = 5] [python = /usr/bin/python3].</summary>
    public static int Run(string[] args)
    {
        int steps = args.Length > 0 ? int.Parse(args[0]) : 2000;
        int repetitions = args.Length > 1 ? int.Parse(args[1]) : 5;
        var pytorch = new PyTorch(args.Length > 2 ? args[2] : "/usr/bin/python3");
        if (pytorch.Missing() is { } reason)
        {
            Console.Error.WriteLine(reason);
            return 3;
        }

        var settings = SingleLayerLimit.Full;
        ArmDesign[] designs = [.. settings.Arms.Select(settings.DesignOf).Select(design => design with { Training = design.Training with { Steps = steps } })];

        // (a) One arm alone. A B A B …, so that whatever else the machine does hits both alike.
        var alone = new List<object>();
        var perStep = new Dictionary<string, double>();
        foreach (var design in designs.Where(design => design.Arm.Seed == 0 && SizeOf(design) is 1 or 2 or 8 or 64))
        {
            double[] ours = new double[repetitions], theirs = new double[repetitions];
            Runtime.Train([design with { Training = design.Training with { Steps = 200 } }]);
            for (int repetition = 0; repetition < repetitions; repetition++)
            {
                ours[repetition] = Runtime.Train([design]) / steps;
                theirs[repetition] = pytorch.SecondsPerStep(design.Arm.Method, SizeOf(design), steps);
            }

            perStep[design.Arm.Method + SizeOf(design)] = Rounds.Median(theirs);
            alone.Add(new
            {
                arm = design.Arm.Label,
                ours_us_per_step = Math.Round(Rounds.Median(ours) * 1e6, 1),
                pytorch_us_per_step = Math.Round(Rounds.Median(theirs) * 1e6, 1),
                ratio = Math.Round(Rounds.Median(ours) / Rounds.Median(theirs), 3),
            });
        }

        // (b) All arms: cohorts one after another on one thread, set-up included, against PyTorch arm after arm.
        double[] together = [.. Enumerable.Range(0, repetitions).Select(_ => Runtime.Train(designs))];
        double pytorchSeconds = designs.Sum(design => steps * perStep[design.Arm.Method + Nearest(design)]);
        double ourRate = designs.Length * (double)steps / Rounds.Median(together), theirRate = designs.Length * (double)steps / pytorchSeconds;
        Console.WriteLine(JsonSerializer.Serialize(
            new
            {
                experiment = SingleLayerLimit.Full.Profile + " single-layer-limit",
                threads = 1,
                steps,
                repetitions,
                alone,
                together = new
                {
                    arms = designs.Length,
                    ours_arm_steps_per_second = Math.Round(ourRate),
                    pytorch_arm_steps_per_second = Math.Round(theirRate),
                    ratio = Math.Round(ourRate / theirRate, 2),
                    pytorch_extrapolated = "from seed 0 of the arms listed under alone; the other lengths and ranks take the time of the nearest smaller one",
                },
            },
            new JsonSerializerOptions { WriteIndented = true }));
        return 0;
    }

    private static int SizeOf(ArmDesign design) => design.Method switch
    {
        PromptOptions prompt => prompt.Length,
        LoraOptions lora => lora.Rank,
        _ => 0,
    };

    private static int Nearest(ArmDesign design) => design.Arm.Method == "prompt"
        ? SizeOf(design) switch { < 2 => 1, < 8 => 2, < 64 => 8, _ => 64 }
        : Math.Min(2, SizeOf(design));
}
