using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DslExperiments.Specs.Tests.Fuzzing;

/// <summary>Breaks specs at the level of characters, of tokens and of the tree; the same seed breaks the same way.</summary>
public sealed partial class Mutator(int seed, IReadOnlyList<string> corpus)
{
    private static readonly string[] Dictionary =
    [
        "~", "null", "[]", "{}", "[", "]", "{", "}", ":", ": ", "- ", ",", "#", "&a", "*a", "!!int", "<<", "---", "...", "\t", "\n", "\r\n", "\"", "'", "|", ">",
        "0", "-1", "1e-3", "1e999", ".inf", ".nan", "012", "5_000", "0..4", "4..0", "log(1e-4, 1e-1, 7)", "linear(0,1,3)", "true", "no", "off",
        "uniform(0.5)", "uniform(", "teacher(4)", "cosine", "spectral_norm(1)", "identity", "depth", "width", "heads", "mlp", "hidden", "norm", "init",
        "methods", "prompt", "lora", "full", "length", "rank", "on", "training", "learning_rate", "steps", "seeds", "metrics", "train.mse", "floor.mse",
        "custom.x", "expect", "min(", "max(prompt.train.mse)", "best(", "over: seed", "along: length", " and ", " or ", "not ", " < 1", "==", "[length=1]",
        "profiles", "ci", "zip", "extends", "base", "sample", "family", "custom", "type", "kind", "\u0000", "\u2028", "\ud800", "🦊", "9999999999999999999",
    ];

    private readonly Random random = new(seed);

    /// <summary>A broken spec.</summary>
    public string Next()
    {
        string text = Pick(corpus);
        int level = random.Next(10);
        int times = 1 + random.Next(4);
        if (level < 3)
        {
            return Repeat(text, times, BreakCharacters);
        }

        return level < 7 ? Repeat(text, times, BreakTokens) : BreakTree(text, times);
    }

    private static string Repeat(string text, int times, Func<string, string> once)
    {
        for (int i = 0; i < times; i++)
        {
            text = once(text);
        }

        return text;
    }

    private string BreakCharacters(string text)
    {
        int at = random.Next(text.Length + 1);
        int length = Math.Min(random.Next(6), text.Length - at);
        switch (random.Next(5))
        {
            case 0:
                return text.Remove(at, length);
            case 1:
                return text.Insert(at, ((char)random.Next(128)).ToString());
            case 2:
                return text.Insert(at, text.Substring(at, length));
            case 3:
                byte[] bytes = Encoding.UTF8.GetBytes(text);
                if (bytes.Length > 0)
                {
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                }

                return Encoding.UTF8.GetString(bytes);
            default:
                return text[..at];
        }
    }

    private string BreakTokens(string text)
    {
        List<string> tokens = [.. Token().Matches(text).Select(match => match.Value)];
        if (tokens.Count == 0)
        {
            return Pick(Dictionary);
        }

        int at = random.Next(tokens.Count);
        int other = random.Next(tokens.Count);
        switch (random.Next(5))
        {
            case 0:
                tokens.RemoveAt(at);
                break;
            case 1:
                tokens[at] = Pick(Dictionary);
                break;
            case 2:
                tokens.Insert(at, Pick(Dictionary));
                break;
            case 3:
                (tokens[at], tokens[other]) = (tokens[other], tokens[at]);
                break;
            default:
                tokens.Insert(at, tokens[other]);
                break;
        }

        return string.Concat(tokens);
    }

    private string BreakTree(string text, int times)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(text));
        for (int i = 0; i < times; i++)
        {
            List<YamlNode> nodes = [.. stream.Documents[0].AllNodes];
            YamlNode value = random.Next(3) == 0 ? new YamlScalarNode(Pick(Dictionary)) : Pick(nodes);
            switch (Pick(nodes))
            {
                case YamlMappingNode { Children.Count: > 0 } map:
                    YamlNode key = Pick([.. map.Children.Keys]);
                    if (random.Next(3) == 0)
                    {
                        map.Children.Remove(key);
                    }
                    else if (random.Next(3) == 0)
                    {
                        map.Children[new YamlScalarNode(Pick(Dictionary))] = Copy(value, 0);
                    }
                    else
                    {
                        map.Children[key] = Copy(value, 0);
                    }

                    break;
                case YamlSequenceNode list:
                    list.Children.Insert(random.Next(list.Children.Count + 1), Copy(value, 0));
                    break;
                case YamlScalarNode scalar:
                    scalar.Value = Pick(Dictionary);
                    scalar.Style = random.Next(2) == 0 ? ScalarStyle.DoubleQuoted : ScalarStyle.Any;
                    break;
            }
        }

        StringWriter writer = new();
        try
        {
            stream.Save(writer, assignAnchors: false);
        }
        catch (Exception problem) when (problem is YamlException or ArgumentException or InvalidOperationException)
        {
            // The writer refuses some of the texts that the reader must survive.
            return text;
        }

        return writer.ToString();
    }

    private static YamlNode Copy(YamlNode node, int depth) => node switch
    {
        YamlMappingNode map when depth < 6 => new YamlMappingNode(map.Children
            .Select(pair => KeyValuePair.Create(Copy(pair.Key, depth + 1), Copy(pair.Value, depth + 1)))
            .DistinctBy(pair => pair.Key)),
        YamlSequenceNode list when depth < 6 => new YamlSequenceNode(list.Children.Select(child => Copy(child, depth + 1))),
        YamlScalarNode scalar => new YamlScalarNode(scalar.Value),
        _ => new YamlScalarNode("deep"),
    };

    private T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    [GeneratedRegex(@"\w+|\s+|[^\w\s]")]
    private static partial Regex Token();
}
