using System.Globalization;
using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace DslExperiments.Specs.Tests.Support;

/// <summary>YAML as an editor's schema checker sees it: types by YAML 1.2's core schema.</summary>
public static partial class YamlToJson
{
    public static JToken Convert(string yaml)
    {
        YamlStream stream = [];
        stream.Load(new StringReader(yaml));
        return Convert(stream.Documents[0].RootNode);
    }

    private static JToken Convert(YamlNode node) => node switch
    {
        YamlMappingNode map => new JObject(map.Children.Select(pair => new JProperty(((YamlScalarNode)pair.Key).Value!, Convert(pair.Value)))),
        YamlSequenceNode list => new JArray(list.Children.Select(Convert)),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value ?? ""),
        YamlScalarNode scalar => new JValue(scalar.Value),
        _ => throw new ArgumentException("unexpected node", nameof(node)),
    };

    private static JValue Plain(string text) => text switch
    {
        "" or "~" or "null" => JValue.CreateNull(),
        "true" or "false" => new JValue(text == "true"),
        _ when Integer().IsMatch(text) => new JValue(long.Parse(text, CultureInfo.InvariantCulture)),
        _ when Number().IsMatch(text) => new JValue(double.Parse(text, CultureInfo.InvariantCulture)),
        _ => new JValue(text),
    };

    [GeneratedRegex("^[-+]?[0-9]+$")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Number();
}
