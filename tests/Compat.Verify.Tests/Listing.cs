using System.Reflection;
using System.Runtime.CompilerServices;

namespace CompatTests;

/// <summary>Writes an assembly's public API, a line for each type and, indented, for each of its members.</summary>
internal static class Listing
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(int)] = "int",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
    };

    public static IEnumerable<(string Type, string[] Members)> Of(Assembly assembly) =>
        assembly.GetExportedTypes()
            .OrderBy(type => type.FullName, StringComparer.Ordinal)
            .Select(type => (Header(type), Members(type).Order(StringComparer.Ordinal).ToArray()));

    /// <summary>Reads a listing that has lines of this form.</summary>
    public static Dictionary<string, string[]> Parse(string text)
    {
        Dictionary<string, string[]> types = [];
        List<string> members = [];
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n').Where(line => line.Length > 0).Reverse())
        {
            if (line[0] == ' ')
            {
                members.Insert(0, line.Trim());
            }
            else
            {
                types.Add(line, [.. members]);
                members.Clear();
            }
        }

        return types;
    }

    private static string Header(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            MethodInfo invoke = type.GetMethod("Invoke")!;
            return $"delegate {Name(invoke.ReturnType)} {type.Namespace}.{Name(type)}({Parameters(invoke)})";
        }

        string kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        string baseType = type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum)
            ? $" : {Name(parent)}"
            : "";
        return $"{kind} {type.Namespace}.{Name(type)}{baseType}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate)))
        {
            return [];
        }

        if (type.IsEnum)
        {
            return [$"{{ {string.Join(", ", Enum.GetValues(type).Cast<Enum>().Select(value => $"{value}={value:D}"))} }}"];
        }

        IEnumerable<string> constructors = type.GetConstructors(Declared)
            .Where(IsVisible)
            .Select(constructor => $"{Access(constructor)} {Name(type).Split('<')[0]}({Parameters(constructor)})");
        IEnumerable<string> properties = type.GetProperties(Declared)
            .Where(property => property.GetMethod is { } get && IsVisible(get))
            .Select(property => $"{Modifiers(property.GetMethod!)} {Name(property.PropertyType)} {property.Name} {{ get; }}");
        IEnumerable<string> methods = type.GetMethods(Declared)
            .Where(method => IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)))
            .Select(method => $"{Modifiers(method)} {Name(method.ReturnType)} {method.Name}{Arguments(method.GetGenericArguments())}({Parameters(method)})");
        return [.. constructors, .. properties, .. methods];
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static string Modifiers(MethodInfo method) =>
        Access(method) +
        (method.IsStatic ? " static" :
        method.GetBaseDefinition() != method ? " override" :
        method.IsAbstract ? " abstract" :
        method is { IsVirtual: true, IsFinal: false } ? " virtual" : "");

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(parameter =>
        {
            string modifier =
                parameter.IsOut ? "out " :
                parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " :
                parameter.Position == 0 && method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
            string value = parameter.HasDefaultValue ? $" = {Default(parameter)}" : "";
            return $"{modifier}{Name(parameter.ParameterType)} {parameter.Name}{value}";
        }));

    private static string Default(ParameterInfo parameter) =>
        parameter.DefaultValue switch
        {
            null => "null",
            string text => $"\"{text}\"",
            bool flag => flag ? "true" : "false",
            var value => parameter.ParameterType.IsEnum ? Enum.GetName(parameter.ParameterType, value)! : value.ToString()!,
        };

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        return Nullable.GetUnderlyingType(type) is { } underlying
            ? Name(underlying) + "?"
            : s_keywords.GetValueOrDefault(type) ?? type.Name.Split('`')[0] + Arguments(type.GetGenericArguments());
    }

    private static string Arguments(Type[] types) => types.Length == 0 ? "" : $"<{string.Join(",", types.Select(Name))}>";
}
