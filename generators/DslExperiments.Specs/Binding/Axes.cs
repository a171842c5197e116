namespace DslExperiments.Specs;

/// <summary>A swept field of a method.</summary>
/// <param name="Section">The part of the settings.</param>
/// <param name="Leaf">The field in it.</param>
/// <param name="Name">The name in expectations and reports.</param>
/// <param name="Keys">The full keys that set it in some profile; the first one stands for it.</param>
internal sealed record Axis(SettingsSection Section, Leaf Leaf, string Name, string[] Keys)
{
    public AxisSpec ToSpec() => new(Name, Section, Leaf.MemberPath, Leaf.Field.Type!.CSharpType, Keys[0]);
}

/// <summary>A method with its axes in the order of its arms' values.</summary>
internal sealed record MethodAxes(string Method, Axis[] Axes)
{
    public Axis? Find(string name) => Array.Find(Axes, axis => axis.Name == name);
}

/// <summary>Finds the axes of all methods: a field that is a list in any profile is an axis in all of them.</summary>
internal static class AxisFinder
{
    private static readonly SettingsSection[] Order = { SettingsSection.Method, SettingsSection.Training, SettingsSection.Task, SettingsSection.Backbone, SettingsSection.PretrainTraining };

    /// <summary>The axes of each method, in the order of the methods.</summary>
    public static MethodAxes[] Find(List<BoundProfile> profiles)
    {
        BoundProfile full = profiles[0];
        List<List<Axis>> all = new();
        foreach (BoundMethod method in full.Methods)
        {
            List<Axis> axes = new();
            foreach (SettingsSection section in Order)
            {
                foreach (BoundField field in full.Fields(method, section))
                {
                    if (Sources(profiles, method.Name, section, field.Leaf.Index) is string[] keys)
                    {
                        axes.Add(new Axis(section, field.Leaf, "", keys));
                    }
                }
            }

            all.Add(axes);
        }

        MethodAxes[] named = new MethodAxes[all.Count];
        for (int i = 0; i < named.Length; i++)
        {
            string method = full.Methods[i].Name;
            named[i] = new MethodAxes(method, all[i].Select(axis => axis with { Name = Name(axis, method, all) }).ToArray());
        }

        return named;
    }

    /// <summary>The keys that set a field of a method, when it is swept in some profile.</summary>
    private static string[]? Sources(List<BoundProfile> profiles, string method, SettingsSection section, int leaf)
    {
        bool swept = false;
        List<string> keys = new();
        foreach (BoundProfile profile in profiles)
        {
            BoundMethod? bound = Array.Find(profile.Methods, m => m.Name == method);
            if (bound is null)
            {
                continue;
            }

            BoundField field = profile.Fields(bound, section)[leaf];
            swept |= field.IsSweep;
            if (field.IsGiven && !keys.Contains(field.Key))
            {
                keys.Add(field.Key);
            }
        }

        return swept ? keys.ToArray() : null;
    }

    /// <summary>
    /// The last key; with its section before it when two axes would share a name. An axis of the method itself keeps
    /// the short name, and a shared axis has one name in all methods.
    /// </summary>
    private static string Name(Axis axis, string method, List<List<Axis>> all)
    {
        string last = axis.Leaf.Field.Key;
        bool isOwn = axis.Section == SettingsSection.Method;
        bool collides = CSharpNames.IsReservedForAxes(CSharpNames.Pascal(last));
        bool twiceInSection = false;
        foreach (Axis other in all.SelectMany(axes => axes))
        {
            bool same = other.Section == axis.Section && (isOwn || other.Leaf.Index == axis.Leaf.Index);
            if (!same && !isOwn && other.Leaf.Field.Key == last)
            {
                collides = true;
                twiceInSection |= other.Section == axis.Section;
            }
        }

        string section = isOwn ? method : axis.Section == SettingsSection.PretrainTraining ? SpecLanguage.Pretrain : axis.Section.ToString().ToLowerInvariant();
        return !collides ? last : section + "_" + (twiceInSection ? axis.Leaf.Path.Replace('.', '_') : last);
    }
}
