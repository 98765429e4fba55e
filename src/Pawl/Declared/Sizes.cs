using System.Globalization;

namespace Pawl.Declared;

/// <summary>Amounts of bytes as people write them: <c>512MB</c>, <c>64KB</c>, <c>1GB</c>, <c>1048576</c>. 1 KB is 1,024 bytes.</summary>
internal static class Sizes
{
    private static readonly (string Unit, long Bytes)[] Units =
    [
        ("GB", 1L << 30), ("MB", 1L << 20), ("KB", 1L << 10), ("B", 1), ("", 1),
    ];

    /// <summary>Null for anything else.</summary>
    public static long? Parse(string? text)
    {
        foreach (var (unit, bytes) in Units)
        {
            if (text is not null && text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            {
                return long.TryParse(text.AsSpan(0, text.Length - unit.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture,
                        out var count) && count <= long.MaxValue / bytes
                    ? count * bytes
                    : null;
            }
        }

        return null;
    }
}
