namespace VerifyTests;

/// <summary>What a test produced, and what it should have produced.</summary>
internal readonly record struct FilePair(string Extension, string ReceivedPath, string VerifiedPath);
