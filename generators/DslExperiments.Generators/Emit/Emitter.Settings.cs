using DslExperiments.Specs;

namespace DslExperiments.Generators.Emit;

/// <summary>Shapes as constants, one record of settings, one value of it per profile.</summary>
internal sealed partial class Emitter
{
    private readonly Dictionary<string, string> constants = new(StringComparer.Ordinal);

    private ProfileSpec Full => spec.Profiles[0];

    private void EmitSettings()
    {
        writer.Heading("Settings");
        EmitConstants(SettingsSection.Backbone, "backbone", "", profile => profile.Backbone);
        EmitConstants(SettingsSection.Task, "task", "Task", profile => profile.Task);
        EmitSettingsRecord();
        EmitFullProfile();
        for (int i = 1; i < spec.Profiles.Count; i++)
        {
            EmitOtherProfile(spec.Profiles[i], names.Profiles[i]);
        }

        writer.Lines($$"""

            /// <summary>The arms of the full study.</summary>
            public static {{Runtime.ImmutableArray}}<Arm> Arms { get; } =
                [.. global::System.Linq.ImmutableArrayExtensions.Select({{names.Profiles[0]}}.Arms, static planned => planned.Arm)];
            """);
    }

    /// <summary>Whole numbers that neither an axis nor a profile changes: the shapes that people look for first.</summary>
    private void EmitConstants(SettingsSection section, string key, string prefix, Func<ProfileSpec, OptionsSpec> part) =>
        EmitConstants(part(Full), spec.Profiles.Select(part).ToArray(), section, key, prefix, "");

    private void EmitConstants(OptionsSpec options, OptionsSpec?[] inProfiles, SettingsSection section, string key, string prefix, string path)
    {
        foreach (FieldValue field in Values.Settable(options).Where(IsTold))
        {
            string memberPath = path + field.Member;
            string fieldKey = key + "." + LastKey(field.Key);
            FieldValue?[] others = inProfiles.Select(other => other?.Values.FirstOrDefault(value => value.Member == field.Member)).ToArray();
            if (field.Value is SpecValue.Options nested)
            {
                EmitConstants(nested.Value, others.Select(other => (other?.Value as SpecValue.Options)?.Value).ToArray(), section, fieldKey, prefix, memberPath + ".");
            }
            else if (field.Value is SpecValue.Int number && Array.TrueForAll(others, other => other?.Value == field.Value) && !IsSwept(section, memberPath))
            {
                string name = names.Class.Take(prefix + memberPath.Replace(".", ""), "Value");
                constants.Add(section + "." + memberPath, name);
                writer.Lines($"""
                    /// <summary><c>{Text.Xml(fieldKey)}</c>.</summary>
                    public const int {name} = {Literal.Of(number.Value)};

                    """);
            }
        }
    }

    private bool IsSwept(SettingsSection section, string member) =>
        spec.Methods.Any(method => method.Axes.Any(axis => axis.Section == section && axis.Member == member));

    private void EmitSettingsRecord()
    {
        writer.Open($"""
            /// <summary>Everything but the swept values, for one profile.</summary>
            public sealed partial record Settings : {Runtime.Root}ExperimentSettings<Arm>
            """);
        EmitProperty("The network that is adapted.", Full.Backbone.CSharpType, "Backbone");
        EmitProperty("What is learned.", Full.Task.CSharpType, "Task");
        if (Full.Pretrain is PretrainSpec stage)
        {
            EmitProperty("What the backbone learns before it is frozen.", stage.Task.CSharpType, "PretrainTask");
            EmitProperty("How the backbone is trained before it is frozen.", stage.Training.CSharpType, "PretrainTraining");
        }

        foreach ((MethodNames method, MethodSettingsSpec settings) in MethodSettings(Full))
        {
            EmitProperty($"How <c>{Text.Xml(method.Spec.Name)}</c> adapts it.", settings.Options.CSharpType, method.Options);
            EmitProperty($"How <c>{Text.Xml(method.Spec.Name)}</c> is trained.", settings.Training.CSharpType, method.Training);
        }

        writer.Lines("/// <inheritdoc/>");
        writer.Open($"public override {Runtime.Root}ArmDesign DesignOf({Runtime.Root}PlannedArm<Arm> planned) => planned.Arm switch");
        foreach (MethodNames method in names.Methods)
        {
            string pretrain = Full.Pretrain is null
                ? ","
                : $$"""

                {
                    Pretrain = new() { Task = PretrainTask, Training = {{Design(method, "PretrainTraining", SettingsSection.PretrainTraining)}} },
                },
                """;
            writer.Lines($"""
                Arm.{method.Record} arm => new(
                    arm,
                    {Design(method, "Backbone", SettingsSection.Backbone)},
                    {Design(method, "Task", SettingsSection.Task)},
                    {Design(method, method.Options, SettingsSection.Method)},
                    {Design(method, method.Training, SettingsSection.Training)},
                    planned.TrainableParameters){pretrain}
                """);
        }

        writer.Lines("_ => throw new global::System.Diagnostics.UnreachableException(),");
        writer.Close("};");
        writer.Close();
    }

    private void EmitProperty(string summary, string type, string name) => writer.Lines($$"""
        /// <summary>{{summary}}</summary>
        public required {{type}} {{name}} { get; init; }

        """);

    /// <summary>A part of the settings with the arm's own values on its axes.</summary>
    private static string Design(MethodNames method, string target, SettingsSection section) =>
        Values.Change(target, method.Spec.Axes
            .Select((axis, i) => (Axis: axis, Value: "arm." + method.Axes[i]))
            .Where(pair => pair.Axis.Section == section)
            .Select(pair => (pair.Axis.Member, pair.Value))
            .ToArray());

