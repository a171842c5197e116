using System.IO.MemoryMappedFiles;

namespace DslExperiments.Results;

/// <summary>
/// A safetensors file of any size, mapped into memory: the header is read, tensors are copied out one by one, the file
/// as a whole never.
/// </summary>
internal sealed class MappedSafetensors : IDisposable
{
    private readonly MemoryMappedFile? map;
    private readonly MemoryMappedViewAccessor? view;

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a well-formed file.</exception>
    public MappedSafetensors(string path)
    {
        Path = path;
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            Header = SafetensorsHeader.Read(stream);
            map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        }
        catch
        {
            map?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What the file says of itself.</summary>
    public SafetensorsHeader Header { get; }

    /// <summary>Copies bytes of a tensor.</summary>
    /// <param name="tensor">The tensor, of <see cref="Header"/>.</param>
    /// <param name="offset">The first of its bytes.</param>
    /// <param name="target">As many as are wanted.</param>
    public void Copy(SafeTensorEntry tensor, long offset, Span<byte> target)
    {
        if (offset < 0 || offset + target.Length > tensor.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"The tensor '{tensor.Name}' ends before.");
        }

        view!.SafeMemoryMappedViewHandle.ReadSpan((ulong)(tensor.Start + offset), target);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        view?.Dispose();
        map?.Dispose();
    }
}
