using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace VerifyTests;

/// <summary>
/// Writes values as Verify does: like JSON, but without quotes and escapes, without members that have the default value,
/// dictionaries in the order of their keys, and with names for values that differ from run to run.
/// </summary>
internal sealed class RelaxedJson(VerifySettings settings, Counter counter)
{
    private const string Scrubbed = "{Scrubbed}";

    // The message as it was given, without the parameter's name that ArgumentException adds in the user's language.
    private static readonly FieldInfo s_message = typeof(Exception).GetField("_message", BindingFlags.Instance | BindingFlags.NonPublic)!;

    private readonly StringBuilder _builder = new();
    private readonly List<object> _open = [];
    private readonly SerializationOptions _options = settings.Serialization;

    /// <summary>The text of a value.</summary>
    public static string FromValue(object value, VerifySettings settings, Counter counter)
    {
        if (value is Stream or byte[])
        {
            throw new NotSupportedException($"This subset of Verify does not verify a {value.GetType().Name}.");
        }

        RelaxedJson json = new(settings, counter);
        json.Write(value);
        return json._builder.ToString();
    }

    /// <summary>The relaxed form of a JSON text.</summary>
    public static string FromJson(string? text, VerifySettings settings, Counter counter)
    {
        if (text is null)
        {
            return "null";
        }

        using JsonDocument document = JsonDocument.Parse(text);
        return FromValue(document.RootElement, settings, counter);
    }

    private void Write(object? value)
    {
        switch (value)
        {
            case null:
                Raw("null");
                break;
            case string or StringBuilder or Enum or Uri or Version or CultureInfo:
                Text(value.ToString()!);
                break;
            case JsonElement element:
                Write(element);
                break;
            case JsonDocument document:
                Write(document.RootElement);
                break;
            case bool flag:
                Raw(flag ? "true" : "false");
                break;
            case Guid guid:
                Raw(_options.ScrubGuids ? counter.Name("Guid", guid) : guid.ToString());
                break;
            case DateTime time:
                Date("DateTime", time, Dates.ToText(time));
                break;
            case DateTimeOffset time:
                Date("DateTimeOffset", time, Dates.ToText(time));
                break;
            case DateOnly date:
                Date("Date", date, date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case TimeOnly time:
                Date("Time", time, time.ToString("h:mm tt", CultureInfo.InvariantCulture));
                break;
            case double or float or Half or decimal:
                Raw(WithPoint(Convert.ToString(value, CultureInfo.InvariantCulture)!));
                break;
            case byte[] bytes:
                Raw(Convert.ToBase64String(bytes));
                break;
            case MemberInfo member:
                Raw(member.Name);
                break;
            case IDictionary dictionary:
                Block('{', '}', dictionary, Entries(dictionary), entry => Member(entry.Name, entry.Value));
                break;
            case IEnumerable items:
                Block('[', ']', items, items.Cast<object?>(), Write);
                break;
            case IFormattable formattable and ValueType:
                Raw(formattable.ToString(null, CultureInfo.InvariantCulture));
                break;
            default:
                Block('{', '}', value, Members(value), member => Member(member.Name, member.Value));
                break;
        }
    }

    private void Write(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                Block('{', '}', element, element.EnumerateObject(), property => Member(property.Name, property.Value));
                break;
            case JsonValueKind.Array:
                Block('[', ']', element, element.EnumerateArray(), Write);
                break;
            case JsonValueKind.String:
                Text(element.GetString()!);
                break;
            case JsonValueKind.Number when !element.TryGetInt64(out _):
                Write(element.GetDouble());
                break;
            default:
                Raw(element.GetRawText());
                break;
        }
    }

    private void Block<T>(char open, char close, object value, IEnumerable<T> entries, Action<T> write)
    {
        _open.Add(value);
        _builder.Append(open);
        bool isEmpty = true;
        foreach (T entry in entries)
        {
            _builder.Append(isEmpty ? "" : ",");
            NewLine();
            write(entry);
            isEmpty = false;
        }

        _open.RemoveAt(_open.Count - 1);
        if (!isEmpty)
        {
            NewLine();
        }

        _builder.Append(close);
    }

    private void Member(string name, object? value)
    {
        _builder.Append(name).Append(": ");
        int start = _builder.Length;
        Write(value);

        // A text of several lines begins on a line of its own.
        if (value is string or JsonElement { ValueKind: JsonValueKind.String })
        {
            string text = _builder.ToString(start, _builder.Length - start);
            if (text.Contains('\n'))
            {
                _builder.Length = start - 1;
                _builder.Append(text[0] == '\n' ? "" : "\n").Append(text);
            }
        }
    }

