using DslExperiments.Backbones;
using DslExperiments.Cohorts;
using DslExperiments.Methods;

namespace DslExperiments.Planning;

/// <summary>The sizes of a cohort's tensors: arms, seed groups, sequences, and what its method trains, padding included.</summary>
internal sealed class CohortShape
{
    private readonly HashSet<int> prefixed = [];
    private readonly HashSet<(int Layer, Projection Projection)> changed = [];
    private readonly HashSet<(int Layer, Projection Projection)> replaced = [];

    /// <summary>Reads the designs of arms that train together.</summary>
    public CohortShape(IReadOnlyList<ArmDesign> designs)
    {
        var first = designs[0];
        int[] seeds = [.. designs.SelectMany(design => Enumerable.Repeat(design.Arm.Seed, Lane.CountOf(design)))];
        Designs = designs;
        Backbone = first.Backbone;
        Work = Workload.Of(first);
        Arms = seeds.Length;
        Groups = SeedGroups.GroupsOf(seeds).Length;
        SharesWeights = Backbone.Seed >= 0 || Backbone.Weights.Length > 0;
        HasGains = Backbone.Weights.Length > 0 || first.Pretrain is not null;
        foreach (var design in designs)
        {
            Read(design.Method);
        }

        bool hasVirtual = Prompt > 0 || Prefix > 0 || Bottleneck > 0;
        Length = Work.Length - (hasVirtual ? Work.Placeholders : 0);
        Classes = Work.HasHead ? Work.Answers : 0;
    }

    public IReadOnlyList<ArmDesign> Designs { get; }

    public TransformerOptions Backbone { get; }

    public Workload Work { get; }

    /// <summary>Arms, every restart counted, A.</summary>
    public int Arms { get; }

    /// <summary>Seed groups, G.</summary>
    public int Groups { get; }

    /// <summary>Tokens of a sequence behind its virtual ones, T.</summary>
    public int Length { get; }

    /// <summary>True when weights lie in memory once for all seeds.</summary>
    public bool SharesWeights { get; }

    /// <summary>True when the backbone's normalisations have gains.</summary>
    public bool HasGains { get; }

    /// <summary>Prompt rows of the longest arm, P; 0 without a prompt.</summary>
    public int Prompt { get; private set; }

    /// <summary>Rows of the longest prefix, or those that an iapt generator makes, P; 0 without any.</summary>
    public int Prefix { get; private set; }

    /// <summary>True when arms have different numbers of virtual tokens.</summary>
    public bool IsPadded { get; private set; }

    /// <summary>True when a prefix is rows at a layer's input, which become keys and values in every step.</summary>
    public bool PrefixIsRows { get; private set; }

    /// <summary>Hidden units of the network that makes a prefix; 0 without one.</summary>
    public int Reparametrization { get; private set; }

    /// <summary>Rank of the largest update, R; 0 without one.</summary>
    public int Rank { get; private set; }

    /// <summary>True when the rows before an update are partly dropped.</summary>
    public bool Drops { get; private set; }

    /// <summary>True when arms scale their updates differently.</summary>
    public bool ScalesDiffer { get; private set; }

    /// <summary>True when embeddings, positions and normalisations are trained, too.</summary>
    public bool TrainsAll { get; private set; }

    /// <summary>Width of the iapt generators; 0 for other methods.</summary>
    public int Bottleneck { get; private set; }

    /// <summary>Tokens that a search tries in a step; 0 without a search.</summary>
    public int Candidates { get; private set; }

    /// <summary>Answers of a trained layer; 0 without one.</summary>
    public int Classes { get; }

    /// <summary>Numbers that every arm trains, padding included.</summary>
    public double Trained => Designs.Max(design => TrainableParameters.Count(Padded(design.Method), Backbone, Classes))
        + (Candidates > 0 || Designs[0].Method is HardPromptOptions ? ((double)Prompt * (Backbone.Width - 1)) : 0);

    public bool PrefixAt(int layer) => prefixed.Contains(layer);

    /// <summary>True when a low-rank change is added to a weight.</summary>
    public bool Changes(int layer, Projection projection) => changed.Contains((layer, projection));

    /// <summary>True when a weight itself is trained.</summary>
    public bool Replaces(int layer, Projection projection) => replaced.Contains((layer, projection));

    public bool Touches(int layer, Projection projection) => Changes(layer, projection) || Replaces(layer, projection);

    public bool TouchesAny(int layer) => changed.Concat(replaced).Any(place => place.Layer == layer);

    public bool TouchesQkv(int layer) => Touches(layer, Projection.Q) || Touches(layer, Projection.K) || Touches(layer, Projection.V);

    private MethodOptions Padded(MethodOptions method) => method switch
    {
        PromptOptions o => o with { Length = Prompt },
        PrefixOptions o => o with { Length = Prefix },
        LoraOptions o => o with { Rank = Rank },
        IaptOptions o => o with { Length = Prefix },
        HardPromptOptions o => o with { Length = Prompt },
        PromptLoraOptions o => o with { Prompt = o.Prompt with { Length = Prompt }, Lora = o.Lora with { Rank = Rank } },
        PrefixLoraOptions o => o with { Prefix = o.Prefix with { Length = Prefix }, Lora = o.Lora with { Rank = Rank } },
        _ => method,
    };

    private void Read(MethodOptions method)
    {
        switch (method)
        {
            case PromptOptions o:
                AddPrompt(o.Length);
                break;
            case HardPromptOptions o:
                AddPrompt(o.Length > 0 ? o.Length : WrittenLength(o));
                Candidates = Math.Max(Candidates, o.Candidates);
                break;
            case PrefixOptions o:
                AddPrefix(o.Length);
                PrefixIsRows = o.Form == PrefixForm.BlockInput;
                Reparametrization = o.Reparametrization;
                prefixed.UnionWith(Methods.Prefix.LayersOf(o, Backbone));
                break;
            case LoraOptions o:
                ScalesDiffer |= Rank > 0 && !Lora.ScaleOf(o).Equals(scale);
                scale = Lora.ScaleOf(o);
                Rank = Math.Max(Rank, o.Rank);
                Drops |= o.Dropout > 0;
                changed.UnionWith(Projections.Places(o.On, Backbone));
                break;
            case IaptOptions o:
                AddPrefix(o.Length);
                Bottleneck = o.Bottleneck;
                break;
            case FullOptions o:
                TrainsAll = o.On.Contains(Projection.All);
                replaced.UnionWith(Projections.Places(o.On, Backbone));
                break;
            case PromptLoraOptions o:
                Read(o.Prompt);
                Read(o.Lora);
                break;
            case PrefixLoraOptions o:
                Read(o.Prefix);
                Read(o.Lora);
                break;
        }
    }

    private double scale;

    private void AddPrompt(int length)
    {
        IsPadded |= Prompt > 0 && Prompt != length;
        Prompt = Math.Max(Prompt, length);
    }

    private void AddPrefix(int length)
    {
        IsPadded |= Prefix > 0 && Prefix != length;
        Prefix = Math.Max(Prefix, length);
    }

    /// <summary>Tokens of a written prompt, at most: every example as long as a sequence, every letter a token.</summary>
    private int WrittenLength(HardPromptOptions o) => o.Text.Length + (o.Examples * Work.Length);
}
