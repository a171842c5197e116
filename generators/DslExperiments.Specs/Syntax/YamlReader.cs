using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DslExperiments.Specs;

/// <summary>
/// From YAML text to <see cref="SpecNode"/>. All scalars stay text: what they mean is up to the field that they are
/// for. What YAML allows but a spec does not (tags, merge keys, several documents) is refused with its position.
/// </summary>
internal sealed class YamlReader
{
    /// <summary>The most characters that a spec may have.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>The deepest nesting of lists and maps.</summary>
    public const int MaxDepth = 32;

    /// <summary>The most nodes, every use of an alias counted with all that it stands for.</summary>
    public const int MaxNodes = 20_000;

    private readonly string path;
    private readonly DiagnosticBag bag;
    private readonly CancellationToken cancellationToken;
    private readonly Dictionary<string, (SpecNode? Node, int Size)> anchors = new(StringComparer.Ordinal);
    private readonly string text;
    private readonly LineMap lines;
    private Parser parser = null!;
    private int nodes;

    private YamlReader(string path, string text, DiagnosticBag bag, CancellationToken cancellationToken)
    {
        this.path = path;
        this.text = text;
        this.bag = bag;
        this.cancellationToken = cancellationToken;
        lines = new LineMap(text);
    }

    /// <summary>Reads one document. Null when there is none or when its syntax is broken; the bag then says why.</summary>
    public static SpecNode? Read(string path, string text, DiagnosticBag bag, CancellationToken cancellationToken)
    {
        if (text.Length > MaxLength)
        {
            bag.Report(YamlRules.TooLarge, new SpecSpan(path, 1, 1, 1, 1), $"the file has more than {MaxLength} characters");
            return null;
        }

        text = text.Length > 0 && text[0] == '\uFEFF' ? text.Substring(1) : text;
        YamlReader reader = new(path, text, bag, cancellationToken);
        return reader.CheckCharacters() ? reader.ReadDocument() : null;
    }

    /// <summary>Characters that YAML forbids or that the scanner would take for the end; tabs where indentation is.</summary>
    private bool CheckCharacters()
    {
        int line = 1;
        int lineStart = 0;
        bool indentation = true;
        bool ok = true;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029')
            {
                if (c == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
                {
                    i++;
                }

                line++;
                lineStart = i + 1;
                indentation = true;
                continue;
            }

            SpecSpan here = new(path, line, i - lineStart + 1, line, i - lineStart + 2);
            if (c == '\t' && indentation)
            {
                bag.Report(YamlRules.Tab, here, "a tab in the indentation; YAML indents with spaces");
                ok = false;
                indentation = false;
            }
            else if (c is < ' ' and not '\t' or '\u007f')
            {
                bag.Report(YamlRules.Character, here, $"the character U+{(int)c:X4} is not allowed in a spec");
                return false;
            }
            else if (char.IsSurrogate(c))
            {
                if (!char.IsHighSurrogate(c) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1]))
                {
                    bag.Report(YamlRules.Character, here, $"half of a character (U+{(int)c:X4}); the file is not valid UTF-8 or was cut");
                    return false;
                }

                i++;
            }

