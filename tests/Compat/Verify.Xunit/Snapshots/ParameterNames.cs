using System.Collections;
using System.Globalization;
using System.Text;

namespace VerifyTests;

/// <summary>Writes test parameters as parts of a file name.</summary>
internal static class ParameterNames
{
    // Those of Windows, so that names are the same everywhere.
    private const string Invalid = "\"<>|:*?\\/";

    private static readonly Dictionary<Type, Func<object, string>> s_custom = [];

    public static void Add<T>(ParameterToName<T> name) => s_custom[typeof(T)] = value => name((T)value);

    public static string Get(object? parameter, bool pathFriendly)
    {
        StringBuilder builder = new();
        Append(builder, parameter, isRoot: true, pathFriendly);
        return builder.ToString();
    }

    private static void Append(StringBuilder builder, object? parameter, bool isRoot, bool pathFriendly)
    {
        switch (parameter)
        {
            case null:
                builder.Append("null");
                break;
            case string text:
                AppendText(builder, text, pathFriendly);
                break;
            case not null when Custom(parameter.GetType()) is { } name:
                builder.Append(name(parameter));
                break;
            case DateOnly date:
                builder.Append(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case TimeOnly time:
                builder.Append(time.ToString("h-mm-tt", CultureInfo.InvariantCulture));
                break;
            case DateTime time:
                builder.Append(Dates.ToParameter(time));
                break;
            case DateTimeOffset time:
                builder.Append(Dates.ToParameter(time));
                break;
            case IEnumerable items:
                AppendItems(builder, [.. items.Cast<object?>()], isRoot, pathFriendly);
                break;
            case not null when KeyAndValue(parameter) is (var key, var value):
                Append(builder, key, isRoot: true, pathFriendly);
                builder.Append('=');
                Append(builder, value, isRoot: true, pathFriendly);
                break;
            default:
                AppendText(builder, Convert.ToString(parameter, CultureInfo.InvariantCulture)!, pathFriendly);
                break;
        }
    }

    private static void AppendItems(StringBuilder builder, object?[] items, bool isRoot, bool pathFriendly)
    {
        bool brackets = !isRoot || items.Length == 0;
        builder.Append(brackets ? "[" : "");
        for (int i = 0; i < items.Length; i++)
        {
            builder.Append(i > 0 ? "," : "");
            Append(builder, items[i], isRoot: false, pathFriendly);
        }

        builder.Append(brackets ? "]" : "");
    }

    private static void AppendText(StringBuilder builder, string text, bool pathFriendly)
    {
        foreach (char c in text)
        {
            builder.Append(pathFriendly && (c < ' ' || Invalid.Contains(c)) ? '-' : c);
        }
    }

    private static Func<object, string>? Custom(Type type) =>
        s_custom.GetValueOrDefault(type) ?? s_custom.FirstOrDefault(pair => pair.Key.IsAssignableFrom(type)).Value;

    private static (object? Key, object? Value)? KeyAndValue(object pair)
    {
        Type type = pair.GetType();
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
            ? (type.GetProperty("Key")!.GetValue(pair), type.GetProperty("Value")!.GetValue(pair))
            : null;
    }
}
