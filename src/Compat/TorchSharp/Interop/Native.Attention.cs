using System.Runtime.InteropServices;

namespace TorchSharp;

internal static unsafe partial class Native
{
    [LibraryImport(Library)] internal static partial nint ts_attention(nint q, nint k, nint v, nint mask, double dropout, int causal);
}
