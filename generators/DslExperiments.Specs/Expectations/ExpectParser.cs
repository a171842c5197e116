namespace DslExperiments.Specs;

/// <summary>
/// Parses expectations by recursive descent: <c>or</c> binds weaker than <c>and</c>, then <c>not</c>, comparison,
/// <c>+ -</c>, <c>* /</c>, unary minus, call or path.
/// </summary>
internal sealed class ExpectParser
{
    private static readonly string[] Operators = { "<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ",", ":", ".", "=" };
    private readonly string text;
    private int position;
    private int nesting;
    private Token token;

    private ExpectParser(string text)
    {
        this.text = text;
        Advance();
    }

    private enum TokenKind
    {
        End,
        Number,
        Name,
        Operator,
        Unknown,
    }

    /// <summary>Parses a line; null after reporting why it is none.</summary>
    public static ExpectSyntax? Parse(ScalarNode node, DiagnosticBag bag)
    {
        try
        {
            ExpectParser parser = new(node.Text);
            ExpectSyntax syntax = parser.ParseOr();
            if (parser.token.Kind != TokenKind.End)
            {
                throw parser.Unexpected("the end, or an operator");
            }

            return syntax;
        }
        catch (ParseException problem)
        {
            bag.Report(problem.Rule, node, node.Part(problem.Start, problem.Length), problem.Message);
            return null;
        }
    }

    private ExpectSyntax ParseOr()
    {
        ExpectSyntax left = ParseAnd();
        while (Is(TokenKind.Name, "or"))
        {
            left = Binary(left, ParseAnd);
        }

        return left;
    }

    private ExpectSyntax ParseAnd()
    {
        ExpectSyntax left = ParseNot();
        while (Is(TokenKind.Name, "and"))
        {
            left = Binary(left, ParseNot);
        }

        return left;
    }

    private ExpectSyntax ParseNot()
    {
        if (!Is(TokenKind.Name, "not"))
        {
            return ParseComparison();
        }

        int start = token.Start;
        Advance();
        Enter(start);
        ExpectSyntax operand = ParseNot();
        nesting--;
        return Limited(new ExpectSyntax.Unary(start, operand, "not"));
    }

    private ExpectSyntax ParseComparison()
    {
        ExpectSyntax left = ParseSum();
        if (token.Kind == TokenKind.Operator && token.Text is "=")
        {
            throw Error(token.Start, 1, "'=' is for filters; compare with ==");
        }

        if (token.Kind != TokenKind.Operator || token.Text is not ("<" or "<=" or ">" or ">=" or "==" or "!="))
        {
            return left;
        }

        left = Binary(left, ParseSum);
        if (token.Kind == TokenKind.Operator && token.Text is "<" or "<=" or ">" or ">=" or "==" or "!=")
        {
            throw Error(token.Start, token.Text.Length, "comparisons do not chain; join two of them with 'and'");
        }

        return left;
    }

    private ExpectSyntax ParseSum()
    {
        ExpectSyntax left = ParseProduct();
        while (token.Kind == TokenKind.Operator && token.Text is "+" or "-")
        {
            left = Binary(left, ParseProduct);
        }

        return left;
    }

    private ExpectSyntax ParseProduct()
    {
        ExpectSyntax left = ParseUnary();
        while (token.Kind == TokenKind.Operator && token.Text is "*" or "/")
        {
            left = Binary(left, ParseUnary);
        }

        return left;
    }

    private ExpectSyntax ParseUnary()
    {
        if (!Is(TokenKind.Operator, "-"))
        {
            return ParsePrimary();
        }

        int start = token.Start;
        Advance();
        Enter(start);
        ExpectSyntax operand = ParseUnary();
        nesting--;
        return operand is ExpectSyntax.Number number
            ? new ExpectSyntax.Number(start, number.End, 0 - number.Value)
            : Limited(new ExpectSyntax.Unary(start, operand, "-"));
    }

    private ExpectSyntax ParsePrimary()
    {
        Token first = token;
        if (first.Kind == TokenKind.Number)
        {
            Advance();
            return NumberText.TryParse(first.Text, out double value)
                ? new ExpectSyntax.Number(first.Start, first.End, value)
                : throw Error(first.Start, first.Text.Length, $"{Suggestions.Quote(first.Text)} is not a number");
        }

        if (Is(TokenKind.Operator, "("))
        {
            Enter(first.Start);
            Advance();
            ExpectSyntax inside = ParseOr();
            Expect(")");
            nesting--;
            return inside;
        }

        if (first.Kind != TokenKind.Name || first.Text is "and" or "or" or "not")
        {
            throw Unexpected("a number, a function or a path such as prompt.train.mse");
        }

        Advance();
        return Is(TokenKind.Operator, "(") ? ParseCall(first) : ParsePath(first);
    }

    private ExpectSyntax ParseCall(Token name)
    {
        Enter(name.Start);
        Advance();
        List<ExpectSyntax> arguments = new();
        List<NamedArgument> named = new();
        int depth = 0;
        while (!Is(TokenKind.Operator, ")"))
        {
            if (arguments.Count + named.Count > 0)
            {
                Expect(",", "',' or ')'");
            }

            Token start = token;
            if (start.Kind == TokenKind.Name && IsColonNext())
            {
                Advance();
                Advance();
                Token value = token;
                if (value.Kind != TokenKind.Name)
                {
                    throw Unexpected($"the name of an axis after {Suggestions.Quote(start.Text + ":")}");
                }

                Advance();
                named.Add(new NamedArgument(start.Text, start.Start, value.Text, value.Start));
                continue;
            }

            ExpectSyntax argument = ParseOr();
            depth = Math.Max(depth, argument.Depth);
            arguments.Add(argument);
        }

        int end = token.End;
        Advance();
        nesting--;
        return Limited(new ExpectSyntax.Call(name.Start, end, depth + 1, name.Text, arguments.ToArray(), named.ToArray()));
    }

    private ExpectSyntax ParsePath(Token method)
    {
        FilterSyntax[] filters = Array.Empty<FilterSyntax>();
        if (Is(TokenKind.Operator, "["))
        {
            filters = ParseFilters();
        }

        if (!Is(TokenKind.Operator, "."))
        {
            throw Error(method.Start, method.Text.Length, $"{Suggestions.Quote(method.Text)} is no path; write METHOD.METRIC, such as prompt.train.mse");
        }

        int metricStart = token.End;
        string metric = "";
        int end = token.End;
        while (Is(TokenKind.Operator, "."))
        {
            Advance();
            if (token.Kind != TokenKind.Name)
            {
                throw Unexpected("a part of a metric's name");
            }

            metricStart = metric.Length == 0 ? token.Start : metricStart;
            metric += (metric.Length == 0 ? "" : ".") + token.Text;
            end = token.End;
            Advance();
        }

        return new ExpectSyntax.Path(method.Start, end, method.Text, filters, metric, metricStart);
    }

    /// <summary>Filters; their values are taken as raw text, because the axis decides how to read them.</summary>
    private FilterSyntax[] ParseFilters()
    {
        List<FilterSyntax> filters = new();
        do
        {
            Advance();
            Token axis = token;
            if (axis.Kind != TokenKind.Name)
            {
                throw Unexpected("the name of an axis");
            }

            Advance();
            Token comparison = token;
            if (comparison.Kind != TokenKind.Operator || comparison.Text is not ("=" or "==" or "!=" or "<" or "<=" or ">" or ">="))
            {
                throw Unexpected("one of = != < <= > >=");
            }

            int start = comparison.End;
            int end = start;
            for (int open = 0; end < text.Length; end++)
            {
                char c = text[end];
                if (open == 0 && c is ',' or ']')
                {
                    break;
                }

                open += c is '(' or '[' ? 1 : c is ')' or ']' ? -1 : 0;
            }

            while (start < end && text[start] == ' ')
            {
                start++;
            }

            string value = text.Substring(start, end - start).TrimEnd();
            if (value.Length == 0)
            {
                throw Error(comparison.Start, comparison.Text.Length, $"a value is missing after '{comparison.Text}'");
            }

            position = end;
            Advance();
            filters.Add(new FilterSyntax(axis.Text, axis.Start, comparison.Text == "==" ? "=" : comparison.Text, comparison.Start, value, start));
        }
        while (Is(TokenKind.Operator, ","));
        Expect("]");
        return filters.ToArray();
    }

    private ExpectSyntax Binary(ExpectSyntax left, Func<ExpectSyntax> parseRight)
    {
        Token symbol = token;
        Advance();
        return Limited(new ExpectSyntax.Binary(symbol.Text, symbol.Start, left, parseRight()));
    }

    private ExpectSyntax Limited(ExpectSyntax syntax) => syntax.Depth <= Limits.MaxExpressionDepth
        ? syntax
        : throw TooDeep(syntax.Start);

    private void Enter(int start)
    {
        if (++nesting > Limits.MaxExpressionDepth)
        {
            throw TooDeep(start);
        }
    }

    private ParseException TooDeep(int start) =>
        new(ExpectRules.TooDeep, start, 1, $"the expectation is nested deeper than {Limits.MaxExpressionDepth} levels");

    private bool Is(TokenKind kind, string value) => token.Kind == kind && token.Text == value;

    private void Expect(string symbol, string? wanted = null)
    {
        if (!Is(TokenKind.Operator, symbol))
        {
            throw Unexpected(wanted ?? $"'{symbol}'");
        }

        Advance();
    }

    private ParseException Unexpected(string wanted) => token.Kind == TokenKind.End
        ? Error(text.Length, 0, $"{wanted} is missing at the end")
        : Error(token.Start, token.Text.Length, $"{Suggestions.Quote(token.Text)} stands where {wanted} should be");

    private static ParseException Error(int start, int length, string message) => new(ExpectRules.Syntax, start, length, message);

    private bool IsColonNext()
    {
        int at = position;
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at < text.Length && text[at] == ':';
    }

    private void Advance()
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }

