using System.Globalization;
using System.Reflection;

namespace Pawl.Cli;

/// <summary>The version of this program, without what the build put behind it.</summary>
internal static class ProgramVersion
{
    public static string Text { get; } =
        (typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0")
        .Split('+')[0];

    /// <summary>Whether two versions may work together: the same major and at most one minor apart.</summary>
    public static bool Fits(string one, string other) =>
        Parts(one) is var (major, minor) && Parts(other) is var (otherMajor, otherMinor)
        && major == otherMajor && Math.Abs(minor - otherMinor) <= 1;

    private static (int Major, int Minor)? Parts(string version) =>
        version.Split('.', '-') is [var major, var minor, ..]
        && int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
        && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var second)
            ? (first, second)
            : null;
}
