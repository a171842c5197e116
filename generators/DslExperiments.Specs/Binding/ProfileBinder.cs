namespace DslExperiments.Specs;

/// <summary>Reads those parts of a tree that may differ between profiles.</summary>
internal sealed class ProfileBinder(DiagnosticBag bag, bool isPartial)
{
    private readonly SectionBinder sections = new(bag, isPartial);

    /// <summary>Reads a tree: the spec's own, or with a profile put over it.</summary>
    public BoundProfile Bind(string name, MappingNode tree)
    {
        BoundVariant? backbone = sections.BindVariant(Backbones.All, "kind", tree.Find("backbone"));
        BoundVariant? task = sections.BindVariant(Tasks.All, "family", tree.Find("task"));
        MappingEntry? training = tree.Find("training");
        BoundSection shared = sections.Bind(Training.Section, training?.Value, training?.Key ?? (SpecNode)tree, "training");
        BoundMethod[] methods = BindMethods(tree.Find("methods"), shared);
        MappingEntry? seeds = tree.Find("seeds");
        return new BoundProfile(name, tree, backbone, task, shared, methods, BindSeeds(seeds), seeds?.Value)
        {
            Pretrain = BindPretrain(tree.Find(SpecLanguage.Pretrain)),
            Search = tree.Find(SpecLanguage.Search) is MappingEntry search
                ? sections.Bind(Specs.Search.Section, search.Value, search.Key, SpecLanguage.Search)
                : null,
        };
    }

    private BoundPretrain? BindPretrain(MappingEntry? entry)
    {
        if (entry is null)
        {
            return null;
        }

        const string Prefix = SpecLanguage.Pretrain + ".";
        if (entry.Value is not MappingNode map)
        {
            bag.Report(ValueRules.WrongShape, entry.Value, "pretrain wants a map with the keys 'task' and 'training'");
            return new BoundPretrain(null, sections.Bind(Training.Section, null, entry.Key, Prefix + "training"));
        }

        foreach (MappingEntry part in map.Entries)
        {
            if (part.Key.Text is not ("task" or "training"))
            {
                sections.ReportUnknownKey(part.Key, "in pretrain", new[] { "task", "training" });
            }
        }

        if (map.Find("task") is null && !isPartial)
        {
            bag.Report(ValueRules.MissingKey, entry.Key, "pretrain needs the key 'task': what the backbone learns before it is frozen");
        }

        BoundVariant? task = sections.BindVariant(SpecLanguage.PretrainTasks, "family", map.Find("task"), Prefix);
        foreach (BoundField field in task?.Options.Fields ?? Array.Empty<BoundField>())
        {
            if (field.IsSweep && field.Leaf.Field.IsSweepable)
            {
                bag.Report(SweepRules.NotSweepable, field.Node!, $"{field.Key} cannot be swept; of pretrain only the training can");
            }
        }

        MappingEntry? training = map.Find("training");
        return new BoundPretrain(task, sections.Bind(Training.Section, training?.Value, training?.Key ?? entry.Key, Prefix + "training"));
    }

    private BoundMethod[] BindMethods(MappingEntry? entry, BoundSection shared)
    {
        List<BoundMethod> methods = new();
        if (entry is null)
        {
            return Array.Empty<BoundMethod>();
        }

        if (entry.Value is not MappingNode map)
        {
            bag.Report(ValueRules.WrongShape, entry.Value, "methods wants a map with one key per method");
            return Array.Empty<BoundMethod>();
        }

        if (map.Entries.IsEmpty)
        {
            bag.Report(ValueRules.Empty, entry.Value, "methods is empty; an experiment needs at least one method");
        }

        foreach (MappingEntry method in map.Entries)
        {
            Variant? variant = Array.Find(Methods.All, v => v.Name == method.Key.Text);
            if (variant is null)
            {
                bag.Report(ValueRules.UnknownMethod, method.Key, $"unknown method {Suggestions.Quote(method.Key.Text)}{Suggestions.For(method.Key.Text, Methods.All.Select(v => v.Name))}");
                continue;
            }

            string key = "methods." + variant.Name;
            SpecNode? own = (method.Value as MappingNode)?[SpecLanguage.OwnTraining];
            BoundSection options = sections.Bind(variant.Section, method.Value, method.Key, key, SpecLanguage.OwnTraining);
            BoundSection ownTraining = sections.Bind(Training.Section, own, method.Key, key + ".training");
            BoundField[] effective = new BoundField[shared.Fields.Length];
            for (int i = 0; i < effective.Length; i++)
            {
                effective[i] = ownTraining.Fields[i].IsGiven ? ownTraining.Fields[i] : shared.Fields[i];
            }

            methods.Add(new BoundMethod(variant, method.Key, options, ownTraining, effective));
        }

        return methods.ToArray();
    }

    private int[] BindSeeds(MappingEntry? entry)
    {
        if (entry is null)
        {
            return new[] { 0 };
        }

        Leaf leaf = new(0, "seeds", "", new Field("seeds", "", SpecLanguage.Seed, new SpecValue.Int(0), ""));
        BoundField seeds = sections.BindField(leaf, entry.Value, "seeds");
        int[] values = new int[seeds.Values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (int)((SpecValue.Int)seeds.Values[i]).Value;
        }

        return values;
    }
}
