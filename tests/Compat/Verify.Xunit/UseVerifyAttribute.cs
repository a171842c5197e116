using System.Reflection;
using Xunit.Sdk;

namespace VerifyXunit;

/// <summary>Remembers the running test's method. <c>Verify.targets</c> puts it on the test assembly.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class UseVerifyAttribute : BeforeAfterTestAttribute
{
    private static readonly AsyncLocal<MethodInfo?> s_current = new();

    /// <inheritdoc />
    public override void Before(MethodInfo info) => s_current.Value = info;

    /// <inheritdoc />
    public override void After(MethodInfo info) => s_current.Value = null;

    /// <summary>The method of the test that is running.</summary>
    public static MethodInfo GetMethod() =>
        s_current.Value ?? throw new InvalidOperationException(
            "Could not resolve the current test. The test project has to import Verify.targets, which puts [UseVerify] on its assembly.");
}
