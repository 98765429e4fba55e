using System.Globalization;
using System.Text;

namespace Pawl.Storage;

/// <summary>The depth of one line by priority as one short text, such as <c>70:12 50:10000+</c>.</summary>
internal static class DepthPack
{
    public static string Write(IEnumerable<DepthRow> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            text.Append(text.Length == 0 ? "" : " ")
                .Append(CultureInfo.InvariantCulture, $"{row.Priority}:{row.Queued}{(row.AtLeast ? "+" : "")}");
        }

        return text.ToString();
    }

    public static IEnumerable<DepthRow> Read(string queue, string type, string parts)
    {
        foreach (var part in parts.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            yield return new DepthRow(
                queue,
                type,
                int.Parse(part.AsSpan(0, colon), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
                long.Parse(part.AsSpan(colon + 1).TrimEnd('+'), NumberStyles.None, CultureInfo.InvariantCulture),
                part.EndsWith('+'));
        }
    }
}
