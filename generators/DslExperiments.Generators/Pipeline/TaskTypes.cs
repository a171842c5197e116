using DslExperiments.Specs;
using Microsoft.CodeAnalysis;

namespace DslExperiments.Generators;

/// <summary>Whether a class can be a spec's custom task.</summary>
internal enum TaskTypeFitness
{
    Fits,
    Missing,
    NotACustomTask,
    Abstract,
    Generic,
    NotAccessible,
    NoConstructor,
    RequiredMembers,
}

/// <summary>What the compilation knows of one class that a spec names.</summary>
internal sealed record TaskTypeFact(string Name, TaskTypeFitness Fitness)
{
    /// <summary>What the class must derive from.</summary>
    public const string Base = "DslExperiments.Tasks.CustomTask";

    public static TaskTypeFact Of(string name, Compilation compilation)
    {
        // Nested classes are written with dots in specs and with + in metadata.
        INamedTypeSymbol? type = MetadataNames(name).Select(compilation.GetTypeByMetadataName).FirstOrDefault(found => found is not null);
        INamedTypeSymbol? root = compilation.GetTypeByMetadataName(Base);
        return new TaskTypeFact(name, type switch
        {
            null => TaskTypeFitness.Missing,
            _ when SymbolEqualityComparer.Default.Equals(type, root) => TaskTypeFitness.Abstract,
            _ when !DerivesFrom(type, root) => TaskTypeFitness.NotACustomTask,
            { IsAbstract: true } => TaskTypeFitness.Abstract,
            _ when IsGeneric(type) => TaskTypeFitness.Generic,
            _ when !compilation.IsSymbolAccessibleWithin(type, compilation.Assembly) => TaskTypeFitness.NotAccessible,
            _ => type.InstanceConstructors.FirstOrDefault(constructor =>
                constructor.Parameters.IsEmpty && constructor.DeclaredAccessibility == Accessibility.Public) switch
            {
                null => TaskTypeFitness.NoConstructor,
                IMethodSymbol constructor when HasRequiredMembers(type) && !SetsRequiredMembers(constructor) => TaskTypeFitness.RequiredMembers,
                _ => TaskTypeFitness.Fits,
            },
        });
    }

    private static IEnumerable<string> MetadataNames(string name)
    {
        yield return name;
        for (int dot = name.LastIndexOf('.'); dot > 0; dot = name.LastIndexOf('.', dot - 1))
        {
            name = name.Substring(0, dot) + "+" + name.Substring(dot + 1);
            yield return name;
        }
    }

    private static bool DerivesFrom(INamedTypeSymbol type, INamedTypeSymbol? root)
    {
        for (INamedTypeSymbol? current = type.BaseType; current is not null; current = current.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(current, root))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasRequiredMembers(INamedTypeSymbol? type) => type is not null
        && (type.GetMembers().Any(member => member is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true }) || HasRequiredMembers(type.BaseType));

    private static bool SetsRequiredMembers(IMethodSymbol constructor) =>
        constructor.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == "SetsRequiredMembersAttribute");

    private static bool IsGeneric(INamedTypeSymbol type) => type.IsGenericType || (type.ContainingType is not null && IsGeneric(type.ContainingType));
}

/// <summary>A spec's mention of a class.</summary>
/// <param name="Name">The class's full name.</param>
/// <param name="Where">A finding at the place of the mention, to be completed.</param>
internal sealed record TaskTypeUse(string Name, Finding Where)
{
    /// <summary>The error about this mention, or null when the class fits.</summary>
    public Findings? Check(EquatableArray<TaskTypeFact> facts)
    {
        string? problem = facts.FirstOrDefault(fact => fact.Name == Name)?.Fitness switch
        {
            TaskTypeFitness.Missing => "there is no such class in this project or in what it references",
            TaskTypeFitness.NotACustomTask => "the class does not derive from " + TaskTypeFact.Base,
            TaskTypeFitness.Abstract => "the class is abstract",
            TaskTypeFitness.Generic => "the class is generic",
            TaskTypeFitness.NotAccessible => "the class is not accessible from this project",
            TaskTypeFitness.NoConstructor => "the class has no public constructor without parameters",
            TaskTypeFitness.RequiredMembers => "the class has required members, which nothing sets",
            _ => null,
        };
        string id = facts.Any(fact => fact.Name == Name && fact.Fitness == TaskTypeFitness.Missing) ? "DSLX0501" : "DSLX0502";
        return problem is null
            ? null
            : new Findings(EquatableArray.Create(Where with { Id = id, Message = $"task.type '{Name}' cannot be used: {problem}" }));
    }
}
