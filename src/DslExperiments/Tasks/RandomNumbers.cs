namespace DslExperiments.Tasks;

/// <summary>SplitMix64: the same whole numbers on every platform, cheap to seed anew for every step.</summary>
internal struct RandomNumbers(ulong seed)
{
    private ulong state = seed;

    /// <summary>A number from 0 to <paramref name="bound"/> − 1, each as likely up to 2⁻³².</summary>
    public int Below(int bound)
    {
        unchecked
        {
            ulong z = state += 0x9e3779b97f4a7c15;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            return (int)(((z ^ (z >> 31)) >> 32) * (ulong)bound >> 32);
        }
    }
}
