using System.CommandLine;
using DslExperiments.Backbones;
using DslExperiments.Backbones.Generation;
using DslExperiments.Checkpoints;
using DslExperiments.Methods;
using DslExperiments.Results;
using DslExperiments.Results.Peft;
using DslExperiments.Text;
using TorchSharp;

namespace DslExperiments.Hosting.Commands;

/// <summary><c>generate</c>: a checkpoint, or the backbone of a run, continues texts, each with an adapter of its own.</summary>
internal static class GenerateCommand
{
    public static Command Create(CommandContext context)
    {
        var folder = new Argument<string>("FOLDER") { Description = "A checkpoint's folder in Hugging Face's layout, or a run's, whose backbones then continue." };
        var settings = new GenerateSettings();
        var command = new Command("generate", "Let a checkpoint or the backbone of a run continue texts, with adapters that runs or PEFT have left.") { folder };
        foreach (var option in settings.All)
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellation) => Task.FromResult(Generate(context, parsed.GetValue(folder)!, settings, parsed, cancellation)));
        return command;
    }

    private static int Generate(CommandContext context, string folder, GenerateSettings settings, ParseResult parsed, CancellationToken cancellation)
    {
        var pairs = settings.Pairs(parsed);
        var options = settings.Options(parsed);
        string device = parsed.GetValue(settings.Device) ?? Devices.Cpu;
        Devices.RequireKnown(device);
        using var scope = torch.NewDisposeScope();
        var (written, texts) = (new GeneratedTokens[pairs.Length], new string[pairs.Length]);
        foreach (var group in Models(context, folder, settings, parsed, pairs).Index().GroupBy(static pair => pair.Item.Model))
        {
            int[] places = [.. group.Select(static pair => pair.Index)];
            var form = new TextForm(group.Key.Options, group.Key.Tokenizer);
            int[][] inputs = [.. places.Select(place => form.Input(pairs[place].Text, int.MaxValue))];
            if (Array.FindIndex(inputs, static ids => ids.Length == 0) is var empty and >= 0)
            {
                throw new ExperimentUsageException($"--text \"{pairs[places[empty]].Text}\": it has no tokens.");
            }

            var tokens = Written(
                group.Key.Load(device), [.. group.Select(static pair => pair.Item.Adapter)], inputs,
                options with { EndTokens = form.Tokenizer.EosId is { } end ? [end] : [], DecoderStart = form.Start }, cancellation);
            foreach (var (index, place) in places.Index())
            {
                written[place] = tokens[index];
                texts[place] = Continuation(form, inputs[index], tokens[index].Ids);
            }
        }

        if (parsed.GetValue(settings.Json))
        {
            context.Console.Out.Write(Json(pairs, texts, written));
            return ExitCode.Ok;
        }

        for (int index = 0; index < pairs.Length; index++)
        {
            if (pairs.Length > 1)
            {
                context.Console.Out.WriteLine($"{(index == 0 ? "" : "\n")}{(pairs[index].Adapter is { } adapter ? $"[{adapter}] " : "")}{pairs[index].Text}");
            }

            context.Console.Out.WriteLine(texts[index]);
        }

        return ExitCode.Ok;
    }

    /// <summary>What continues each text, and the folder of its adapter.</summary>
    private static (TextModel Model, string? Adapter)[] Models(
        CommandContext context, string folder, GenerateSettings settings, ParseResult parsed, (string? Adapter, string Text)[] pairs)
    {
        string? tokenizer = parsed.GetValue(settings.Tokenizer);
        var (isRun, isCheckpoint) = (File.Exists(Path.Combine(folder, RunManifest.FileName)), File.Exists(Path.Combine(folder, HuggingFaceConfig.ModelFile)));
        if (!isRun && !isCheckpoint && Directory.Exists(folder))
        {
            throw new ExperimentUsageException($"'{folder}' is neither a checkpoint, which has a {HuggingFaceConfig.ModelFile}, nor a run, which has a {RunManifest.FileName}.");
        }

        if (isCheckpoint || !isRun)
        {
            var model = TextModel.OfCheckpoint(folder, tokenizer);
            return [.. pairs.Select(pair => (model, pair.Adapter))];
        }

        var run = RunBackbones.Open(context.Experiments, folder, tokenizer, parsed.GetValue(settings.Pretrained));
        return [.. pairs.Select(pair => pair.Adapter is null ? null : run.AdapterFolder(pair.Adapter)).Select(adapter => (run.Of(adapter), adapter))];
    }

    /// <summary>Adapters of one method are arms of one batch; every method is a batch.</summary>
    private static GeneratedTokens[] Written(
        Transformer backbone, string?[] adapters, int[][] inputs, GenerationOptions options, CancellationToken cancellation)
    {
        var written = new GeneratedTokens[adapters.Length];
        string[] folders = [.. adapters.OfType<string>().Distinct(StringComparer.Ordinal)];
        var saved = folders.ToDictionary(static name => name, name => SavedAdapter.Read(name, backbone.Options), StringComparer.Ordinal);
        try
        {
            foreach (var batch in Enumerable.Range(0, adapters.Length).GroupBy(index => adapters[index] is { } name ? OptionsText.KindOf(saved[name].Method) : ""))
            {
                using var scope = torch.NewDisposeScope();
                string[] arms = [.. batch.Select(index => adapters[index]).OfType<string>().Distinct(StringComparer.Ordinal)];
                var adapter = arms.Length == 0 ? new Unadapted(backbone) : AdapterLoader.Load([.. arms.Select(name => saved[name])], backbone);
                RequireRoom(backbone.Options, adapter, batch.Max(index => inputs[index].Length), options.MaxTokens);
                var requests = batch.Select(index => new GenerationRequest(inputs[index], Math.Max(0, Array.IndexOf(arms, adapters[index])))).ToArray();
                foreach (var (index, tokens) in batch.Zip(new TokenGenerator(backbone, adapter).Generate(requests, options, cancellation)))
                {
                    written[index] = tokens;
                }
            }
        }
        finally
        {
            foreach (var adapter in saved.Values)
            {
                adapter.Dispose();
            }
        }

        return written;
    }

    private static void RequireRoom(TransformerOptions backbone, Adapter adapter, int longest, int tokens)
    {
        int before = backbone.VirtualPositions == VirtualPositions.Counted ? adapter.Prompt?.Count ?? adapter.PrefixLengths?.Max() ?? 0 : 0;
        int room = backbone.Context - before - longest;
        if (backbone.Context > 0 && tokens > room)
        {
            throw new ExperimentUsageException(
                $"--max-tokens {SpecText.Of(tokens)}: the backbone's context of {SpecText.Of(backbone.Context)} tokens has room for {SpecText.Of(Math.Max(0, room))} after a text of {SpecText.Of(longest)}{(before == 0 ? "" : $" and {SpecText.Of(before)} virtual tokens")}.");
        }
    }

    /// <summary>What is new of a text: a token may be written differently at a text's beginning.</summary>
    private static string Continuation(TextForm form, int[] input, IReadOnlyList<int> ids)
    {
        string before = form.HasDecoder ? "" : form.Tokenizer.Decode(input);
        string whole = form.Tokenizer.Decode(form.HasDecoder ? ids : [.. input, .. ids]);
        return whole.StartsWith(before, StringComparison.Ordinal) ? whole[before.Length..] : form.Tokenizer.Decode(ids);
    }

    private static string Json((string? Adapter, string Text)[] pairs, string[] texts, GeneratedTokens[] written) => JsonOutput.Text(writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray("texts");
        for (int index = 0; index < pairs.Length; index++)
        {
            writer.WriteStartObject();
            writer.WriteString("adapter", pairs[index].Adapter);
            writer.WriteString("text", pairs[index].Text);
            writer.WriteString("continuation", texts[index]);
            writer.WriteStartArray("tokens");
            foreach (int id in written[index].Ids)
            {
                writer.WriteNumberValue(id);
            }

            writer.WriteEndArray();
            writer.WriteBoolean("ended", written[index].Ended);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
