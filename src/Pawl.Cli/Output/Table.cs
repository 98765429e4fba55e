using System.Text.Json;

namespace Pawl.Cli.Output;

/// <summary>Aligned columns: numbers right, nothing wrapped. What is too long for the terminal is cut in its elastic columns.</summary>
internal static class Table
{
    private const int Gap = 2;
    private const int LeastElastic = 8;

    /// <summary>Writes a title line and a line for each object.</summary>
    public static void Write(Terminal terminal, IReadOnlyList<Column> all, IEnumerable<JsonElement> items, bool wide, Times times)
    {
        var columns = all.Where(column => wide || !column.Wide).ToList();
        var rows = items.Select(item => columns.Select(column => column.Of(item, times)).ToArray()).ToList();
        Write(terminal, columns, rows, wide);
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

    private static void Write(Terminal terminal, List<Column> columns, List<string[]> rows, bool wide)
    {
        var widths = columns.Select((column, at) => rows.Select(row => Width(row[at])).Append(column.Title.Length).Max()).ToArray();
        if (terminal.Width is { } limit && !wide)
        {
            Fit(columns, widths, limit);
        }

        Line(terminal, columns, widths, [.. columns.Select(column => column.Title)], title: true);
        foreach (var row in rows)
        {
            Line(terminal, columns, widths, row, title: false);
        }
    }

    /// <summary>Takes from the widest elastic column, again and again, until the line fits or nothing more can be taken.</summary>
    private static void Fit(List<Column> columns, int[] widths, int limit)
    {
        for (var over = widths.Sum() + (Gap * (widths.Length - 1)) - limit; over > 0; over--)
        {
            var widest = Enumerable.Range(0, widths.Length)
                .Where(at => columns[at].Elastic && widths[at] > LeastElastic)
                .DefaultIfEmpty(-1)
                .MaxBy(at => at < 0 ? 0 : widths[at]);
            if (widest < 0)
            {
                return;
            }

            widths[widest]--;
        }
    }

    private static void Line(Terminal terminal, List<Column> columns, int[] widths, string[] cells, bool title)
    {
        var writer = terminal.Out;
        if (title && terminal.Color)
        {
            writer.Write("\e[1m");
        }

        for (var at = 0; at < cells.Length; at++)
        {
            var (text, last) = (Cut(cells[at], widths[at]), at == cells.Length - 1);
            var blanks = new string(' ', Math.Max(0, widths[at] - Width(text)));
            writer.Write(columns[at].Right ? blanks + text : last ? text : text + blanks);
            writer.Write(last ? "" : new string(' ', Gap));
        }

        writer.WriteLine(title && terminal.Color ? "\e[0m" : "");
    }

    private static string Cut(string text, int width) =>
        Width(text) <= width ? text : string.Concat(text.AsSpan(0, Math.Max(0, Math.Min(text.Length, width) - 1)), "…");

    /// <summary>How many places a text takes: wide letters of East Asia and pictures take two.</summary>
    private static int Width(string text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            width += rune.Value switch
            {
                >= 0x300 and < 0x370 => 0,
                >= 0x1100 and < 0x1160 or >= 0x2E80 and < 0xA4D0 or >= 0xAC00 and < 0xD7A4 or >= 0xF900 and < 0xFB00
                    or >= 0xFF01 and < 0xFF61 or >= 0x1F300 and < 0x1FAFF or >= 0x20000 => 2,
                _ => 1,
            };
        }

        return width;
    }
}
