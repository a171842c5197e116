using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Compat.TorchSharp.Tests.Conformance;

/// <summary>Writes the public types and members of an assembly in the words of the listing of the real package.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(bool)] = "bool", [typeof(byte)] = "byte", [typeof(sbyte)] = "sbyte", [typeof(short)] = "short",
        [typeof(ushort)] = "ushort", [typeof(int)] = "int", [typeof(uint)] = "uint", [typeof(long)] = "long", [typeof(ulong)] = "ulong",
        [typeof(float)] = "float", [typeof(double)] = "double", [typeof(char)] = "char", [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    /// <summary>Each visible type's header line with the lines of its members, in ordinal order.</summary>
    public static SortedDictionary<string, SortedSet<string>> Of(Assembly assembly)
    {
        var surface = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var type in assembly.GetExportedTypes())
        {
            surface.Add(Header(type), new SortedSet<string>(Members(type), StringComparer.Ordinal));
        }

        return surface;
    }

    /// <summary>A header line with its interfaces in one order, since a listing may name them in another.</summary>
    public static string Normal(string header)
    {
        var at = header.IndexOf(" : ", StringComparison.Ordinal);
        return at < 0 ? header : header[..at] + " : " + string.Join(", ", Split(header[(at + 3)..]).Order(StringComparer.Ordinal));
    }

    private static string Header(Type type)
    {
        var kind = type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : type.IsValueType ? "struct"
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class"
            : "class";
        var bases = new List<string>();
        if (!type.IsEnum)
        {
            if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType))
            {
                bases.Add(Name(parent));
            }

            var inherited = type.BaseType?.GetInterfaces() ?? [];
            bases.AddRange(type.GetInterfaces().Except(inherited).Where(i => i.IsVisible).Select(Name));
        }

        return Normal($"{kind} {type.Namespace}.{Name(type)}" + (bases.Count == 0 ? "" : " : " + string.Join(", ", bases)));
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return ["{ " + string.Join(", ", Enum.GetNames(type).Select(n => $"{n}={Convert.ToInt64(Enum.Parse(type, n), CultureInfo.InvariantCulture)}")) + " }"];
        }

        return type.GetMembers(Declared).Select(m => m switch
        {
            ConstructorInfo { IsStatic: false } c when Visible(c) => $"{Access(c)} {Plain(type)}({Parameters(c)})",
            MethodInfo m1 when Visible(m1) && (!m1.IsSpecialName || m1.Name.StartsWith("op_", StringComparison.Ordinal)) => Method(m1),
            PropertyInfo p when p.GetAccessors(true).Any(Visible) => Property(p),
            FieldInfo f when f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly => Field(f),
            _ => null,
        }).OfType<string>();
    }

    private static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(",", method.GetGenericArguments().Select(a => a.Name))}>" : "";
        var constraints = string.Concat(method.IsGenericMethod ? method.GetGenericArguments().Select(Constraint) : []);
        return $"{Access(method)} {Typed(method.ReturnType, method.ReturnParameter)} {method.Name}{generic}({Parameters(method)}){constraints}";
    }

    private static string Property(PropertyInfo property)
    {
        var accessors = property.GetAccessors(true).Where(Visible).ToList();
        var name = property.GetIndexParameters() is { Length: > 0 } indices
            ? $"this[{string.Join(", ", indices.Select(Parameter))}]"
            : property.Name;
        var get = accessors.Contains(property.GetMethod!) ? " get;" : "";
        var set = property.SetMethod is { } setter && accessors.Contains(setter) ? " set;" : "";
        return $"{Access(accessors[0])} {Typed(property.PropertyType, property)} {name} {{{get}{set} }}";
    }

    private static string Field(FieldInfo field)
    {
        var access = field.IsPublic ? "public" : "protected";
        var kind = field.IsLiteral ? " const" : (field.IsStatic ? " static" : "") + (field.IsInitOnly ? " readonly" : "");
        return $"{access}{kind} {Typed(field.FieldType, field)} {field.Name}";
    }

    private static string Access(MethodBase method)
    {
        var access = method.IsPublic ? "public" : "protected";
        if (method is not MethodInfo info)
        {
            return access;
        }

        return access + (info.IsStatic ? " static"
            : info.IsAbstract ? " abstract"
            : info.IsVirtual && info.GetBaseDefinition() != info ? " override"
            : info is { IsVirtual: true, IsFinal: false } ? " virtual"
            : "");
    }

    private static bool Visible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Parameters(MethodBase method)
    {
        var text = string.Join(", ", method.GetParameters().Select(Parameter));
        return method.IsDefined(typeof(ExtensionAttribute)) ? "this " + text : text;
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var prefix = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params "
            : parameter.IsOut ? "out "
            : parameter.ParameterType.IsByRef ? "ref "
            : "";
        var type = parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        var value = parameter.HasDefaultValue ? " = " + Value(parameter) : "";
        return $"{prefix}{Typed(type, parameter)} {parameter.Name}{value}";
    }

    private static string Value(ParameterInfo parameter)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return parameter.RawDefaultValue switch
        {
            null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default" : "null",
            bool flag => flag ? "true" : "false",
            string text => $"\"{text}\"",
            char letter => $"'{letter}'",
            var number when type.IsEnum => Enum.GetName(type, number)!,
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            var other => other.ToString()!,
        };
    }

    private static string Constraint(Type parameter)
    {
        var parts = new List<string>();
        if (parameter.GenericParameterAttributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
        {
            parts.Add("struct");
        }

        parts.AddRange(parameter.GetGenericParameterConstraints().Where(c => c != typeof(ValueType)).Select(Name));
        return parts.Count == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", parts)}";
    }

    /// <summary>A type with the names of its tuple elements.</summary>
    private static string Typed(Type type, ICustomAttributeProvider owner)
    {
        var names = owner.GetCustomAttributes(typeof(TupleElementNamesAttribute), false).OfType<TupleElementNamesAttribute>().FirstOrDefault();
        return Name(type) + (names is null ? "" : $"/*{string.Join(",", names.TransformNames)}*/");
    }

    private static string Name(Type type)
    {
        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword;
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[" + new string(',', type.GetArrayRank() - 1) + "]";
        }

        if (Nullable.GetUnderlyingType(type) is { } inner)
        {
            return Name(inner) + "?";
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        if (type is { IsGenericType: true, ContainsGenericParameters: false } && type.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal))
        {
            return $"({string.Join(", ", type.GetGenericArguments().Select(Name))})";
        }

        var path = Plain(type);
        for (var outer = type.DeclaringType; outer is not null; outer = outer.DeclaringType)
        {
            path = Plain(outer) + "." + path;
        }

        return path + (type.IsGenericType ? $"<{string.Join(",", type.GetGenericArguments().Select(Name))}>" : "");
    }

    private static string Plain(Type type) => type.Name.Split('`')[0];

    private static IEnumerable<string> Split(string list)
    {
        var (depth, start) = (0, 0);
        for (var i = 0; i < list.Length; i++)
        {
            depth += list[i] is '<' or '(' ? 1 : list[i] is '>' or ')' ? -1 : 0;
            if (list[i] == ',' && depth == 0)
            {
                yield return list[start..i].Trim();
                start = i + 1;
            }
        }

        yield return list[start..].Trim();
    }
}
