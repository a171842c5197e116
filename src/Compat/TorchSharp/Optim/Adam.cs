using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Adam; weight decay is added to the gradient.</summary>
public class Adam : OptimizerHelper, optim.IBetas
{
    private readonly AdamStep rule;

    public Adam(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1E-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
    {
        rule = new AdamStep(beta1, beta2, eps, weight_decay, amsgrad, maximize, decoupled: false);
        Start(parameters, lr);
    }

    public (double, double) Betas { get => rule.Betas; set => rule.Betas = value; }

    public override Tensor? step(Func<Tensor>? closure = null) =>
        Step(closure, (parameter, grad, rate) => rule.Apply(parameter, grad, rate, (name, make) => Kept(parameter, name, make)));

    protected override void Dispose(bool disposing) => DisposeState();
}

/// <summary>Adam whose weight decay shrinks the parameter itself. As in TorchSharp there is none by default.</summary>
public class AdamW : OptimizerHelper, optim.IBetas
{
    private readonly AdamStep rule;

    public AdamW(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1E-08, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
    {
        rule = new AdamStep(beta1, beta2, eps, weight_decay, amsgrad, maximize, decoupled: true);
        Start(parameters, lr);
    }

    public (double, double) Betas { get => rule.Betas; set => rule.Betas = value; }

    public override Tensor? step(Func<Tensor>? closure = null) =>
        Step(closure, (parameter, grad, rate) => rule.Apply(parameter, grad, rate, (name, make) => Kept(parameter, name, make)));

    protected override void Dispose(bool disposing) => DisposeState();
}

/// <summary>The rule that Adam and AdamW share.</summary>
internal sealed class AdamStep(double beta1, double beta2, double eps, double decay, bool amsgrad, bool maximize, bool decoupled)
{
    private readonly Dictionary<Parameter, long> steps = [];

    public (double, double) Betas { get; set; } = (beta1, beta2);

    public void Apply(Parameter parameter, Tensor raw, double rate, Func<string, Func<Tensor>, Tensor> kept)
    {
        var (first, second) = Betas;
        var step = steps[parameter] = steps.GetValueOrDefault(parameter) + 1;
        var grad = maximize ? -raw : raw;
        if (decay != 0)
        {
            if (decoupled)
            {
                parameter.mul_(1 - (rate * decay));
            }
            else
            {
                grad = grad.add(parameter, decay);
            }
        }

        var mean = kept("exp_avg", () => parameter.zeros_like()).mul_(first).add_(grad, 1 - first);
        var square = kept("exp_avg_sq", () => parameter.zeros_like()).mul_(second).addcmul_(grad, grad, 1 - second);
        if (amsgrad)
        {
            var largest = kept("max_exp_avg_sq", () => parameter.zeros_like());
            square = largest.copy_(largest.maximum(square));
        }

        var denominator = square.sqrt().div_(Math.Sqrt(1 - Math.Pow(second, step))).add_(eps);
        parameter.addcdiv_(mean, denominator, -rate / (1 - Math.Pow(first, step)));
    }
}