        int start = position;
        if (start == text.Length)
        {
            token = new Token(TokenKind.End, "", start);
            return;
        }

        char c = text[start];
        if (IsDigit(c) || (c == '.' && start + 1 < text.Length && IsDigit(text[start + 1]) && (start == 0 || !IsNamePart(text[start - 1]) && text[start - 1] != ']')))
        {
            position = NumberEnd(start);
            token = new Token(TokenKind.Number, text.Substring(start, position - start), start);
            return;
        }

        if (IsNamePart(c))
        {
            while (position < text.Length && IsNamePart(text[position]))
            {
                position++;
            }

            token = new Token(TokenKind.Name, text.Substring(start, position - start), start);
            return;
        }

        foreach (string symbol in Operators)
        {
            if (string.CompareOrdinal(text, start, symbol, 0, symbol.Length) == 0)
            {
                position += symbol.Length;
                token = new Token(TokenKind.Operator, symbol, start);
                return;
            }
        }

        position += char.IsHighSurrogate(c) && start + 1 < text.Length ? 2 : 1;
        token = new Token(TokenKind.Unknown, text.Substring(start, position - start), start);
    }

    private int NumberEnd(int at)
    {
        while (at < text.Length && (IsNamePart(text[at]) || text[at] == '.' || (text[at] is '+' or '-' && text[at - 1] is 'e' or 'E')))
        {
            at++;
        }

        return at;
    }

    private static bool IsDigit(char c) => c is >= '0' and <= '9';

    private static bool IsNamePart(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '_' || IsDigit(c);

    private readonly record struct Token(TokenKind Kind, string Text, int Start)
    {
        public int End => Start + Text.Length;
    }

    /// <summary>Leaves the descent at the first error of a line; never leaves this class.</summary>
    private sealed class ParseException(DiagnosticRule rule, int start, int length, string message) : Exception(message)
    {
        public DiagnosticRule Rule { get; } = rule;

        public int Start { get; } = start;

        public int Length { get; } = length;
    }
}
