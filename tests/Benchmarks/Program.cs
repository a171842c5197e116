using System.CommandLine;
using DslExperiments.Benchmarks;
using DslExperiments.Benchmarks.Stories;
using DslExperiments.Benchmarks.Sweeps;
using DslExperiments.Benchmarks.Theory;

var shared = new Shared();
var root = new RootCommand("Measures the runtime, most of it against PyTorch; prints JSON.")
{
    SweepCommands.Alone(shared),
    SweepCommands.Sweep(shared),
    TheoryCommand.Create(shared),
    SingleLayerCommand.Create(shared),
    StoriesCommand.Create(shared),
    Scaling.Create(shared),
    Scaling.CreateCohorts(shared),
    Savings.Create(shared),
    ShareOfPeak.Create(shared),
    Memory.Create(shared),
};
root.Options.Add(shared.Python);
root.Options.Add(shared.Repetitions);
root.Options.Add(shared.Seconds);
try
{
    return root.Parse(args).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is ArgumentException or NotSupportedException)
{
    Console.Error.WriteLine(e.Message);
    return Shared.Usage;
}
catch (InvalidOperationException e)
{
    Console.Error.WriteLine(e.Message);
    return Shared.NotTheSame;
}
