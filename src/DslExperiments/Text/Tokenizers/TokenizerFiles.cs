using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DslExperiments.Hosting;

namespace DslExperiments.Text.Tokenizers;

/// <summary>Opens the tokenizer of a Hugging Face folder, or one file of it.</summary>
public static class TokenizerFiles
{
    private const long LargestFile = 512L << 20;
    private const string Weights = ".safetensors", ConfigName = "tokenizer_config.json";

    private static readonly string[] Known = ["tokenizer.model", "spiece.model", "tokenizer.json", "vocab.json", "vocab.txt"];

    /// <summary>
    /// The tokenizer that lies in a folder, in the order of preference: tokenizer.model, spiece.model (SentencePiece),
    /// tokenizer.json (Hugging Face), vocab.json with merges.txt (GPT-2), vocab.txt (WordPiece). A tokenizer_config.json
    /// beside it names special tokens.
    /// </summary>
    /// <param name="folderOrFile">The folder, a file of weights in it, or one of these files.</param>
    /// <exception cref="ExperimentUsageException">Nothing is there, or what is there is damaged or not supported.</exception>
    public static TextTokenizer Open(string folderOrFile)
    {
        ArgumentNullException.ThrowIfNull(folderOrFile);
        var file = folderOrFile;
        var folder = Directory.Exists(file) ? file : File.Exists(file) && Path.GetExtension(file) == Weights ? Path.GetDirectoryName(Path.GetFullPath(file)) : null;
        if (folder is not null)
        {
            file = Known.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
                ?? throw new ExperimentUsageException($"No tokenizer in '{folder}': it has none of {string.Join(", ", Known)}.");
        }
        else if (!File.Exists(folderOrFile))
        {
            throw new ExperimentUsageException($"No tokenizer '{folderOrFile}': there is no such file or folder.");
        }

        try
        {
            return Read(file);
        }
        catch (Exception error) when (error is not (OutOfMemoryException or ExperimentUsageException))
        {
            throw new ExperimentUsageException($"'{file}' is not a tokenizer that can be used: {Line(error.Message)}.", error);
        }
    }

    /// <summary>Ids 0 to 255 are the bytes of the text in UTF-8; 256 begins a text, 257 ends it, 258 fills up.</summary>
    public static TextTokenizer Bytes() => ByteTokenizer.Instance;

    /// <summary>A tokenizer's error message, as part of a line.</summary>
    private static string Line(string message) => message.ReplaceLineEndings(" ").TrimEnd('.', ' ');

    private static TextTokenizer Read(string file)
    {
        var name = Path.GetFileName(file);
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var config = File.Exists(Path.Combine(folder, ConfigName)) ? Load(folder, ConfigName) : null;
        if (name is "vocab.json" or "merges.txt")
        {
            var (vocabulary, merges) = (Load(folder, "vocab.json"), Load(folder, "merges.txt"));
            return ByteLevelFiles.Read(vocabulary, merges, Parse(config), LoadedFile.HashOf(vocabulary, merges, config));
        }

        var content = Load(folder, name);
        var hash = LoadedFile.HashOf(content, config);
        return Path.GetExtension(name) switch
        {
            ".model" => SentencePieceFile.Read(content, Parse(config), hash),
            ".json" => HuggingFaceFile.Read(content, Parse(config), hash),
            ".txt" => WordPieceFile.Read(content, Parse(config), hash),
            _ => throw new InvalidDataException($"the name is none of {string.Join(", ", Known)}"),
        };
    }

    private static JsonPlace? Parse(LoadedFile? config)
    {
        if (config is null)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(config.Bytes);
            return new(json.RootElement.Clone(), config.Name);
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"'{config.Name}' beside it: {error.Message}");
        }
    }

    private static LoadedFile Load(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            throw new InvalidDataException($"'{name}' is not beside it");
        }

        if (new FileInfo(path).Length is > LargestFile and var length)
        {
            throw new InvalidDataException($"'{name}' has {length} bytes, more than a tokenizer has");
        }

        var bytes = File.ReadAllBytes(path);
        return bytes.Length == 0 ? throw new InvalidDataException($"'{name}' is empty") : new(name, bytes);
    }
}

/// <summary>A file's name and content.</summary>
internal sealed record LoadedFile(string Name, byte[] Bytes)
{
    /// <summary>SHA-256 of the content.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Bytes));

    /// <summary>The content as text. Throws where it is not UTF-8.</summary>
    public string Text
    {
        get
        {
            try
            {
                var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Bytes);
                return text.StartsWith('\uFEFF') ? text[1..] : text;
            }
            catch (DecoderFallbackException)
            {
                throw new InvalidDataException($"'{Name}' is not UTF-8");
            }
        }
    }

    /// <summary>One file's hash; of several the hash of their hashes, one in a line. Files that are missing do not count.</summary>
    public static string HashOf(params IEnumerable<LoadedFile?> files)
    {
        var hashes = files.OfType<LoadedFile>().Select(file => file.Hash).ToArray();
        return hashes is [var only] ? only : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(hashes.Select(h => h + "\n")))));
    }
}
