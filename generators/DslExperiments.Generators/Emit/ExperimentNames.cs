using DslExperiments.Specs;

namespace DslExperiments.Generators.Emit;

/// <summary>
/// What the parts of an experiment are called in C#. Names of the spec language that would collide with a member of the
/// generated class get a suffix that says what they are: an axis <c>method</c> becomes <c>MethodAxis</c>.
/// </summary>
internal sealed class ExperimentNames
{
    /// <summary>Members of the generated class and of its base that a spec cannot rename; a test compares them with the runtime.</summary>
    public static readonly string[] ReservedInClass =
    {
        "Arm", "Metrics", "Settings", "Arms", "MetricList", "ToMetrics", "Train", "OnStep", "OnArmFinished", "ArmFinished", "Pretrain",
        "ExpectationList", "Info", "SettingsOf", "RunAsync", "ExecuteAsync", "UnknownProfile",
        "Equals", "GetHashCode", "GetType", "ToString", "ReferenceEquals", "MemberwiseClone", "Finalize",
    };

    private static readonly string[] ReservedInSettings = { "Settings", "Arm", "Arms", "Profile", "DesignOf", "Backbone", "Task", "PretrainTask", "PretrainTraining" };
    private static readonly string[] ReservedInArm = { "Arm", "Seed", "Method", "Settings", "Label" };

    public ExperimentNames(ExperimentSpec spec, string className)
    {
        NameScope inClass = new(ReservedInClass.Append(className).ToArray());
        Profiles = spec.Profiles.Select(profile => inClass.Take(CSharpNames.Pascal(profile.Name), "Profile")).ToArray();
        Class = inClass;

        NameScope inMetrics = new("Metrics");
        Metrics = spec.Metrics.Select(metric => inMetrics.Take(metric.Member, "Metric")).ToArray();

        NameScope inArm = new(ReservedInArm);
        NameScope inSettings = new(ReservedInSettings);
        Methods = spec.Methods.Select(method => new MethodNames(method, inArm, inSettings)).ToArray();
    }

    /// <summary>The scope of the class, for what is named later.</summary>
    public NameScope Class { get; }

    /// <summary>One property per profile.</summary>
    public string[] Profiles { get; }

    /// <summary>One property per metric.</summary>
    public string[] Metrics { get; }

    /// <summary>Names of each method.</summary>
    public MethodNames[] Methods { get; }

    /// <summary>The class of an experiment.</summary>
    /// <param name="name">The spec's file name.</param>
    public static string ClassOf(string name)
    {
        string pascal = CSharpNames.Pascal(name);
        return Array.IndexOf(ReservedInClass, pascal) >= 0 || pascal == RegistryNames.Class ? pascal + "Experiment" : pascal;
    }

    /// <summary>The namespace of an experiment.</summary>
    /// <param name="root">The project's root namespace.</param>
    /// <param name="folder">The spec's folder below the specs' root.</param>
    public static string NamespaceOf(string root, string folder) => folder.Length == 0
        ? root
        : root + "." + string.Join(".", folder.Split('/').Select(CSharpNames.Pascal));

    /// <summary>The names of a method of the spec.</summary>
    public MethodNames Method(string name) => Array.Find(Methods, method => method.Spec.Name == name)!;
}

/// <summary>What one method and its axes are called.</summary>
internal sealed class MethodNames
{
    public MethodNames(MethodSpec spec, NameScope inArm, NameScope inSettings)
    {
        Spec = spec;
        string pascal = CSharpNames.Pascal(spec.Name);
        Record = inArm.Take(pascal, "Method");
        Options = inSettings.Take(pascal, "Method");
        Training = inSettings.Take(pascal + "Training", "Options");

        NameScope inRecord = new("Seed", "Method", "Settings", "Label", "Arm", Record);
        Axes = spec.Axes.Select(axis => inRecord.Take(CSharpNames.Pascal(axis.Name), "Axis")).ToArray();
    }

    /// <summary>The method.</summary>
    public MethodSpec Spec { get; }

    /// <summary>The record of its arms: <c>Arm.Prompt</c>.</summary>
    public string Record { get; }

    /// <summary>The property of its options: <c>Settings.Prompt</c>.</summary>
    public string Options { get; }

    /// <summary>The property of its training: <c>Settings.PromptTraining</c>.</summary>
    public string Training { get; }

    /// <summary>One property of the arm per axis.</summary>
    public string[] Axes { get; }

    /// <summary>The property of an axis; <c>Seed</c> for the seed; null when the method lacks it.</summary>
    public string? Axis(string name)
    {
        for (int i = 0; i < Axes.Length; i++)
        {
            if (Spec.Axes[i].Name == name)
            {
                return Axes[i];
            }
        }

        return name == "seed" ? "Seed" : null;
    }
}

/// <summary>What the list of all experiments is called.</summary>
internal static class RegistryNames
{
    /// <summary>The class.</summary>
    public const string Class = "ExperimentRegistry";
}
