using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;
using DslExperiments.Results;
using DslExperiments.Tasks;
using DslExperiments.Tests.Cohorts;
using DslExperiments.Training;

namespace DslExperiments.Tests.Results.Peft;

/// <summary>Arms as cohorts leave them, with numbers that need no training, and small backbones of every family.</summary>
internal static class SavedArms
{
    /// <summary>Two heads share one of keys and values, and heads are wider than width / heads.</summary>
    public static LlamaOptions Llama { get; } = new()
    {
        Depth = 2, Width = 6, Heads = 2, KeyValueHeads = 1, HeadWidth = 4, Mlp = new SwiGlu { Hidden = 5 }, Vocabulary = 9, Context = 32,
    };

    public static Gpt2Options Gpt2 { get; } = new() { Depth = 2, Width = 6, Heads = 2, Mlp = new GeluMlp { Hidden = 5 }, Vocabulary = 9, Context = 32 };

    public static T5Options T5 { get; } = new()
    {
        Depth = 2, DecoderDepth = 1, Width = 6, Heads = 2, HeadWidth = 4, Mlp = new GatedGelu { Hidden = 5 }, Vocabulary = 9,
    };

    public static TransformerOptions Own { get; } = new() { Depth = 2, Width = 6, Heads = 2, Mlp = new MlpOptions { Hidden = 5 } };

    public static TransformerOptions ByName(string name) => name switch { "llama" => Llama, "gpt2" => Gpt2, "t5" => T5, _ => Own };

    /// <summary>An arm with these tensors, of numbers that no two tensors share.</summary>
    public static ArmOutcome Of(MethodOptions method, TransformerOptions backbone, params (string Name, long[] Shape)[] tensors)
    {
        int next = 1;
        var arrays = tensors.Select(tensor =>
        {
            double[] values = new double[tensor.Shape.Aggregate(1L, static (product, size) => product * size)];
            for (int index = 0; index < values.Length; index++)
            {
                values[index] = (float)Math.Sin(next++);
            }

            return new AdapterArray(tensor.Name, tensor.Shape, backbone.Dtype, values);
        });
        long count = tensors.Sum(static tensor => tensor.Shape.Aggregate(1L, static (product, size) => product * size));
        var design = new ArmDesign(new TestArm("arm", 0, 0), backbone, new SharedTokenPairOptions(), method, new TrainingOptions(), count);
        return new ArmOutcome(design, [], [], null, [.. arrays]);
    }

    /// <summary>The tensors of a method, by its definition.</summary>
    public static (string Name, long[] Shape)[] TensorsOf(MethodOptions method, TransformerOptions backbone) => method switch
    {
        PromptOptions prompt => [("prompt", [prompt.Length, backbone.Width])],
        PrefixOptions { Form: PrefixForm.BlockInput } prefix =>
            [.. Enumerable.Range(0, backbone.Depth + backbone.DecoderDepth).Select(layer => ($"layers.{layer}.prefix.rows", (long[])[prefix.Length, backbone.Width]))],
        PrefixOptions prefix =>
        [
            .. from layer in Enumerable.Range(0, backbone.Depth + backbone.DecoderDepth)
               from part in (string[])["key", "value"]
               select ($"layers.{layer}.prefix.{part}", (long[])[prefix.Length, backbone.KeyValueWidth()]),
        ],
        LoraOptions lora =>
        [
            .. from place in Projections.Places(lora.On, backbone)
               let shape = Projections.ShapeOf(place.Projection, backbone)
               let name = $"layers.{place.Layer}.{Projections.NameOf(place.Projection)}.lora_"
               from tensor in ((string, long[])[])[(name + "A", [lora.Rank, shape.Inputs]), (name + "B", [shape.Outputs, lora.Rank])]
               select tensor,
        ],
        PromptLoraOptions both => [.. TensorsOf(both.Prompt, backbone), .. TensorsOf(both.Lora, backbone)],
        PrefixLoraOptions both => [.. TensorsOf(both.Prefix, backbone), .. TensorsOf(both.Lora, backbone)],
        _ => [],
    };

    /// <summary>An arm of a method with the tensors that it has.</summary>
    public static ArmOutcome Of(MethodOptions method, TransformerOptions backbone) => Of(method, backbone, TensorsOf(method, backbone));

    /// <summary>Writes the arm's folder and returns what its file of tensors has.</summary>
    public static SafetensorsFile Write(string folder, ArmOutcome arm)
    {
        AdapterFolder.Write(folder, arm);
        return Safetensors.Read(Path.Combine(folder, "adapter_model.safetensors"));
    }
}
