using static TorchSharp.torch;

namespace TorchSharp.Modules;

public interface IParameterLessModule;

/// <summary>A module of one argument that trains nothing.</summary>
public abstract class ParameterLessModule<T1, TResult> : nn.Module<T1, TResult>, IParameterLessModule
{
    protected ParameterLessModule(string name) : base(name)
    {
    }

    public override void register_buffer(string name, Tensor tensor, bool persistent = true) => throw Rejected(name);

    public override void register_module(string name, nn.Module submodule) => throw Rejected(name);

    public override void register_parameter(string name, Parameter param) => throw Rejected(name);

    private static InvalidOperationException Rejected(string name) => new($"A parameterless module cannot hold {name}.");
}

/// <summary>x·Wᵀ + b.</summary>
public sealed class Linear : nn.Module<Tensor, Tensor>
{
    internal Linear(Parameter weight, Parameter? bias) : base(nameof(Linear))
    {
        Registered();
        (out_features, in_features) = (weight.shape[0], weight.shape[1]);
        this.weight = weight;
        this.bias = bias;
        register_parameter(nameof(weight), weight);
        if (bias is not null)
        {
            register_parameter(nameof(bias), bias);
        }
    }

    public long in_features { get; set; }
    public long out_features { get; set; }
    public Parameter weight { get; set; }
    public Parameter? bias { get; set; }

    public override Tensor forward(Tensor tensor) => nn.functional.linear(tensor, weight, bias);
}

/// <summary>Rows of a matrix by their number.</summary>
public sealed class Embedding : nn.Module<Tensor, Tensor>
{
    private readonly long padding;

    internal Embedding(Parameter weight, long? padding) : base(nameof(Embedding))
    {
        Registered();
        this.weight = weight;
        this.padding = padding ?? -1;
        register_parameter(nameof(weight), weight);
    }

    public Parameter weight { get; set; }

    public override Tensor forward(Tensor input) =>
        Tensor.New(Native.ts_embedding(weight.Handle, input.Handle, padding), weight, input);
}

public sealed class LayerNorm : nn.Module<Tensor, Tensor>
{
    internal LayerNorm(long[] shape, double eps, bool affine, bool hasBias, ScalarType? type, Device? device) : base(nameof(LayerNorm))
    {
        Registered();
        (normalized_shape, this.eps, elementwise_affine) = (shape, eps, affine);
        if (affine)
        {
            weight = new Parameter(ones(shape, type, device));
            register_parameter(nameof(weight), weight);
            if (hasBias)
            {
                bias = new Parameter(zeros(shape, type, device));
                register_parameter(nameof(bias), bias);
            }
        }
    }

    public long[] normalized_shape { get; set; }
    public double eps { get; set; }
    public bool elementwise_affine { get; set; }
    public Parameter? weight { get; set; }
    public Parameter? bias { get; set; }

    public override Tensor forward(Tensor tensor) => nn.functional.layer_norm(tensor, normalized_shape, weight, bias, eps);

    public void reset_parameters()
    {
        using (no_grad())
        {
            weight?.fill_(1);
            bias?.zero_();
        }
    }
}

public sealed class Dropout : ParameterLessModule<Tensor, Tensor>
{
    internal Dropout(double p, bool inplace) : base(nameof(Dropout)) => (this.p, this.inplace) = (p, inplace);

    public double p { get; set; }
    public bool inplace { get; set; }

    public override Tensor forward(Tensor tensor) => nn.functional.dropout(tensor, p, training, inplace);
}

public sealed class ReLU : ParameterLessModule<Tensor, Tensor>
{
    internal ReLU(bool inplace) : base(nameof(ReLU)) => this.inplace = inplace;

    public bool inplace { get; set; }

    public override Tensor forward(Tensor tensor) => nn.functional.relu(tensor, inplace);
}

public sealed class SiLU : ParameterLessModule<Tensor, Tensor>
{
    internal SiLU(bool inplace) : base(nameof(SiLU)) => this.inplace = inplace;

    public bool inplace { get; set; }

    public override Tensor forward(Tensor tensor) => nn.functional.silu(tensor, inplace);
}

public sealed class Tanh : ParameterLessModule<Tensor, Tensor>
{
    internal Tanh(bool inplace) : base(nameof(Tanh)) => this.inplace = inplace;

    public bool inplace { get; set; }

    public override Tensor forward(Tensor tensor) => nn.functional.tanh(tensor, inplace);
}

public sealed class GELU : ParameterLessModule<Tensor, Tensor>
{
    public enum Approximate { none = 0, tanh = 1 }

    internal GELU(Approximate approximate, bool inplace) : base(nameof(GELU)) => (this.approximate, this.inplace) = (approximate, inplace);

    public Approximate approximate { get; set; }
    public bool inplace { get; set; }

    public override Tensor forward(Tensor tensor) => nn.functional.gelu(tensor, approximate, inplace);
}

public sealed class Identity : ParameterLessModule<Tensor, Tensor>
{
    internal Identity() : base(nameof(Identity))
    {
    }

    public override Tensor forward(Tensor tensor) => tensor.alias();
}
