using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Planning;
using DslExperiments.Tasks;
using DslExperiments.Training;
using static TorchSharp.torch;

namespace DslExperiments.Tests.Cohorts;

/// <summary>Which arms train together.</summary>
public class CohortPlannerTests
{
    [Fact]
    public void Every_arm_is_in_exactly_one_cohort()
    {
        var designs = Grid([1, 2, 4, 8, 16, 32, 64], 4).Concat(Ranks([1, 2, 4], 4)).ToArray();
        var plan = CohortPlanner.Plan(designs);
        Assert.Equal(Enumerable.Range(0, designs.Length), plan.SelectMany(cohort => cohort.Arms).Order());
        Assert.All(plan, cohort => Assert.Equal(cohort.Arms.Select(arm => designs[arm]), cohort.Designs));
        Assert.Equal(Enumerable.Range(0, plan.Count), plan.Select(cohort => cohort.Index));
    }

    [Fact]
    public void Seeds_are_stacked_in_even_runs()
    {
        foreach (var cohort in CohortPlanner.Plan(Grid([1, 2, 4, 8, 16, 32, 64], 4)))
        {
            var groups = new SeedGroups([.. cohort.Designs.Select(design => design.Arm.Seed)], float64, CPU);
            Assert.Equal(4, groups.Count);
        }
    }

    [Fact]
    public void Padding_at_most_doubles_long_prompts()
    {
        foreach (var cohort in CohortPlanner.Plan(Grid([1, 5, 9, 20, 50, 100, 150], 3)))
        {
            var lengths = cohort.Designs.Select(design => Math.Max(8, ((PromptOptions)design.Method).Length)).ToArray();
            Assert.True(lengths.Max() <= 2 * lengths.Min(), string.Join(' ', lengths));
        }
    }

    [Fact]
    public void Padding_is_at_most_half_of_a_long_prompt()
    {
        var plan = CohortPlanner.Plan(Grid([8, 9, 15, 16, 17, 31, 33, 64, 100, 150], 3));
        Assert.All(plan, cohort => Assert.InRange(CohortPlanner.PaddingOf(cohort), 0, 0.5));
        Assert.Equal(0.25, CohortPlanner.PaddingOf(Harness.PlanOf([.. Grid([4, 8], 1)])), 12);
        Assert.Equal(0, CohortPlanner.PaddingOf(Harness.PlanOf(Harness.Design(new FullOptions(), 0))));
    }

    [Fact]
    public void Near_lengths_stand_together()
    {
        var lengths = CohortPlanner.Plan(Grid([100, 12, 51, 200, 13, 60, 9], 2))
            .Select(cohort => cohort.Designs.Select(design => ((PromptOptions)design.Method).Length).ToArray())
            .OrderBy(cohort => cohort.Min()).ToArray();
        Assert.All(lengths.Zip(lengths.Skip(1)), pair => Assert.True(pair.First.Max() <= pair.Second.Min()));
    }

    [Fact]
    public void Large_grids_are_cut_evenly()
    {
        var plan = CohortPlanner.Plan(Grid([8], 300));
        Assert.All(plan, cohort => Assert.InRange(cohort.Designs.Length, (300 / plan.Count) - 1, CohortSize.Most));
        plan = CohortPlanner.Plan(Grid([.. Enumerable.Range(1, 100)], 2));
        Assert.All(plan, cohort => Assert.InRange(cohort.Designs.Length, 2, CohortSize.Most));
    }

    [Fact]
    public void Arms_of_much_work_are_few_together_and_arms_of_little_many()
    {
        int Together(int width, int depth, int sequences, int length) => CohortSize.Of(
            [Harness.Design(new PromptOptions { Length = 20 }, 0, Harness.SingleLayer with { Width = width, Depth = depth, Mlp = new MlpOptions { Hidden = 4 * width } },
                new SharedTokenPairOptions { Sequences = sequences, Length = length })],
            double.PositiveInfinity);

        Assert.Equal(CohortSize.Most, Together(10, 1, 2, 2));
        Assert.InRange(Together(64, 2, 8, 16), 8, 64);
        Assert.InRange(Together(256, 4, 16, 32), 1, 4);
        Assert.True(Together(64, 2, 8, 16) >= Together(128, 2, 8, 16) && Together(128, 2, 8, 16) >= Together(256, 2, 8, 16));
    }

