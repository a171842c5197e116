namespace DslExperiments.Specs;

/// <summary>A spec on its way to the model: all profiles bound, axes found, grids expanded.</summary>
internal sealed class Draft
{
    private Draft(List<BoundProfile> profiles, List<MappingEntry> given)
    {
        Profiles = profiles;
        Given = given;
    }

    /// <summary>The profiles; the first is the full study, or the only one that is bound.</summary>
    public List<BoundProfile> Profiles { get; }

    /// <summary>What each profile after the first sets.</summary>
    public List<MappingEntry> Given { get; }

    /// <summary>The axes of each method; empty when they cannot be told.</summary>
    public MethodAxes[] Axes { get; private set; } = Array.Empty<MethodAxes>();

    /// <summary>The grids by profile; null where there is none.</summary>
    public Grid[]?[] Grids { get; private set; } = Array.Empty<Grid[]?>();

    public BoundProfile Full => Profiles[0];

    /// <summary>Binds the tree and its profiles.</summary>
    public static Draft Bind(MappingNode root, EquatableArray<MappingEntry> profiles, bool isPartial, DiagnosticBag bag, CancellationToken cancellationToken)
    {
        ProfileBinder binder = new(bag, isPartial);
        List<BoundProfile> bound = new() { binder.Bind(SpecLanguage.FullProfile, root) };
        List<MappingEntry> given = new();
        ProfileRules rules = new(bag);
        foreach (MappingEntry profile in profiles)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (profile.Value is MappingNode map)
            {
                MappingNode allowed = rules.Allowed(map, root, $"profile {Suggestions.Quote(profile.Key.Text)}");
                given.Add(profile with { Value = allowed });
                bound.Add(binder.Bind(profile.Key.Text, TreeMerge.Over(root, allowed, bag)));
            }
        }

        return new Draft(bound, given);
    }

    /// <summary>Binds a single profile.</summary>
    /// <param name="profile">Its name.</param>
    /// <param name="tree">The spec with the profile over it.</param>
    /// <param name="bag">Takes the findings.</param>
    public static Draft BindOnly(string profile, MappingNode tree, DiagnosticBag bag) =>
        new(new List<BoundProfile> { new ProfileBinder(bag, isPartial: false).Bind(profile, tree) }, new List<MappingEntry>());

    /// <summary>Finds axes, unless they are given, and expands the grids.</summary>
    public void Expand(MethodAxes[]? axes, ZipGroup[] zips, DiagnosticBag bag)
    {
        if (!Full.IsComplete)
        {
            return;
        }

        Axes = axes ?? AxisFinder.Find(Profiles.FindAll(profile => profile.IsComplete));
        if (axes is null)
        {
            ZipReader.Check(zips, Axes, bag);
        }

        Grids = Profiles.Select(profile => profile.IsComplete ? Grid.Expand(profile, Axes, zips, bag) : null).ToArray();
    }

    /// <summary>Looks for contradictions in all grids.</summary>
    public void Check(List<(MetricSpec Metric, SpecNode Node)> metrics, DiagnosticBag bag, CancellationToken cancellationToken)
    {
        CrossChecks cross = new(bag);
        List<MetricSpec> measured = metrics.ConvertAll(metric => metric.Metric);
        StoppingChecks stopping = new(bag, measured);
        UnusedKeys unused = new(measured);
        List<Grid> all = new();
        foreach (Grid[]? grids in Grids)
        {
            foreach (Grid grid in grids ?? Array.Empty<Grid>())
            {
                cancellationToken.ThrowIfCancellationRequested();
                cross.Check(grid);
                stopping.Check(grid);
                unused.Note(grid);
                all.Add(grid);
            }
        }

        new MetricChecks(bag).Check(metrics, all);
        new SearchChecks(bag, measured).Check(all);
        if (Grids.Length > 0 && Array.TrueForAll(Grids, grids => grids is not null))
        {
            foreach (BoundProfile profile in Profiles)
            {
                unused.Report(profile, bag);
            }
        }
    }

    /// <summary>The profiles of the model. Only after everything was found right.</summary>
    public EquatableArray<ProfileSpec> ToProfiles(EquatableArray<MetricSpec> metrics, CancellationToken cancellationToken)
    {
        List<ProfileSpec> specs = new();
        for (int i = 0; i < Profiles.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            BoundProfile profile = Profiles[i];
            specs.Add(new ProfileSpec(
                profile.Name,
                OptionsBuilder.Build(profile.Backbone!.Variant.Section, profile.Backbone.Options.Fields),
                OptionsBuilder.Build(profile.Task!.Variant.Section, profile.Task.Options.Fields),
                profile.Methods.Select(method => new MethodSettingsSpec(
                    method.Name,
                    OptionsBuilder.Build(method.Options.Section, method.Options.Fields),
                    StoppingChecks.Told(OptionsBuilder.Build(Training.Section, method.Training), metrics))).ToEquatableArray(),
                Arms(profile, Grids[i]!))
            {
                Pretrain = profile.Pretrain is not BoundPretrain stage ? null : new PretrainSpec(
                    OptionsBuilder.Build(stage.Task!.Variant.Section, stage.Task.Options.Fields),
                    OptionsBuilder.Build(Training.Section, stage.Training.Fields)),
                Halving = profile.Search is not BoundSection search ? null : SearchChecks.Told(
                    OptionsBuilder.Build(search.Section, search.Fields), metrics),
            });
        }

        return specs.ToEquatableArray();
    }

    private static EquatableArray<ArmSpec> Arms(BoundProfile profile, Grid[] grids)
    {
        List<ArmSpec> arms = new();
        foreach (Grid grid in grids)
        {
            TransformerFields backbone = new(profile.Backbone!.Options);
            foreach (int[] indices in grid.Points)
            {
                SpecValue[] values = new SpecValue[indices.Length];
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = grid.Fields[i].Values[indices[i]];
                }

                EquatableArray<SpecValue> shared = new(values);
                Point point = new(grid, indices);
                long parameters = ParameterCounter.Count(grid.Method, backbone, profile.Task!, point);
                EquatableArray<ProvenBoundSpec> bounds = ProvenBounds.Of(profile, grid.Method, point).ToEquatableArray();
                foreach (int seed in profile.Seeds)
                {
                    arms.Add(new ArmSpec(grid.Method.Name, shared, seed, parameters, bounds));
                }
            }
        }

        return arms.ToEquatableArray();
    }
}
