namespace DslExperiments.Specs;

/// <summary>A node of a parsed spec: comment-free, with its position.</summary>
/// <param name="Span">Where it stands; the <c>extends:</c> line when it was inherited.</param>
internal abstract record SpecNode(SpecSpan Span)
{
    /// <summary>The spec that the node was inherited from, or null when it is the file's own.</summary>
    public string? InheritedFrom { get; init; }

    /// <summary>True for what stands in for a value that could not be read, which is reported already.</summary>
    public bool IsBroken { get; init; }

    /// <summary>True for <c>~</c>, <c>null</c> and nothing at all, unless quoted.</summary>
    public bool IsNull => this is ScalarNode { IsPlain: true, Text: "" or "~" or "null" or "Null" or "NULL" };
}

/// <summary>A single value.</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="Text">The text after quotes, escapes and folding.</param>
/// <param name="IsPlain">True when written without quotes.</param>
/// <param name="TextColumn">The column of the text's first character when text and file agree letter by letter on one line; else 0.</param>
internal sealed record ScalarNode(SpecSpan Span, string Text, bool IsPlain, int TextColumn) : SpecNode(Span)
{
    /// <summary>The position of a part of the text, or of all of it when the parts cannot be told.</summary>
    public SpecSpan Part(int start, int length) => TextColumn == 0
        ? Span
        : Span with { StartColumn = TextColumn + start, EndLine = Span.StartLine, EndColumn = TextColumn + start + length };
}

/// <summary>A list.</summary>
internal sealed record SequenceNode(SpecSpan Span, EquatableArray<SpecNode> Items) : SpecNode(Span);

/// <summary>A map; keys are unique.</summary>
internal sealed record MappingNode(SpecSpan Span, EquatableArray<MappingEntry> Entries) : SpecNode(Span)
{
    /// <summary>The entry of a key, or null.</summary>
    public MappingEntry? Find(string key)
    {
        foreach (MappingEntry entry in Entries)
        {
            if (entry.Key.Text == key)
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>The value of a key, or null.</summary>
    public SpecNode? this[string key] => Find(key)?.Value;
}

/// <summary>A key and its value.</summary>
internal sealed record MappingEntry(ScalarNode Key, SpecNode Value);