    [Fact]
    public void A_sweep_of_much_work_has_something_for_a_second_core()
    {
        var wide = Harness.SingleLayer with { Width = 64, Depth = 2, Mlp = new MlpOptions { Hidden = 256 } };
        ArmDesign[] Arms(int count) => [.. Enumerable.Range(0, count).Select(seed => Harness.Design(
            new PromptOptions { Length = 20 }, seed, wide, new SharedTokenPairOptions { Sequences = 8, Length = 16 }))];

        Assert.Equal([8, 8], CohortPlanner.Plan(Arms(16)).Select(cohort => cohort.Designs.Length));

        // Where arms are cheap together only, both halves would take almost as long as the whole.
        Assert.Single(CohortPlanner.Plan(Grid([8], 4)));

        // Another method that takes as long is enough for two cores.
        var loras = Arms(16).Select((arm, seed) => Harness.Design(new LoraOptions { Rank = 4 }, seed, wide, arm.Task));
        var both = CohortPlanner.Plan([.. Arms(16), .. loras]);
        Assert.Equal(32, both.Sum(cohort => cohort.Designs.Length));
        Assert.InRange(CohortTime.Together(both.Select(CohortTime.Of).OrderDescending(), 2), 0, 0.6 * both.Sum(CohortTime.Of));

        // Three equal cohorts keep one core waiting for a third of the time; parting one of them is not enough.
        var three = CohortPlanner.Plan([.. Enumerable.Range(0, 3).SelectMany(steps => Arms(8).Select(arm => arm with { Training = arm.Training with { Steps = 100 + steps } }))]);
        Assert.InRange(CohortTime.Together(three.Select(CohortTime.Of).OrderDescending(), 2), 0, 0.6 * three.Sum(CohortTime.Of));
    }

    [Fact]
    public void Cohorts_go_to_the_first_core_that_is_free() => Assert.Equal(7, CohortTime.Together([5, 4, 3, 2], 2));

    [Fact]
    public void Seeds_that_are_compared_are_never_parted()
    {
        var designs = Grid([4, 8, 16, 32], 200);
        Assert.Contains(CohortPlanner.Plan(designs), cohort => cohort.Designs.Select(design => design.Arm.Seed).Distinct().Count() < 200);
        foreach (double memory in (double[])[double.PositiveInfinity, 1])
        {
            var plan = CohortPlanner.Plan(designs, memory, seedsTogether: true);
            Assert.Equal(Enumerable.Range(0, designs.Length), plan.SelectMany(cohort => cohort.Arms).Order());
            Assert.All(plan, cohort => Assert.All(
                cohort.Designs.GroupBy(design => design.Method), setting => Assert.Equal(200, setting.Select(design => design.Arm.Seed).Distinct().Count())));
        }
    }

    [Fact]
    public void A_memory_budget_makes_smaller_cohorts_of_the_same_arms()
    {
        ArmDesign[] designs = [.. Grid([2, 4, 8, 16], 16)];
        double largest = CohortPlanner.Plan(designs).Max(cohort => CohortMemory.Of(cohort.Designs).Peak);
        int last = 0;
        foreach (double memory in (double[])[largest, largest / 2, largest / 4, largest / 16])
        {
            var plan = CohortPlanner.Plan(designs, memory);
            Assert.Equal(Enumerable.Range(0, designs.Length), plan.SelectMany(cohort => cohort.Arms).Order());
            Assert.All(plan, cohort => Assert.True(CohortMemory.Of(cohort.Designs).Peak <= memory || cohort.Designs.Length == 1));
            Assert.True(plan.Count >= last);
            last = plan.Count;
        }

        Assert.True(last > CohortPlanner.Plan(designs).Count);
        Assert.All(CohortPlanner.Plan(designs, 1), cohort => Assert.Single(cohort.Designs));
    }

