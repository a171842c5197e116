using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)] internal static partial nint ts_generator_new(ulong seed, int device, int index);
    [LibraryImport(Library)] internal static partial nint ts_generator_default();
    [LibraryImport(Library)] internal static partial void ts_generator_free(nint generator);
    [LibraryImport(Library)] internal static partial int ts_generator_set_seed(nint generator, ulong seed);
    [LibraryImport(Library)] internal static partial ulong ts_generator_current_seed(nint generator);
    [LibraryImport(Library)] internal static partial ulong ts_generator_reseed(nint generator);
    [LibraryImport(Library)] internal static partial nint ts_generator_get_state(nint generator);
    [LibraryImport(Library)] internal static partial int ts_generator_set_state(nint generator, nint state);
    [LibraryImport(Library)] internal static partial int ts_manual_seed(ulong seed);
    [LibraryImport(Library)] internal static partial int ts_normal_(nint a, double mean, double std, nint g);
    [LibraryImport(Library)] internal static partial int ts_uniform_(nint a, double low, double high, nint g);
    [LibraryImport(Library)] internal static partial int ts_bernoulli_(nint a, double p, nint g);
    [LibraryImport(Library)] internal static partial int ts_bernoulli_tensor_(nint a, nint p, nint g);
    [LibraryImport(Library)] internal static partial int ts_exponential_(nint a, double rate, nint g);
    [LibraryImport(Library)] internal static partial int ts_random_(nint a, long from, long to, nint g);
    [LibraryImport(Library)] internal static partial nint ts_bernoulli(nint a, nint g);
    [LibraryImport(Library)] internal static partial nint ts_multinomial(nint a, long count, int replacement, nint g);
    [LibraryImport(Library)] internal static partial nint ts_normal(nint mean, nint std, nint g);
}
