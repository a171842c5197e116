using System.CommandLine;
using DslExperiments.Backbones;
using DslExperiments.Backbones.Generation;
using DslExperiments.Checkpoints;
using DslExperiments.Methods;
using DslExperiments.Results.Peft;
using DslExperiments.Text;
using DslExperiments.Text.Tokenizers;
using TorchSharp;

namespace DslExperiments.Hosting.Commands;

/// <summary><c>generate</c>: a checkpoint continues texts, each with an adapter of its own.</summary>
internal static class GenerateCommand
{
    public static Command Create(CommandContext context)
    {
        var folder = new Argument<string>("FOLDER") { Description = "A checkpoint's folder in Hugging Face's layout." };
        var settings = new GenerateSettings();
        var command = new Command("generate", "Let a checkpoint continue texts, with adapters that runs or PEFT have left.") { folder };
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
        var checkpoint = Checkpoint.Open(folder);
        var tokenizer = TokenizerFiles.Open(parsed.GetValue(settings.Tokenizer) ?? folder);
        if (tokenizer.VocabularySize > checkpoint.Options.Vocabulary)
        {
            throw new ExperimentUsageException(
                $"The tokenizer has {SpecText.Of(tokenizer.VocabularySize)} tokens, but the checkpoint in '{folder}' has embeddings for {SpecText.Of(checkpoint.Options.Vocabulary)}; give its own with --tokenizer.");
        }

        var form = new TextForm(checkpoint.Options, tokenizer);
        options = options with { EndTokens = tokenizer.EosId is { } end ? [end] : [], DecoderStart = form.Start };
        int[][] inputs = [.. pairs.Select(pair => form.Input(pair.Text, int.MaxValue))];
        if (Array.FindIndex(inputs, static ids => ids.Length == 0) is var empty and >= 0)
        {
            throw new ExperimentUsageException($"--text \"{pairs[empty].Text}\": it has no tokens.");
        }

        using var scope = torch.NewDisposeScope();
        var backbone = checkpoint.Options.DecoderDepth > 0
            ? new EncoderDecoder(checkpoint.Options, [0], Devices.Open(device), checkpoint.Weights)
            : new Transformer(checkpoint.Options, [0], Devices.Open(device), checkpoint.Weights);
        var written = Written(backbone, pairs, inputs, options, cancellation);
        string[] texts = [.. inputs.Zip(written, (ids, tokens) => Continuation(form, ids, tokens.Ids))];
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

    /// <summary>Adapters of one method are arms of one batch; every method is a batch.</summary>
    private static GeneratedTokens[] Written(
        Transformer backbone, (string? Adapter, string Text)[] pairs, int[][] inputs, GenerationOptions options, CancellationToken cancellation)
    {
        var written = new GeneratedTokens[pairs.Length];
        string[] folders = [.. pairs.Select(static pair => pair.Adapter).OfType<string>().Distinct(StringComparer.Ordinal)];
        var saved = folders.ToDictionary(static name => name, name => SavedAdapter.Read(name, backbone.Options), StringComparer.Ordinal);
        try
        {
            foreach (var batch in Enumerable.Range(0, pairs.Length).GroupBy(index => pairs[index].Adapter is { } name ? OptionsText.KindOf(saved[name].Method) : ""))
            {
                using var scope = torch.NewDisposeScope();
                string[] arms = [.. batch.Select(index => pairs[index].Adapter).OfType<string>().Distinct(StringComparer.Ordinal)];
                var adapter = arms.Length == 0 ? new Unadapted(backbone) : AdapterLoader.Load([.. arms.Select(name => saved[name])], backbone);
                RequireRoom(backbone.Options, adapter, batch.Max(index => inputs[index].Length), options.MaxTokens);
                var requests = batch.Select(index => new GenerationRequest(inputs[index], Math.Max(0, Array.IndexOf(arms, pairs[index].Adapter)))).ToArray();
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
                $"--max-tokens {SpecText.Of(tokens)}: the checkpoint's context of {SpecText.Of(backbone.Context)} tokens has room for {SpecText.Of(Math.Max(0, room))} after a text of {SpecText.Of(longest)}{(before == 0 ? "" : $" and {SpecText.Of(before)} virtual tokens")}.");
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
