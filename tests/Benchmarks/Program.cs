using DslExperiments.Benchmarks;

return args is ["stories260k", .. var rest] ? Stories.Run(rest) : SingleLayer.Run(args);
