using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace VerifyTests;

/// <summary>One file of a snapshot.</summary>
public readonly struct Target
{
    private readonly string _text;

    /// <summary>A text file; <paramref name="name"/> follows a <c>#</c> in the file name.</summary>
    public Target(string extension, string data, string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(extension);
        ArgumentNullException.ThrowIfNull(data);
        if (extension[0] == '.')
        {
            throw new ArgumentException("Must not start with a period ('.').", nameof(extension));
        }

        if (name is "")
        {
            throw new ArgumentException("Must not be empty.", nameof(name));
        }

        Extension = extension;
        Name = name;
        _text = data;
    }

    /// <inheritdoc cref="Target(string, string, string)"/>
    public Target(string extension, StringBuilder data, string? name = null)
        : this(extension, data.ToString(), name)
    {
    }

    /// <summary>The file's extension, without a period.</summary>
    public string Extension { get; }

    /// <summary>The file's name within the snapshot, or null.</summary>
    public string? Name { get; }

    /// <summary><see cref="Name"/>, or <c>target</c>.</summary>
    public string NameOrTarget => Name ?? "target";

    /// <summary>Whether the file is a text; here always.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "As in the package.")]
    public bool IsString => true;

    /// <summary>Whether the file is binary; here never.</summary>
    [SuppressMessage("Performance", "CA1822", Justification = "As in the package.")]
    public bool IsStream => false;

    internal string Text => _text;
}
