namespace CompatTests;

internal static class SettingsExtensions
{
    public static VerifySettings With(this VerifySettings settings, Action<VerifySettings> change)
    {
        change(settings);
        return settings;
    }
}
