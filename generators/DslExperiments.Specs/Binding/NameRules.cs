namespace DslExperiments.Specs;

/// <summary>Names of files and folders, which become C# names.</summary>
internal static class NameRules
{
    /// <summary>Reports a name that cannot be one in C#.</summary>
    public static void Check(SpecDocument document, DiagnosticBag bag)
    {
        foreach (string part in document.FullName.Split('/'))
        {
            if (!CSharpNames.IsName(part))
            {
                Report(document, bag, $"{Suggestions.Quote(part)} is no name for a spec or its folder: letters, digits, _ and -, a letter first, at most {CSharpNames.MaxLength} characters");
            }
        }

        foreach (string folder in document.Folder.Split('/'))
        {
            if (CSharpNames.Pascal(folder) is "System" or "DslExperiments")
            {
                Report(document, bag, $"a folder of specs cannot be called '{folder}', because its namespace would hide {CSharpNames.Pascal(folder)} from C# beside it");
            }
        }

        string pascal = CSharpNames.Pascal(document.Name);
        if (CSharpNames.IsReservedForExperiments(pascal) || CSharpNames.IsKeyword(pascal))
        {
            Report(document, bag, $"a spec cannot be called '{document.Name}', because {pascal} is the name of a part of the generated C#");
        }
    }

    private static void Report(SpecDocument document, DiagnosticBag bag, string message) =>
        bag.Report(ValueRules.BadSpecName, new SpecSpan(document.Path, 1, 1, 1, 1), message);
}