            indentation &= c == ' ';
        }

        return ok;
    }

    private SpecNode? ReadDocument()
    {
        parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        try
        {
            Next<StreamStart>();
            if (!parser.MoveNext() || parser.Current is StreamEnd)
            {
                bag.Report(YamlRules.NotAMap, lines.Clamp(path, 1, 1, 1, 1), "the spec is empty; it needs at least summary, backbone, task, methods, seeds and metrics");
                return null;
            }

            parser.MoveNext();
            SpecNode root = ReadNode(0);
            Next<DocumentEnd>();
            if (parser.MoveNext() && parser.Current is DocumentStart second)
            {
                bag.Report(YamlRules.SecondDocument, Span(second.Start, second.End), "a second document; a file holds one spec");
            }

            return root;
        }
        catch (YamlException problem)
        {
            bag.Report(YamlRules.Syntax, Span(problem.Start, problem.Start), "not YAML: " + Wording(problem.Message));
            return null;
        }
        catch (LimitException problem)
        {
            bag.Report(YamlRules.TooLarge, problem.Span, problem.Message);
            return null;
        }
        catch (Exception problem) when (problem is InvalidOperationException or ArgumentException or IndexOutOfRangeException or InvalidCastException or FormatException or OverflowException or NullReferenceException)
        {
            // The scanner is foreign code: on text that breaks it, say where it stood.
            Mark at = parser.Current?.End ?? Mark.Empty;
            bag.Report(YamlRules.Syntax, Span(at, at), "not YAML: the text cannot be read from here on");
            return null;
        }
    }

    private void Next<T>()
        where T : ParsingEvent
    {
        if (!parser.MoveNext() || parser.Current is not T)
        {
            throw new YamlException(parser.Current?.Start ?? Mark.Empty, parser.Current?.End ?? Mark.Empty, "the text ends too early");
        }
    }

    /// <summary>Reads the node that the parser stands on and leaves the parser on the node's last event.</summary>
    private SpecNode ReadNode(int depth)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ParsingEvent current = parser.Current!;
        if (current is AnchorAlias alias)
        {
            return ReadAlias(alias);
        }

        SpecSpan start = Span(current.Start, current.End);
        Count(1, start);
        if (depth > MaxDepth)
        {
            throw new LimitException($"nested deeper than {MaxDepth} levels", start);
        }

        string? anchor = null;
        if (current is NodeEvent node)
        {
            if (!node.Tag.IsEmpty)
            {
                bag.Report(YamlRules.Tag, node.Anchor.IsEmpty ? start with { EndLine = start.StartLine, EndColumn = start.StartColumn + TagText(node.Tag.Value).Length } : start, $"the tag {Suggestions.Quote(TagText(node.Tag.Value))}; a value's type comes from its key, so tags are not allowed");
            }

            if (!node.Anchor.IsEmpty)
            {
                anchor = node.Anchor.Value;
                anchors[anchor] = (null, 0);
            }
        }

        int before = nodes;
        SpecNode result = current switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart list => ReadSequence(start, depth, list.Style == SequenceStyle.Flow),
            MappingStart map => ReadMapping(start, depth, map.Style == MappingStyle.Flow),
            _ => throw new YamlException(current.Start, current.End, "a value is missing"),
        };

        if (anchor is not null)
        {
            anchors[anchor] = (result, nodes - before + 1);
        }

        return result;
    }

    private ScalarNode ReadScalar(Scalar scalar)
    {
        SpecSpan span = Span(scalar.Start, scalar.End);
        bool plain = scalar.Style == ScalarStyle.Plain;
        int quotes = scalar.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted ? 1 : 0;
        bool block = scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded;
        foreach (char c in scalar.Value)
        {
            if (c is < ' ' and not ('\t' or '\n' or '\r') or '\u007f')
            {
                bag.Report(YamlRules.Character, span, $"the character U+{(int)c:X4} is not allowed in a spec");
                break;
            }
        }

        bool direct = !block && span.StartLine == span.EndLine && span.EndColumn - span.StartColumn == scalar.Value.Length + (2 * quotes);
        return new ScalarNode(span, scalar.Value, plain, direct ? span.StartColumn + quotes : 0);
    }

    private SequenceNode ReadSequence(SpecSpan start, int depth, bool isFlow)
    {
        List<SpecNode> items = new();
        while (parser.MoveNext() && parser.Current is not SequenceEnd)
        {
            items.Add(ReadNode(depth + 1));
        }

        SpecSpan span = isFlow ? ToBracket(start) : items.Count == 0 ? start : To(start, items[items.Count - 1].Span);
        return new SequenceNode(span, new EquatableArray<SpecNode>(items.ToArray()));
    }

    private MappingNode ReadMapping(SpecSpan start, int depth, bool isFlow)
    {
        List<MappingEntry> entries = new();
        Dictionary<string, SpecSpan> seen = new(StringComparer.Ordinal);
        while (parser.MoveNext() && parser.Current is not MappingEnd)
        {
            SpecNode key = ReadNode(depth + 1);
            if (!parser.MoveNext())
            {
                break;
            }

            SpecNode value = ReadNode(depth + 1);
            if (key is not ScalarNode name)
            {
                bag.Report(YamlRules.ComplexKey, key.Span, "a key must be a word, not a list or a map");
            }
            else if (name.Text == "<<")
            {
                bag.Report(YamlRules.MergeKey, name.Span, "'<<' is not part of YAML 1.2; use 'extends:' or repeat the keys");
            }
            else if (seen.TryGetValue(name.Text, out SpecSpan first))
            {
                bag.Report(YamlRules.DuplicateKey, name.Span, $"the key {Suggestions.Quote(name.Text)} is already set on line {first.StartLine}, column {first.StartColumn}");
            }
            else
            {
                seen.Add(name.Text, name.Span);
                entries.Add(new MappingEntry(name, value));
            }
        }

        SpecSpan span = isFlow ? ToBracket(start) : entries.Count == 0 ? start : To(start, entries[entries.Count - 1].Value.Span);
        return new MappingNode(span, new EquatableArray<MappingEntry>(entries.ToArray()));
    }

    private SpecNode ReadAlias(AnchorAlias alias)
    {
        SpecSpan span = Span(alias.Start, alias.End);
        string name = alias.Value.Value;
        if (!anchors.TryGetValue(name, out (SpecNode? Node, int Size) target))
        {
            bag.Report(YamlRules.Alias, span, $"the alias {Suggestions.Quote("*" + name)} has no anchor {Suggestions.Quote("&" + name)} before it");
        }
        else if (target.Node is null)
        {
            bag.Report(YamlRules.Alias, span, $"the alias {Suggestions.Quote("*" + name)} stands inside its own anchor");
        }
        else
        {
            Count(target.Size, span);
            return target.Node;
        }

        Count(1, span);
        return new ScalarNode(span, "*" + name, false, 0) { IsBroken = true };
    }

    private void Count(int more, SpecSpan span)
    {
        nodes += more;
        if (nodes > MaxNodes)
        {
            throw new LimitException($"more than {MaxNodes} values, aliases written out", span);
        }
    }

    private SpecSpan Span(Mark start, Mark end) => lines.Clamp(path, start.Line, start.Column, end.Line, end.Column);

    /// <summary>To the bracket that the parser stands on, that included.</summary>
    private SpecSpan ToBracket(SpecSpan start)
    {
        Mark end = parser.Current!.Start;
        return lines.Clamp(path, start.StartLine, start.StartColumn, end.Line, end.Column + 1);
    }

    /// <summary>To the end of a list's or a map's last item, if that stands after the start and not behind an alias.</summary>
    private SpecSpan To(SpecSpan start, SpecSpan last) => lines.Clamp(path, start.StartLine, start.StartColumn, last.EndLine, last.EndColumn);

    /// <summary>The tag as written: <c>!!int</c>.</summary>
    private static string TagText(string tag)
    {
        const string Core = "tag:yaml.org,2002:";
        return tag.StartsWith(Core, StringComparison.Ordinal) ? "!!" + tag.Substring(Core.Length) : tag;
    }

    /// <summary>The scanner's message without the positions that it appends.</summary>
    private static string Wording(string message)
    {
        int marks = message.IndexOf("Line: ", StringComparison.Ordinal);
        string wording = (marks < 0 ? message : message.Substring(0, marks)).Trim().TrimEnd('.');
        if (wording.Length == 0)
        {
            return "the text cannot be read";
        }

        string hint = wording.IndexOf("flow", StringComparison.Ordinal) >= 0
            ? "; inside { } and [ ] a text with commas or brackets needs quotes"
            : wording.IndexOf("invalid mapping", StringComparison.Ordinal) >= 0 ? "; a text with ': ' needs quotes" : "";
        return char.ToLowerInvariant(wording[0]) + wording.Substring(1) + hint;
    }

    /// <summary>Leaves the reading when a limit is reached; never leaves this class.</summary>
    private sealed class LimitException(string message, SpecSpan span) : Exception(message)
    {
        public SpecSpan Span { get; } = span;
    }
}