    private void EmitFullProfile()
    {
        writer.Blank();
        writer.Open($$"""
            /// <summary>The full study.</summary>
            public static Settings {{names.Profiles[0]}} { get; } = new()
            """);
        writer.Lines($"Profile = {Literal.Of(Full.Name)},");
        EmitOptions("Backbone = new()", Full.Backbone, SettingsSection.Backbone);
        EmitOptions("Task = new()", Full.Task, SettingsSection.Task);
        if (Full.Pretrain is PretrainSpec stage)
        {
            EmitOptions("PretrainTask = new()", stage.Task, null);
            EmitOptions("PretrainTraining = new()", stage.Training, SettingsSection.PretrainTraining);
        }

        foreach ((MethodNames method, MethodSettingsSpec settings) in MethodSettings(Full))
        {
            EmitOptions(method.Options + " = new()", settings.Options, SettingsSection.Method);
            EmitOptions(method.Training + " = new()", settings.Training, SettingsSection.Training);
        }

        if (Full.Halving is OptionsSpec halving)
        {
            EmitOptions("Halving = new()", halving, null);
        }

        EmitPlannedArms(Full);
        writer.Close("};");
    }

    /// <summary>What a profile changes, and its arms.</summary>
    private void EmitOtherProfile(ProfileSpec profile, string name)
    {
        string full = names.Profiles[0];
        writer.Blank();
        writer.Open($$"""
            /// <summary>Profile <c>{{Text.Xml(profile.Name)}}</c>.</summary>
            public static Settings {{name}} { get; } = {{full}} with
            """);
        writer.Lines($"Profile = {Literal.Of(profile.Name)},");
        EmitChange("Backbone", Full.Backbone, profile.Backbone);
        EmitChange("Task", Full.Task, profile.Task);
        if (Full.Pretrain is PretrainSpec first && profile.Pretrain is PretrainSpec then)
        {
            EmitChange("PretrainTask", first.Task, then.Task);
            EmitChange("PretrainTraining", first.Training, then.Training);
        }

        foreach (((MethodNames method, MethodSettingsSpec now), MethodSettingsSpec before) in MethodSettings(profile).Zip(Full.Methods, (now, before) => (now, before)))
        {
            EmitChange(method.Options, before.Options, now.Options);
            EmitChange(method.Training, before.Training, now.Training);
        }

        if (profile.Halving is OptionsSpec halving && halving != Full.Halving)
        {
            EmitOptions("Halving = new()", halving, null);
        }
        else if (profile.Halving is null && Full.Halving is not null)
        {
            writer.Lines("Halving = null,");
        }

        EmitPlannedArms(profile);
        writer.Close("};");

        void EmitChange(string property, OptionsSpec from, OptionsSpec to)
        {
            string[] changes = Values.Changes(full + "." + property, from, to);
            if (changes.Length == 0)
            {
                return;
            }

            string start = $"{property} = {full}.{property} with";
            string line = $"{start} {{ {string.Join(", ", changes)} }},";
            if (line.Length <= SourceWriter.MaxLine)
            {
                writer.Lines(line);
                return;
            }

            writer.Open(start);
            writer.Lines(string.Join(",\n", changes) + ",");
            writer.Close("},");
        }
    }

    private void EmitOptions(string start, OptionsSpec options, SettingsSection? section)
    {
        if (!Values.Settable(options).Any(IsTold))
        {
            writer.Lines(start + ",");
            return;
        }

        writer.Open(start);
        EmitFields(options, section, "");
        writer.Close("},");
    }

    /// <summary>What people look for first, and what is not the record's own default; a nested record that has some of it.</summary>
    private static bool IsTold(FieldValue field) => field.Value is SpecValue.Options nested
        ? Values.Settable(nested.Value).Any(IsTold)
        : !field.IsDefault || field.Key is "depth" or "width" or "heads" or "hidden" or "sequences" or "length" or "rank" or "learning_rate" or "steps";

    private void EmitFields(OptionsSpec options, SettingsSection? section, string path)
    {
        foreach (FieldValue field in Values.Settable(options).Where(IsTold))
        {
            if (field.Value is SpecValue.Options nested)
            {
                writer.Open($"{field.Member} = new{(nested.Value.IsDerived ? " " + nested.Value.CSharpType : "")}()");
                EmitFields(nested.Value, section, path + field.Member + ".");
                writer.Close("},");
            }
            else
            {
                string value = constants.TryGetValue(section + "." + path + field.Member, out string? constant)
                    ? constant
                    : Values.Of(field.Value);
                writer.Lines($"{field.Member} = {value},");
            }
        }
    }

    private void EmitPlannedArms(ProfileSpec profile)
    {
        writer.Open("Arms =", "[");
        foreach (ArmSpec arm in profile.Arms)
        {
            cancellationToken.ThrowIfCancellationRequested();
            MethodNames method = names.Method(arm.Method);
            string values = string.Concat(arm.Values.Select((value, i) => $"{method.Axes[i]}: {Values.Of(value)}, "));
            writer.Lines($"new(new Arm.{method.Record}({values}Seed: {Literal.Of(arm.Seed)}), TrainableParameters: {Literal.Of(arm.TrainableParameters)}{BoundsOf(arm)}),");
        }

        writer.Close("],");
    }

    private IEnumerable<(MethodNames Names, MethodSettingsSpec Settings)> MethodSettings(ProfileSpec profile) =>
        profile.Methods.Select(settings => (names.Method(settings.Name), settings));

    private static string LastKey(string key) => key.Substring(key.LastIndexOf('.') + 1);
}
