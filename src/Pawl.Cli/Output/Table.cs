using System.Text;
using System.Text.Json;

namespace Pawl.Cli.Output;

/// <summary>Aligned columns: numbers right, nothing wrapped. What is too long for the terminal is cut in its elastic columns.</summary>
internal static class Table
{
    private const int Gap = 2;
    private const int UsualLeast = 8;
    private const int UtmostLeast = 4;

    /// <summary>Writes a title line and a line for each object.</summary>
    public static void Write(Terminal terminal, IReadOnlyList<Column> all, IEnumerable<JsonElement> items, bool wide, Times times)
    {
        var title = terminal.Color;
        foreach (var line in Lines([.. all.Where(column => wide || !column.Wide)], items, wide ? null : terminal.Width, times))
        {
            terminal.Out.WriteLine(title ? $"\e[1m{line}\e[0m" : line);
            title = false;
        }
    }

    /// <summary>A title line and a line for each object.</summary>
    /// <param name="columns">What stands in them.</param>
    /// <param name="items">The objects.</param>
    /// <param name="limit">How wide a line may be; null for as wide as it gets.</param>
    /// <param name="times">Writes the times.</param>
    public static List<string> Lines(IReadOnlyList<Column> columns, IEnumerable<JsonElement> items, int? limit, Times times)
    {
        var rows = items.Select(item => columns.Select(column => column.Of(item, times)).ToArray()).ToList();
        rows.Insert(0, [.. columns.Select(column => column.Title)]);
        var widths = columns.Select((_, at) => rows.Max(row => Width(row[at]))).ToArray();
        var stay = limit is { } most ? Fit(columns, widths, most) : widths.Length;
        return rows.ConvertAll(row => Line(columns, widths.AsSpan(0, stay), row));
    }

    /// <summary>A text that takes at most so many places.</summary>
    public static string Cut(string text, int width)
    {
        if (Width(text) <= width)
        {
            return text;
        }

        var (taken, end) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            taken += Places(rune);
            if (taken > width - 1)
            {
                break;
            }

            end += rune.Utf16SequenceLength;
        }

        return width > 0 ? string.Concat(text.AsSpan(0, end), "…") : "";
    }

    /// <summary>Writes the members of one object, one a line; those that are null or empty are left out.</summary>
    public static void WriteOne(Terminal terminal, JsonElement one, Times times)
    {
        var members = one.EnumerateObject().Where(member => member.Name != "links" && !IsEmpty(member.Value)).ToList();
        var width = members.Select(member => member.Name.Length).DefaultIfEmpty(0).Max();
        foreach (var member in members)
        {
            var holds = member.Name.EndsWith("_at", StringComparison.Ordinal) ? Holds.Time
                : member.Name.EndsWith("_ms", StringComparison.Ordinal) ? Holds.Milliseconds
                : member.Name is "tags" or "queues" or "counts" or "depth" or "versions" ? Holds.List : Holds.Text;
            terminal.Out.Write(Escape.Line(member.Name).PadRight(width + Gap));
            terminal.Out.WriteLine(Cell.Of(member.Value, holds, times));
        }
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        _ => false,
    };

    /// <summary>Takes from the widest elastic column, again and again, until the line fits; where that is not enough, leaves out columns
    /// from the right. A line that wraps tears ids in two.</summary>
    /// <returns>How many columns stay.</returns>
    private static int Fit(IReadOnlyList<Column> columns, int[] widths, int limit)
    {
        foreach (var least in (int[])[UsualLeast, UtmostLeast])
        {
            for (var over = Total(widths) - limit; over > 0; over--)
            {
                var widest = Enumerable.Range(0, widths.Length)
                    .Where(at => columns[at].Elastic && widths[at] > least)
                    .DefaultIfEmpty(-1)
                    .MaxBy(at => at < 0 ? 0 : widths[at]);
                if (widest < 0)
                {
                    break;
                }

                widths[widest]--;
            }
        }

        var stay = widths.Length;
        while (stay > 1 && Total(widths.AsSpan(0, stay)) > limit)
        {
            stay--;
        }

        return stay;
    }

    private static int Total(ReadOnlySpan<int> widths)
    {
        var total = Gap * (widths.Length - 1);
        foreach (var width in widths)
        {
            total += width;
        }

        return total;
    }

    private static string Line(IReadOnlyList<Column> columns, ReadOnlySpan<int> widths, string[] cells)
    {
        var line = new StringBuilder();
        for (var at = 0; at < widths.Length; at++)
        {
            var (text, last) = (Cut(cells[at], widths[at]), at == widths.Length - 1);
            var blanks = new string(' ', Math.Max(0, widths[at] - Width(text)));
            line.Append(columns[at].Right ? blanks + text : last ? text : text + blanks);
            line.Append(' ', last ? 0 : Gap);
        }

        return line.ToString();
    }

    /// <summary>How many places a text takes.</summary>
    private static int Width(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += Places(rune);
        }

        return width;
    }

    /// <summary>Wide letters of East Asia and pictures take two places, marks above others none.</summary>
    private static int Places(Rune rune) => rune.Value switch
    {
        >= 0x300 and < 0x370 => 0,
        >= 0x1100 and < 0x1160 or >= 0x2E80 and < 0xA4D0 or >= 0xAC00 and < 0xD7A4 or >= 0xF900 and < 0xFB00
            or >= 0xFF01 and < 0xFF61 or >= 0x1F300 and < 0x1FAFF or >= 0x20000 => 2,
        _ => 1,
    };
}
