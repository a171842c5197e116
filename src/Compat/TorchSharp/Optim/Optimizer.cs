using TorchSharp.Modules;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class optim
        {
            public interface ILearningRateController
            {
                double LearningRate { get; set; }
                double InitialLearningRate { get; set; }
            }

            public interface IBetas
            {
                (double, double) Betas { get; set; }
            }

            public interface IMomentum
            {
                double Momentum { get; set; }
            }

            /// <summary>Changes parameters by their gradients.</summary>
            public abstract class Optimizer : IDisposable
            {
                protected IList<ParamGroup> _parameter_groups = [];

                private protected Optimizer()
                {
                }

                public virtual IEnumerable<ILearningRateController> ParamGroups => _parameter_groups;

                public virtual IEnumerable<Parameter> parameters() => _parameter_groups.SelectMany(g => g.Parameters);

                public virtual Tensor? step(Func<Tensor>? closure = null) => closure?.Invoke();

                public virtual void zero_grad()
                {
                    foreach (var parameter in parameters())
                    {
                        using var grad = parameter.grad;
                        grad?.zero_();
                    }
                }

                public void Dispose()
                {
                    Dispose(true);
                    GC.SuppressFinalize(this);
                }

                protected virtual void Dispose(bool disposing)
                {
                }
            }

            public static SGD SGD(IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            public static Adam Adam(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1E-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            public static AdamW AdamW(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1E-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);
        }
    }
}

namespace TorchSharp.Modules
{
    using static TorchSharp.torch;

    /// <summary>Parameters with a learning rate of their own.</summary>
    public class ParamGroup : optim.ILearningRateController
    {
        public IEnumerable<Parameter> Parameters { get; set; } = [];
        public double LearningRate { get; set; }
        public double InitialLearningRate { get; set; }
    }

    /// <summary>An optimiser that keeps tensors for each parameter and works without autograd.</summary>
    public abstract class OptimizerHelper : optim.Optimizer
    {
        private readonly Dictionary<(Parameter, string), Tensor> state = [];

        public OptimizerHelper()
        {
        }

        private protected void Start(IEnumerable<Parameter> parameters, double learningRate) =>
            _parameter_groups.Add(new ParamGroup { Parameters = parameters.ToList(), LearningRate = learningRate, InitialLearningRate = learningRate });

        public override IEnumerable<Parameter> parameters() => base.parameters();

        public override void zero_grad() => base.zero_grad();

        private protected void DisposeState()
        {
            foreach (var tensor in state.Values)
            {
                tensor.Dispose();
            }

            state.Clear();
        }

        /// <summary>Runs an update for every parameter that has a gradient.</summary>
        private protected Tensor? Step(Func<Tensor>? closure, Action<Parameter, Tensor, double> update)
        {
            var loss = closure?.Invoke();
            using var quiet = no_grad();
            using var scope = NewDisposeScope();
            foreach (var group in _parameter_groups)
            {
                foreach (var parameter in group.Parameters)
                {
                    if (parameter.grad is { } grad)
                    {
                        update(parameter, grad, group.LearningRate);
                    }
                }
            }

            return loss;
        }

        /// <summary>A tensor kept for a parameter from step to step, made when first asked for.</summary>
        private protected Tensor Kept(Parameter parameter, string name, Func<Tensor> make)
        {
            if (!state.TryGetValue((parameter, name), out var tensor))
            {
                state[(parameter, name)] = tensor = make().DetachFromDisposeScope();
            }

            return tensor;
        }
    }
}