    [Fact]
    public void Unequal_arms_part()
    {
        var one = Harness.Design(new LoraOptions { On = [Projection.Q] }, 0);
        ArmDesign[] others =
        [
            Harness.Design(new LoraOptions { On = [Projection.V] }, 0),
            Harness.Design(new PromptOptions(), 0),
            Harness.Design(new LoraOptions { On = [Projection.Q] }, 0, Harness.SingleLayer with { Causal = true }),
            Harness.Design(new LoraOptions { On = [Projection.Q] }, 0, training: one.Training with { Steps = 51 }),
            Harness.Design(new LoraOptions { On = [Projection.Q] }, 0, training: one.Training with { Optimizer = OptimizerKind.Sgd }),
            Harness.Design(new LoraOptions { On = [Projection.Q] }, 0, training: one.Training with { Batch = 1 }),
        ];
        Assert.All(others, other => Assert.Equal(2, CohortPlanner.Plan([one, other]).Count));
        Assert.Single(CohortPlanner.Plan([one, Harness.Design(new LoraOptions { On = [Projection.Q, Projection.Q], Rank = 3 }, 0, training: one.Training with { LearningRate = 1 })]));
    }

    [Fact]
    public void What_decides_the_rows_of_a_hybrid_or_a_written_prompt_parts_arms()
    {
        PromptLoraOptions Both(int length, double dropout) => new() { Prompt = new() { Length = length }, Lora = new() { Dropout = dropout } };
        Assert.Single(CohortPlanner.Plan([Harness.Design(Both(2, 0), 0), Harness.Design(Both(3, 0), 0)]));
        Assert.Equal(2, CohortPlanner.Plan([Harness.Design(Both(2, 0.1), 0), Harness.Design(Both(3, 0.1), 0)]).Count);
        Assert.Single(CohortPlanner.Plan([Harness.Design(Both(2, 0.1), 0), Harness.Design(Both(2, 0.2), 0)]));

        var gpt2 = new Gpt2Options { Width = 8, Heads = 2, Vocabulary = 20, Context = 30 };
        HardPromptOptions examples = new() { Examples = 2, Candidates = 0 };
        Assert.Equal(2, CohortPlanner.Plan([Harness.Design(examples, 0, gpt2), Harness.Design(examples, 1, gpt2)]).Count);
        Assert.Single(CohortPlanner.Plan([Harness.Design(examples with { Length = 5 }, 0, gpt2), Harness.Design(examples with { Length = 5 }, 1, gpt2)]));
        Assert.Single(CohortPlanner.Plan([Harness.Design(examples, 0), Harness.Design(examples, 1)]));
    }

    [Fact]
    public void Equal_arms_are_kept_apart()
    {
        var twice = Grid([4], 2).Concat(Grid([4], 2)).ToArray();
        var plan = CohortPlanner.Plan(twice);
        Assert.Equal(Enumerable.Range(0, 4), plan.SelectMany(cohort => cohort.Arms).Order());
    }

    [Fact]
    public void Uneven_seeds_still_plan()
    {
        ArmDesign[] designs = [.. Grid([1, 2], 3), Harness.Design(new PromptOptions { Length = 4 }, 7)];
        Assert.Equal(Enumerable.Range(0, 7), CohortPlanner.Plan(designs).SelectMany(cohort => cohort.Arms).Order());
    }

    private static ArmDesign[] Grid(int[] lengths, int seeds) =>
        [.. from length in lengths from seed in Enumerable.Range(0, seeds) select Harness.Design(new PromptOptions { Length = length }, seed)];

    private static ArmDesign[] Ranks(int[] ranks, int seeds) =>
        [.. from rank in ranks from seed in Enumerable.Range(0, seeds) select Harness.Design(new LoraOptions { Rank = rank, On = [Projection.Mlp] }, seed)];
}
