using DslExperiments.Results;
using DslExperiments.Tests.Hosting;

namespace DslExperiments.Tests.Results;

/// <summary>Files appear whole or not at all.</summary>
public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_failure_leaves_what_was_there()
    {
        AtomicFile.WriteText(_folder["file"], "before");
        Assert.Throws<IOException>(() => AtomicFile.Write(_folder["file"], static stream =>
        {
            stream.Write("half of what sho"u8);
            throw new IOException("No space left on device");
        }));
        Assert.Equal("before", File.ReadAllText(_folder["file"]));
        Assert.Equal([_folder["file"]], Directory.GetFiles(_folder.Location));
    }

    [Fact]
    public async Task Readers_never_see_half_a_file()
    {
        var (a, b) = (new string('a', 1 << 16), new string('b', 1 << 16));
        AtomicFile.WriteText(_folder["file"], a);
        var done = false;
        var writer = Task.Run(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                AtomicFile.WriteText(_folder["file"], i % 2 == 0 ? b : a);
            }

            Volatile.Write(ref done, true);
        });
        while (!Volatile.Read(ref done))
        {
            var text = File.ReadAllText(_folder["file"]);
            Assert.True(text == a || text == b);
        }

        await writer;
    }

    [Fact]
    public void Folders_are_made_as_needed()
    {
        AtomicFile.WriteText(_folder["deep/down/file"], "text");
        Assert.Equal("text"u8.ToArray(), File.ReadAllBytes(_folder["deep/down/file"]));
    }
}
