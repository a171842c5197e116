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
        var design = new ArmDesign(
            new TinyExperiment.Arm.Lora(0), new TransformerOptions { Width = 4 }, new TextClassificationOptions { Train = "train.tsv", Labels = ["a", "b"] },
            new LoraOptions(), TinyExperiment.Full.LoraTraining, 0);
        using (new FileStream(folder["train.tsv"], FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            var error = Assert.Throws<ExperimentUsageException>(() => NamedFiles.Describe([design], new SpecFiles(folder[""])));
            Assert.StartsWith("task.train: 'train.tsv' cannot be read: ", error.Message, StringComparison.Ordinal);
        }

        Assert.StartsWith("task.train = train.tsv ", Assert.Single(NamedFiles.Describe([design], new SpecFiles(folder[""]))), StringComparison.Ordinal);
    }
}
