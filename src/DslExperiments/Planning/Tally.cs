namespace DslExperiments.Planning;

/// <summary>
/// Numbers in memory during a training step, and what is multiplied for them. What a forward pass makes is disposed with the step's scope, so all of it lives
/// through the backward pass, whose gradients come and go: the peak is the first plus the most of the second.
/// </summary>
internal sealed class Tally
{
    /// <summary>Numbers of the forward pass.</summary>
    public double Kept { get; private set; }

    /// <summary>The most numbers of gradients, and of what an update needs for itself, at one time.</summary>
    public double Passing { get; private set; }

    private readonly Dictionary<string, double> constants = [];

    /// <summary>Adds a tensor that is made once, whoever asks for it first.</summary>
    public void KeepOnce(string name, double numbers)
    {
        if (constants.TryAdd(name, numbers))
        {
            Kept += numbers;
        }
    }

    /// <summary>Adds what another pass has made once and this one has not.</summary>
    public void KeepConstantsOf(Tally other)
    {
        foreach (var (name, numbers) in other.constants)
        {
            KeepOnce(name, numbers);
        }
    }

    /// <summary>Adds a tensor of the forward pass.</summary>
    public void Keep(double numbers) => Kept += numbers;

    /// <summary>Multiplications of the forward pass's products.</summary>
    public double Products { get; private set; }

    /// <summary>Adds a product of matrices.</summary>
    public void Multiply(double products) => Products += products;

    /// <summary>Says how many numbers live at one time on the way back.</summary>
    public void Pass(double numbers) => Passing = Math.Max(Passing, numbers);
}
