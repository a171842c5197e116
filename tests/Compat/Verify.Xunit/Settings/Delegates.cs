namespace VerifyTests;

/// <summary>Says whether a changed snapshot is accepted without asking.</summary>
public delegate bool AutoVerify(string verifiedFile);

/// <summary>Says for all tests whether a changed snapshot is accepted without asking.</summary>
public delegate bool GlobalAutoVerify(string typeName, string methodName, string verifiedFile);

/// <summary>Names a test parameter in the snapshot's file name.</summary>
public delegate string ParameterToName<T>(T parameter);
