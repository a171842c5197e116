namespace DslExperiments.Specs;

/// <summary>An argument of a function.</summary>
/// <param name="Name">For the reference page and messages.</param>
/// <param name="Type">A number or a whole number.</param>
/// <param name="Default">What it is when left out; null when it must be given.</param>
internal sealed record Parameter(string Name, FieldType Type, SpecValue? Default = null);

/// <summary>A named thing with arguments, which C# constructs as a record.</summary>
/// <param name="Name">As in the spec.</param>
/// <param name="CSharpType">The record.</param>
/// <param name="Doc">What it is, as the end of a sentence.</param>
/// <param name="Parameters">Its arguments in order.</param>
internal sealed record CallFunction(string Name, string CSharpType, string Doc, params Parameter[] Parameters)
{
    /// <summary><c>cosine(final = 0)</c>.</summary>
    public string Signature => Parameters.Length == 0
        ? Name
        : Name + "(" + string.Join(", ", Parameters.Select(p => p.Default is null ? p.Name : $"{p.Name} = {ValueText.Of(p.Default)}")) + ")";
}

/// <summary>One of a set of functions with its arguments: <c>uniform(0.5)</c>.</summary>
internal sealed class CallType(string csharpType, params CallFunction[] functions) : FieldType
{
    public override string CSharpType => csharpType;

    public override string Wanted => "one of " + string.Join(", ", functions.Select(f => f.Signature));

    public override string Title => "function";

    public override string Range => string.Join(", ", functions.Select(f => f.Signature));

    /// <summary>All functions with their documentation.</summary>
    public CallFunction[] Functions => functions;

    /// <summary>The same type with one more function.</summary>
    public CallType With(CallFunction more) => new(csharpType, functions.Append(more).ToArray());

    /// <summary>A call of the table; for defaults.</summary>
    public SpecValue Of(string name, params SpecValue[] arguments)
    {
        CallFunction function = functions.First(f => f.Name == name);
        return new SpecValue.Call(name, function.CSharpType, EquatableArray.Create(arguments));
    }

    public override void WriteSchema(JsonWriter json)
    {
        json.Property("type", "string");
        json.Property("pattern", "^\\s*(" + string.Join("|", functions.Select(f =>
            f.Name + (f.Parameters.Length == 0 ? "(\\(\\s*\\))?" : f.Parameters.Any(p => p.Default is null) ? "\\(.*\\)" : "(\\(.*\\))?"))) + ")\\s*$");
    }

    protected override SpecValue? ReadText(ScalarNode node, string text, string key, DiagnosticBag bag)
    {
        CallText call = CallText.Parse(text);
        if (!call.IsWellFormed)
        {
            bag.Report(ValueRules.BadCall, node, $"{key}: {Suggestions.Quote(text)} is not a function with its arguments, such as {Example()}{call.FlowHint}");
            return null;
        }

        CallFunction? function = Array.Find(functions, f => f.Name == call.Name);
        if (function is null)
        {
            string near = Suggestions.Nearest(call.Name, functions.Select(f => f.Name)) is string name ? $"; did you mean '{name}'?" : "";
            bag.Report(ValueRules.UnknownFunction, node, $"{key} wants {Wanted}, not {Suggestions.Quote(text)}{near}");
            return null;
        }

        Parameter[] parameters = function.Parameters;
        int required = parameters.Count(p => p.Default is null);
        if (call.Arguments.Length < required || call.Arguments.Length > parameters.Length)
        {
            bag.Report(ValueRules.BadCall, node, $"{key}: {function.Name} has {Count(call.Arguments.Length)}; write {function.Signature}");
            return null;
        }

        SpecValue[] values = new SpecValue[parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            if (i >= call.Arguments.Length)
            {
                values[i] = parameters[i].Default!;
                continue;
            }

            ScalarNode argument = node with { Text = call.Arguments[i] };
            if (parameters[i].Type.Read(argument, $"{key}: {function.Name}'s {parameters[i].Name}", bag) is not SpecValue value)
            {
                return null;
            }

            values[i] = value;
        }

        return new SpecValue.Call(function.Name, function.CSharpType, new EquatableArray<SpecValue>(values));
    }

    private static string Count(int arguments) => arguments switch
    {
        0 => "no arguments",
        1 => "1 argument",
        _ => NumberText.Format(arguments) + " arguments",
    };

    private string Example()
    {
        CallFunction function = functions.FirstOrDefault(f => f.Parameters.Length > 0) ?? functions[0];
        return function.Signature;
    }
}
