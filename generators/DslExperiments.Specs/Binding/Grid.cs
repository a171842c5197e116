namespace DslExperiments.Specs;

/// <summary>The points of one method in one profile, seeds apart.</summary>
internal sealed class Grid
{
    private Grid(BoundProfile profile, BoundMethod method, MethodAxes axes, BoundField[] fields, List<int[]> points)
    {
        Profile = profile;
        Method = method;
        Axes = axes;
        Fields = fields;
        Points = points;
    }

    public BoundProfile Profile { get; }

    public BoundMethod Method { get; }

    public MethodAxes Axes { get; }

    /// <summary>The field behind each axis.</summary>
    public BoundField[] Fields { get; }

    /// <summary>For each point the index of the value on each axis.</summary>
    public List<int[]> Points { get; }

    /// <summary>The grids of a profile's methods; null after reporting that there are too many arms or that lists do not match.</summary>
    public static Grid[]? Expand(BoundProfile profile, MethodAxes[] methods, ZipGroup[] zips, DiagnosticBag bag)
    {
        List<List<List<int>>> dimensions = new();
        List<BoundField[]> fields = new();
        bool ok = true;
        double total = 0;
        foreach (MethodAxes method in methods)
        {
            BoundMethod bound = profile.Methods.First(m => m.Name == method.Method);
            BoundField[] axisFields = method.Axes.Select(axis => profile.Fields(bound, axis.Section)[axis.Leaf.Index]).ToArray();
            List<List<int>> groups = Group(method, zips);
            ok &= CheckLengths(profile, method, groups, axisFields, bag);
            double count = profile.Seeds.Length;
            foreach (List<int> group in groups)
            {
                count *= axisFields[group[0]].Values.Length;
            }

            total += count;
            dimensions.Add(groups);
            fields.Add(axisFields);
        }

        if (total > Limits.MaxArms)
        {
            ReportTooMany(profile, methods, dimensions, fields, total, bag);
            return null;
        }

        if (!ok)
        {
            return null;
        }

        Grid[] grids = new Grid[methods.Length];
        for (int i = 0; i < grids.Length; i++)
        {
            BoundMethod bound = profile.Methods.First(m => m.Name == methods[i].Method);
            grids[i] = new Grid(profile, bound, methods[i], fields[i], Enumerate(dimensions[i], fields[i]));
        }

        return grids;
    }

    /// <summary>The index of the value that a field has at a point; 0 for a field that is not swept.</summary>
    public int IndexOf(BoundField field, int[] point)
    {
        for (int i = 0; i < Fields.Length; i++)
        {
            if (ReferenceEquals(Fields[i], field))
            {
                return point[i];
            }
        }

        return 0;
    }

    /// <summary>The axes as dimensions: zipped ones together, each at the place of its first axis.</summary>
    private static List<List<int>> Group(MethodAxes method, ZipGroup[] zips)
    {
        List<List<int>> groups = new();
        Dictionary<ZipGroup, List<int>> started = new();
        for (int i = 0; i < method.Axes.Length; i++)
        {
            ZipGroup? zip = Array.Find(zips, group => group.Has(method.Axes[i]));
            if (zip is not null && started.TryGetValue(zip, out List<int>? group))
            {
                group.Add(i);
                continue;
            }

            List<int> own = new() { i };
            groups.Add(own);
            if (zip is not null)
            {
                started.Add(zip, own);
            }
        }

        return groups;
    }

    private static bool CheckLengths(BoundProfile profile, MethodAxes method, List<List<int>> groups, BoundField[] fields, DiagnosticBag bag)
    {
        bool ok = true;
        foreach (List<int> group in groups)
        {
            foreach (int axis in group)
            {
                BoundField first = fields[group[0]];
                BoundField other = fields[axis];
                if (first.Values.Length == other.Values.Length)
                {
                    continue;
                }

                ok = false;
                if (first.IsValid && other.IsValid)
                {
                    string where = profile.Name == SpecLanguage.FullProfile ? "" : $" in profile {Suggestions.Quote(profile.Name)}";
                    SpecNode? node = Places.Prefer(other.Node, first.Node);
                    bag.Report(
                        SweepRules.ZipLength,
                        node ?? profile.Tree,
                        $"zip: {first.Key} has {Count(first)} and {other.Key} has {Count(other)}{where}; keys that move together need equally many");
                }
            }
        }

        return ok;
    }

    private static string Count(BoundField field) => field.Values.Length == 1 ? "1 value" : NumberText.Format(field.Values.Length) + " values";

    private static List<int[]> Enumerate(List<List<int>> dimensions, BoundField[] fields)
    {
        List<int[]> points = new();
        int[] at = new int[fields.Length];
        while (true)
        {
            points.Add((int[])at.Clone());
            int dimension = dimensions.Count - 1;
            for (; dimension >= 0; dimension--)
            {
                List<int> group = dimensions[dimension];
                int next = at[group[0]] + 1;
                bool wraps = next == fields[group[0]].Values.Length;
                foreach (int axis in group)
                {
                    at[axis] = wraps ? 0 : next;
                }

                if (!wraps)
                {
                    break;
                }
            }

            if (dimension < 0)
            {
                return points;
            }
        }
    }

    private static void ReportTooMany(BoundProfile profile, MethodAxes[] methods, List<List<List<int>>> dimensions, List<BoundField[]> fields, double total, DiagnosticBag bag)
    {
        SpecNode? widest = profile.SeedsNode;
        int width = profile.Seeds.Length;
        List<string> parts = new();
        for (int i = 0; i < methods.Length; i++)
        {
            List<string> factors = new();
            foreach (List<int> group in dimensions[i])
            {
                BoundField field = fields[i][group[0]];
                factors.Add($"{NumberText.Format(field.Values.Length)} {string.Join("+", group.Select(axis => methods[i].Axes[axis].Name))}");
                if (field.Values.Length > width)
                {
                    widest = field.Node;
                    width = field.Values.Length;
                }
            }

            factors.Add($"{NumberText.Format(profile.Seeds.Length)} {(profile.Seeds.Length == 1 ? "seed" : "seeds")}");
            parts.Add(methods[i].Method + ": " + string.Join(" × ", factors));
        }

        string count = total > 1e15 ? "more than 1e15" : NumberText.Format((long)total);
        bag.Report(
            SweepRules.TooManyArms,
            widest ?? profile.Tree,
            $"profile {Suggestions.Quote(profile.Name)} has {count} arms; at most {Limits.MaxArms} are allowed ({string.Join("; ", parts)})");
    }
}
