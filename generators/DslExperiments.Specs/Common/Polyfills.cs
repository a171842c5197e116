namespace System.Runtime.CompilerServices;

/// <summary>What the C# compiler looks for in order to allow <c>init</c>, and netstandard2.0 lacks.</summary>
internal static class IsExternalInit;
