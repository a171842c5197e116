using DslExperiments.Experiments;
using DslExperiments.Hosting;

return await ExperimentHost.RunAsync(args, ExperimentRegistry.All);
