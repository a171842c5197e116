using System.Reflection;
using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Generators.Emit;
using DslExperiments.Generators.Tests.Support;
using DslExperiments.Methods;
using DslExperiments.Tasks;

namespace DslExperiments.Generators.Tests;

/// <summary>The classes that generated harnesses construct exist, with the constructors that they call.</summary>
public class HarnessTypeTests
{
    public static TheoryData<string> Families => [.. Specs.Tasks.All.Where(family => family != Specs.Tasks.Custom).Select(family => family.Name)];

    public static TheoryData<string> MethodNames => [.. Specs.Methods.All.Select(method => method.Name)];

    public static TheoryData<string> MetricNames => [.. Specs.Metrics.All.Select(metric => metric.Name)];

    [Theory]
    [MemberData(nameof(Families))]
    public void A_task_is_made_from_options_backbone_and_seeds(string name)
    {
        string options = Specs.Tasks.All.Single(family => family.Name == name).Section.CSharpType;
        var type = RuntimeTypes.Find(HarnessTypes.Task(options));

        Assert.True(typeof(TaskFamily).IsAssignableFrom(type));
        Assert.True(typeof(TaskOptions).IsAssignableFrom(RuntimeTypes.Find(options)));
        Type[] arguments = [RuntimeTypes.Find(options), typeof(Transformer), PropertyOfCohort(nameof(Cohort.Seeds))];
        AssertCallable(type, HarnessTypes.ReadsTexts(options) ? [.. arguments, PropertyOfCohort(nameof(Cohort.Files)), PropertyOfCohort(nameof(Cohort.Tokenizer))] : arguments);
    }

    [Theory]
    [MemberData(nameof(MethodNames))]
    public void An_adapter_is_made_from_options_of_all_arms_backbone_seeds_and_sometimes_the_task(string name)
    {
        string options = Specs.Methods.All.Single(method => method.Name == name).Section.CSharpType;
        var type = RuntimeTypes.Find(HarnessTypes.Adapter(options));
        var optionsOfArms = typeof(Cohort).GetMethod(nameof(Cohort.Options))!.MakeGenericMethod(RuntimeTypes.Find(options)).ReturnType;
        Type[] arguments = [optionsOfArms, typeof(Transformer), PropertyOfCohort(nameof(Cohort.AdapterSeeds))];

        Assert.True(typeof(Adapter).IsAssignableFrom(type));
        Assert.True(typeof(MethodOptions).IsAssignableFrom(RuntimeTypes.Find(options)));
        foreach (var family in new[] { Specs.Tasks.SharedTokenPair, Specs.TextTasks.Classification })
        {
            AssertCallable(type, HarnessTypes.ReadsTask(options, family.Section.CSharpType) ? [.. arguments, typeof(TaskFamily)] : arguments);
        }
    }

    [Fact]
    public void A_backbone_is_made_from_options_seeds_device_and_weights() => Assert.All(Specs.Backbones.All, kind => AssertCallable(
        RuntimeTypes.Find(HarnessTypes.Backbone(kind.Section.CSharpType)),
        typeof(TransformerOptions),
        PropertyOfCohort(nameof(Cohort.Seeds)),
        PropertyOfCohort(nameof(Cohort.Device)),
        PropertyOfCohort(nameof(Cohort.Pretrained))));

    [Fact]
    public void A_custom_task_is_made_from_options_the_user_s_class_backbone_and_seeds() => AssertCallable(
        RuntimeTypes.Find(Emit.Runtime.Tasks + "CustomTaskFamily"),
        RuntimeTypes.Find(Specs.Tasks.Custom.Section.CSharpType),
        typeof(CustomTask),
        typeof(Transformer),
        PropertyOfCohort(nameof(Cohort.Seeds)));

    [Theory]
    [MemberData(nameof(MetricNames))]
    public void A_metric_is_made_from_nothing_and_has_the_table_s_name(string name)
    {
        var type = RuntimeTypes.Find(Specs.Metrics.Find(name)!.CSharpType);

        Assert.Equal(name, Assert.IsAssignableFrom<DslExperiments.Metrics.Metric>(Activator.CreateInstance(type)).Name);
    }

    [Fact]
    public void Every_metric_of_the_runtime_is_in_the_table() => Assert.Equal(
        typeof(DslExperiments.Metrics.Metric).Assembly.GetExportedTypes()
            .Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(DslExperiments.Metrics.Metric)) && type != typeof(DslExperiments.Metrics.CustomMetric))
            .Select(type => "global::" + type.FullName)
            .Order(StringComparer.Ordinal),
        Specs.Metrics.All.Select(metric => metric.CSharpType).Order(StringComparer.Ordinal));

    [Fact]
    public void An_unknown_options_record_has_no_class() => Assert.Throws<NotSupportedException>(() => HarnessTypes.Task("global::Nothing"));

    private static Type PropertyOfCohort(string name) => typeof(Cohort).GetProperty(name)!.PropertyType;

    private static void AssertCallable(Type type, params Type[] arguments)
    {
        Assert.False(type.IsAbstract);
        Assert.Contains(type.GetConstructors(), constructor => Accepts(constructor.GetParameters(), arguments));
    }

    private static bool Accepts(ParameterInfo[] parameters, Type[] arguments) =>
        parameters.Length >= arguments.Length
        && parameters.Zip(arguments).All(pair => pair.First.ParameterType.IsAssignableFrom(pair.Second))
        && parameters.Skip(arguments.Length).All(parameter => parameter.IsOptional);
}