    private void NewLine() => _builder.Append('\n').Append(' ', 2 * _open.Count);

    private void Raw(string text) => _builder.Append(text);

    private void Text(string text) =>
        Raw(_options.ScrubGuids && Guid.TryParseExact(text, "D", out Guid guid)
            ? counter.Name("Guid", guid)
            : TextScrubbing.ForValue(text, settings));

    private void Date(string kind, object value, string text) => Raw(_options.ScrubDateTimes ? counter.Name(kind, value) : text);

    private static string WithPoint(string number) =>
        number.AsSpan().IndexOfAnyExcept("-0123456789") < 0 ? number + ".0" : number;

    private IEnumerable<(string Name, object? Value)> Entries(IDictionary dictionary)
    {
        IEnumerable<object> keys = dictionary.Keys.Cast<object>();
        if (_options.SortDictionaries && keys.All(key => key is IComparable))
        {
            keys = keys.Order(Comparer<object>.Create((x, y) =>
                x is string a && y is string b ? string.CompareOrdinal(a, b) : Comparer.DefaultInvariant.Compare(x, y)));
        }

        foreach (object key in keys)
        {
            RelaxedJson json = new(settings, counter);
            json.Write(key);
            string name = json._builder.ToString();
            if (!_options.IgnoredMembers.Contains(name))
            {
                yield return (name, _options.ScrubbedMembers.Contains(name) ? Scrubbed : dictionary[key]);
            }
        }
    }

    private IEnumerable<(string Name, object? Value)> Members(object value)
    {
        IEnumerable<(string Name, object? Value)> members = ReadableMembers(value);
        if (_options.SortMembers)
        {
            members = members.OrderBy(member => member.Name, StringComparer.Ordinal);
        }

        return members.Where(member => !_options.IgnoredMembers.Contains(member.Name))
            .Select(member => _options.ScrubbedMembers.Contains(member.Name) ? (member.Name, Scrubbed) : member);
    }

    private IEnumerable<(string Name, object? Value)> ReadableMembers(object value)
    {
        Type type = value.GetType();
        List<(string, object?)> members = [];
        foreach (FieldInfo field in type.GetFields(BindingFlags.Public | BindingFlags.Instance))
        {
            Add(field, field.FieldType, () => field.GetValue(value));
        }

        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
            {
                Add(property, property.PropertyType, () => property.GetValue(value));
            }
        }

        return value is Exception exception ? OfException(exception, members) : members;

        void Add(MemberInfo member, Type memberType, Func<object?> get)
        {
            if (member.IsDefined(typeof(ObsoleteAttribute)))
            {
                return;
            }

            object? memberValue;
            try
            {
                memberValue = get();
            }
            catch (TargetInvocationException thrown) when (thrown.InnerException is NotImplementedException or NotSupportedException)
            {
                // As in the real package: such a member of the user's type has no value to show.
                return;
            }

            if (!IsLeftOut(memberValue, memberType))
            {
                members.Add((member.Name, memberValue));
            }
        }
    }

    private bool IsLeftOut(object? value, Type memberType) =>
        value switch
        {
            null or Stream => true,
            bool => false,
            string => false,
            IEnumerable items when _options.IgnoreEmptyCollections && !items.Cast<object?>().Any() => true,
            ValueType => memberType.IsValueType && Nullable.GetUnderlyingType(memberType) is null && value.Equals(Activator.CreateInstance(memberType)),
            _ => _open.Contains(value, ReferenceEqualityComparer.Instance),
        };

    // The type comes first and the stack trace last; what depends on the machine is left out.
    private static IEnumerable<(string Name, object? Value)> OfException(Exception exception, List<(string Name, object? Value)> members)
    {
        yield return ("Type", exception.GetType().Name);
        foreach ((string name, object? value) in members)
        {
            switch (name)
            {
                case "Source" or "HResult" or "TargetSite" or "StackTrace":
                    break;
                case "Message" when exception is ArgumentException:
                    yield return (name, s_message.GetValue(exception) ?? value);
                    break;
                default:
                    yield return (name, value);
                    break;
            }
        }

        if (exception.StackTrace is { Length: > 0 } stackTrace)
        {
            IEnumerable<string> lines = TextScrubbing.FixNewlines(stackTrace).Split('\n').Select(line => line.Trim().Split(" in ")[0]);
            yield return ("StackTrace", string.Join('\n', lines.Where(line => line.StartsWith("at ", StringComparison.Ordinal))));
        }
    }
}
