using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Gradient descent with momentum.</summary>
public class SGD : OptimizerHelper, optim.IMomentum
{
    private readonly double dampening, decay;
    private readonly bool nesterov, maximize;

    public SGD(IEnumerable<Parameter> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
    {
        (Momentum, this.dampening, decay) = (momentum, dampening, weight_decay);
        (this.nesterov, this.maximize) = (nesterov, maximize);
        Start(parameters, lr);
    }

    public double Momentum { get; set; }

    public override Tensor? step(Func<Tensor>? closure = null) => Step(closure, (parameter, raw, rate) =>
    {
        var grad = maximize ? -raw : raw;
        if (decay != 0)
        {
            grad = grad.add(parameter, decay);
        }

        if (Momentum != 0)
        {
            var fresh = false;
            var momentum = Kept(parameter, "momentum_buffer", () =>
            {
                fresh = true;
                return grad.clone();
            });
            if (!fresh)
            {
                momentum.mul_(Momentum).add_(grad, 1 - dampening);
            }

            grad = nesterov ? grad.add(momentum, Momentum) : momentum;
        }

        parameter.add_(grad, -rate);
    });

    protected override void Dispose(bool disposing) => DisposeState();
}
