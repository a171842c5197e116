using System.Diagnostics;
using DslExperiments.Backbones;
using DslExperiments.Hosting;
using DslExperiments.Methods;
using DslExperiments.Tasks;
using DslExperiments.Tests.Hosting;
using DslExperiments.Text;

namespace DslExperiments.Tests.Text;

/// <summary>The files that a run follows from.</summary>
public sealed class NamedFilesTests
{
    [Fact]
    public void A_file_that_cannot_be_read_is_named_with_its_key()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["train.tsv"], "a\tb\n");
        var design = TrainingOn("train.tsv");
        using (new FileStream(folder["train.tsv"], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            var error = Assert.Throws<ExperimentUsageException>(() => NamedFiles.Describe([design], new SpecFiles(folder[""])));
            Assert.StartsWith("task.train: 'train.tsv' cannot be read: ", error.Message, StringComparison.Ordinal);
        }

        Assert.StartsWith("task.train = train.tsv ", Assert.Single(NamedFiles.Describe([design], new SpecFiles(folder[""]))), StringComparison.Ordinal);
    }

    /// <summary>To read them never ends, or waits for somebody to write.</summary>
    [Theory]
    [InlineData("device.tsv")]
    [InlineData("/dev/zero")]
    [InlineData("pipe.tsv")]
    [InlineData("empty.tsv")]
    public void A_file_without_an_end_is_refused_with_its_key(string name)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["empty.tsv"], "");
        File.CreateSymbolicLink(folder["device.tsv"], "/dev/zero");
        using (var pipe = Process.Start("mkfifo", [folder["pipe.tsv"]]))
        {
            pipe.WaitForExit();
        }

        var error = Assert.Throws<ExperimentUsageException>(() => NamedFiles.Describe([TrainingOn(name)], new SpecFiles(folder[""])));
        Assert.Equal($"task.train: '{name}' is empty, or no regular file but a device or a pipe; name a file with data in it.", error.Message);

        // Beside the files of a model such a file is nobody's business, and not waited for.
        var inFolder = TrainingOn("") with { Backbone = new TransformerOptions { Width = 4, Weights = "." } };
        Assert.StartsWith("backbone.weights = . ", Assert.Single(NamedFiles.Describe([inFolder], new SpecFiles(folder[""]))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_is_what_it_leads_to()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["one.tsv"], "a\tb\n");
        File.CreateSymbolicLink(folder["train.tsv"], folder["one.tsv"]);
        string first = Assert.Single(NamedFiles.Describe([TrainingOn("train.tsv")], new SpecFiles(folder[""])));
        Assert.Equal(first.Split(' ')[^1], Assert.Single(NamedFiles.Describe([TrainingOn("one.tsv")], new SpecFiles(folder[""]))).Split(' ')[^1]);
        File.WriteAllText(folder["one.tsv"], "a\tb\nc\td\n");
        Assert.NotEqual(first, Assert.Single(NamedFiles.Describe([TrainingOn("train.tsv")], new SpecFiles(folder[""]))));
    }

    private static ArmDesign TrainingOn(string file) => new(
        new TinyExperiment.Arm.Lora(0), new TransformerOptions { Width = 4 }, new TextClassificationOptions { Train = file, Labels = ["a", "b"] },
        new LoraOptions(), TinyExperiment.Full.LoraTraining, 0);
}
