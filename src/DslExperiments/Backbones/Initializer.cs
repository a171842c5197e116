namespace DslExperiments.Backbones;

/// <summary>A distribution of the entries of a tensor; the draw itself is <see cref="InitializerExtensions"/>.</summary>
public abstract record Initializer;

/// <summary>All zero: <c>zeros</c>.</summary>
public sealed record Zeros : Initializer;

/// <summary>N(0, std²): <c>normal(std)</c>.</summary>
public sealed record Normal(double Std) : Initializer;

/// <summary>N(0, gain² / fan-in): <c>scaled_normal(gain)</c>.</summary>
public sealed record ScaledNormal(double Gain) : Initializer;

/// <summary>Uniform on [-bound, bound]: <c>uniform(bound)</c>.</summary>
public sealed record Uniform(double Bound) : Initializer;

/// <summary>Gaussian, then rescaled so that the largest singular value is <paramref name="Value"/>: <c>spectral_norm(value)</c>.</summary>
public sealed record SpectralNorm(double Value) : Initializer;

/// <summary>gain times the identity; square matrices only: <c>identity(gain)</c>.</summary>
public sealed record Identity(double Gain) : Initializer;

/// <summary>Uniform on ±sqrt(6 / ((1 + a²) fan-in)): <c>kaiming_uniform(a)</c>; a = sqrt 5 is LoRA's A (Hu et al. 2021).</summary>
public sealed record KaimingUniform(double A) : Initializer;

/// <summary>Rows uniform on the sphere of the given radius: <c>sphere(radius)</c>.</summary>
public sealed record Sphere(double Radius) : Initializer;

/// <summary>As the group of weights that this one belongs to: <c>same</c>.</summary>
public sealed record Same : Initializer;

/// <summary>Virtual tokens that a constructed backbone writes for the task's data, nothing drawn: <c>written</c>.</summary>
public sealed record Written : Initializer;

/// <summary>Virtual tokens that are rows of the embedding, drawn without replacement among the first so many: <c>sampled_vocabulary(first)</c>, 0 for all.</summary>
public sealed record SampledVocabulary(int First) : Initializer;

/// <summary>Virtual tokens that are the mean rows of each label's tokens, the others from <see cref="SampledVocabulary"/>: <c>class_labels</c> (Lester et al. 2021).</summary>
public sealed record ClassLabels : Initializer;

/// <summary>Virtual tokens that are the rows of a text's tokens, cut or repeated to the length: <c>from_text(words)</c>.</summary>
public sealed record FromText(string Words) : Initializer;

/// <summary>Virtual tokens of a saved adapter, relative to the spec: <c>from_file(path)</c>; a prompt of another length is cut or repeated.</summary>
public sealed record FromFile(string Path) : Initializer;

/// <summary>Virtual tokens that the newest run of another experiment left, of the arm with the best first metric: <c>from_run(experiment)</c> (SPoT, Vu et al. 2022).</summary>
public sealed record FromRun(string Experiment) : Initializer;
