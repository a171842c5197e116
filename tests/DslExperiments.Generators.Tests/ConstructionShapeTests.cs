using DslExperiments.Backbones;
using DslExperiments.Constructions;
using DslExperiments.Generators.Tests.Support;
using DslExperiments.Specs;

namespace DslExperiments.Generators.Tests;

/// <summary>The shape that the spec compiler demands of a construction is the one that the runtime builds.</summary>
public class ConstructionShapeTests
{
    /// <summary>Nothing in it is what a construction has, and nothing is a default.</summary>
    private static readonly TransformerOptions Other = new()
    {
        Depth = 97,
        Width = 9973,
        Heads = 89,
        Attention = new() { Scale = AttentionScale.InverseSqrt, Output = true },
        Mlp = new() { Hidden = 9967, Activation = Activation.Tanh, Residual = false },
        Norm = Norm.Rms,
        Causal = false,
        Positions = Positions.Rotary,
        Vocabulary = 9949,
        Context = 9941,
        Dtype = Precision.Float32,
    };

    public static TheoryData<string> Heads => ["value_head", "query_head"];

    [Fact]
    public void Of_lookup_networks()
    {
        int[] sizes = [2, 3, 4, 5, 7, 10, 11, 12, 20, 41, 94, 255, 256];
        foreach (int symbols in sizes)
        {
            foreach (int answers in (int[])[1, .. sizes])
            {
                for (int inputs = 0; inputs <= 2; inputs++)
                {
                    AssertLookup(symbols, inputs, answers);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void Of_heads(string word)
    {
        var call = (SpecValue.Call)Specs.BackboneTypes.Construct.Of(word);
        AssertSame(Specs.Constructions.ShapeOf(call), (Construction)RuntimeTypes.ToObject(call)!);
        Assert.Null(Specs.Constructions.ShapeOf(call).PromptLength);
    }

    [Fact]
    public void Of_nothing() => Assert.Empty(Specs.Constructions.ShapeOf((SpecValue.Call)Specs.BackboneTypes.Construct.Of("none")).Fields);

    private static void AssertLookup(int symbols, int inputs, int answers)
    {
        var shape = Specs.Constructions.ShapeOf((SpecValue.Call)Specs.BackboneTypes.Construct.Of("lookup", new SpecValue.Int(symbols), new SpecValue.Int(inputs), new SpecValue.Int(answers)));
        LookupNetwork network = new(symbols, inputs, answers);
        if (shape.Limit is not null)
        {
            Assert.Throws<ArgumentException>(() => new LookupLayout(network));
            return;
        }

        AssertSame(shape, network);
        Assert.Equal(new LookupLayout(network).VirtualTokens, shape.PromptLength);
    }

    /// <summary>What the runtime changes of options that fit nowhere is what the compiler prescribes.</summary>
    private static void AssertSame(ConstructionShape shape, Construction construction)
    {
        var given = Other with { Construct = construction };
        var built = ConstructedWeights.Shape(given);
        var changed = Specs.Backbones.Transformer.Section.Leaves
            .Where(leaf => !Equals(RuntimeTypes.Get(built, leaf.MemberPath), RuntimeTypes.Get(given, leaf.MemberPath)))
            .Select(leaf => $"{leaf.Path} {Spell(leaf.Field.Type!, RuntimeTypes.Get(built, leaf.MemberPath)!)}");

        Assert.Equal(
            changed.Order(StringComparer.Ordinal),
            shape.Fields.Select(field => $"{field.Path} {field.Value}").Order(StringComparer.Ordinal));
    }

    /// <summary>A property's value as the spec spells it.</summary>
    private static string Spell(FieldType type, object value) => type switch
    {
        ChoiceType choice => choice.Words.Single(word => word.Member == value.ToString()).Name,
        BoolType => (bool)value ? "true" : "false",
        _ => NumberText.Format((int)value),
    };
}
