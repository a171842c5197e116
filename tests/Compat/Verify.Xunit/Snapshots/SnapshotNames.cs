using System.Collections.Concurrent;
using System.Reflection;
using VerifyXunit;

namespace VerifyTests;

/// <summary>Where a verification's files lie and what they are called.</summary>
internal sealed class SnapshotNames
{
    private static readonly ConcurrentDictionary<string, bool> s_used = [];

    private readonly string _prefix;

    public SnapshotNames(VerifySettings settings, string sourceFile, MethodInfo method)
    {
        Type type = method.ReflectedType!;
        PathInfo pathInfo = Verifier.PathInfoFor(sourceFile, type, method);
        Directory = Path.Combine(SourceDirectory(sourceFile), settings.Directory ?? pathInfo.Directory ?? "");
        TypeName = type.NameWithParent();
        MethodName = method.Name;

        string name = settings.FileName ??
            $"{settings.TypeName ?? pathInfo.TypeName ?? TypeName}.{settings.MethodName ?? pathInfo.MethodName ?? MethodName}{ParameterText(settings, method)}";
        _prefix = string.Concat([name, .. settings.Suffixes.Select(suffix => '.' + suffix)]);

        if (!settings.UniquePrefixDisabled && !VerifierSettings.UniquePrefixDisabled && !s_used.TryAdd(Path.Combine(Directory, _prefix), true))
        {
            throw new InvalidOperationException(
                $"""
                The prefix has already been used: {Path.Combine(Directory, _prefix)}.
                This is mostly caused by a theory without `UseParameters()`, several verifications in one test, or a conflicting combination of `Verifier.DerivePathInfo()`, `UseDirectory()`, `UseTypeName()`, and `UseMethodName()`.
                If that's not the case, and having multiple identical prefixes is acceptable, then call `VerifierSettings.DisableRequireUniquePrefix()` to disable this uniqueness validation.
                """);
        }
    }

    /// <summary>The directory of the files.</summary>
    public string Directory { get; }

    /// <summary>The test's class.</summary>
    public string TypeName { get; }

    /// <summary>The test's method.</summary>
    public string MethodName { get; }

    /// <summary>The files of a target; <paramref name="index"/> tells apart targets of the same name and extension.</summary>
    public FilePair For(Target target, int? index)
    {
        string suffix = (target.Name, index) switch
        {
            (null, null) => "",
            (null, { } number) => $"#{number:D2}",
            ({ } name, null) => $"#{name}",
            ({ } name, { } number) => $"#{name}.{number:D2}",
        };
        return new(target.Extension, File("received"), File("verified"));

        string File(string kind) => Path.Combine(Directory, $"{_prefix}{suffix}.{kind}.{target.Extension}");
    }

    /// <summary>The received or verified files there are, whatever their targets.</summary>
    public IEnumerable<string> Existing(string kind) =>
        !System.IO.Directory.Exists(Directory)
            ? []
            : System.IO.Directory.EnumerateFiles(Directory).Where(path =>
            {
                string name = Path.GetFileName(path);
                return name.StartsWith($"{_prefix}.{kind}.", StringComparison.Ordinal) ||
                    (name.StartsWith(_prefix + "#", StringComparison.Ordinal) && name.Contains($".{kind}.", StringComparison.Ordinal));
            });

    private static string SourceDirectory(string sourceFile)
    {
        string directory = sourceFile[..Math.Max(sourceFile.LastIndexOfAny(['/', '\\']), 0)];
        return System.IO.Directory.Exists(directory)
            ? directory
            : throw new DirectoryNotFoundException($"Unable to resolve directory. sourceFile: {sourceFile}");
    }

    private static string ParameterText(VerifySettings settings, MethodInfo method)
    {
        if (settings.ParametersText is { } text)
        {
            return "_" + text;
        }

        if (settings.Parameters is not { } values)
        {
            return "";
        }

        ParameterInfo[] parameters = method.GetParameters();
        return values.Length <= parameters.Length
            ? "_" + string.Join('_', values.Zip(parameters, (value, parameter) => $"{parameter.Name}={ParameterNames.Get(value, pathFriendly: true)}"))
            : throw new ArgumentException(
                $"The number of passed in parameters ({values.Length}) must be fewer than the number of parameters for the method ({parameters.Length}).");
    }
}
