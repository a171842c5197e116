namespace DslExperiments.Generators.Emit;

/// <summary>What people call: the experiment's description, its profiles, <c>RunAsync</c>.</summary>
internal sealed partial class Emitter
{
    private void EmitFace()
    {
        writer.Heading("Face");
        writer.Lines("/// <inheritdoc/>");
        writer.Lines($$"""public override {{Runtime.Root}}ExperimentInfo Info { get; } = new(""");
        writer.Indentation++;
        writer.Lines($"""
            Name: {Literal.Of(spec.Name)},
            Folder: {Literal.Of(spec.Folder)},
            Summary: {Literal.Of(spec.Summary)},
            Paper: {Literal.Of(spec.Source?.Paper)},
            Claim: {Literal.Of(spec.Source?.Claim)},
            SpecPath: {Literal.Of(source.SpecPath)},
            SpecText: {Literal.Raw(spec.CanonicalText)},
            SpecHash: {Literal.Of(Sha256.Hex(spec.CanonicalText))},
            Profiles: [{string.Join(", ", spec.Profiles.Select(profile => Literal.Of(profile.Name)))}]);
            """);
        writer.Indentation--;

        writer.Lines("\n/// <inheritdoc/>");
        writer.Open($"protected override {Runtime.Root}ExperimentSettings<Arm> SettingsOf(string profile) => profile switch");
        for (int i = 0; i < spec.Profiles.Count; i++)
        {
            writer.Lines($"{Literal.Of(spec.Profiles[i].Name)} => {names.Profiles[i]},");
        }

        writer.Lines("_ => throw UnknownProfile(profile),");
        writer.Close("};");
        writer.Lines($"""

            /// <summary>Trains all arms of a profile, measures them, checks the expectations.</summary>
            /// <param name="configure">Profile, device, arms, run folder; the full study on the CPU, in memory, without it.</param>
            /// <param name="cancellationToken">Pauses the run.</param>
            public static global::System.Threading.Tasks.Task<{Runtime.Results}ExperimentResults<Arm, Metrics>> RunAsync(
                global::System.Action<{Runtime.Hosting}RunOptions>? configure = null,
                global::System.Threading.CancellationToken cancellationToken = default) => new {source.ClassName}().ExecuteAsync(configure, cancellationToken);
            """);
    }
}
