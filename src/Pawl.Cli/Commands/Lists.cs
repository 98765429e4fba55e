using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pawl.Cli.Client;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary>Lists that come in pages.</summary>
internal static class Lists
{
    private const int MostOfPage = 500;
    private const int Usual = 50;

    public static Option<int?> Limit() => Opt.Whole("--limit", "At most so many, default 50", 1);

    public static Option<bool> All() => Opt.Flag("--all", "To the end of the list");

    /// <summary>Asks for pages until there is enough, and writes them.</summary>
    /// <param name="session">The run.</param>
    /// <param name="path">With its query, without <c>limit</c> and <c>cursor</c>.</param>
    /// <param name="columns">What a table shows.</param>
    /// <param name="limit">What was asked for; null for the usual.</param>
    /// <param name="all">Whether to walk to the end.</param>
    /// <param name="id">The member that names an item.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    public static async Task<int> WriteAsync(
        Session session,
        string path,
        IReadOnlyList<Column> columns,
        int? limit,
        bool all,
        string id,
        CancellationToken cancellationToken)
    {
        var form = session.Out.Form;
        var most = all || (form == OutputForm.Ndjson && limit is null) ? int.MaxValue : limit ?? Usual;
        var pages = new List<Reply>();
        var items = new List<JsonElement>();
        try
        {
            string? cursor = null;
            do
            {
                var size = Math.Min(most - items.Count, MostOfPage);
                var page = await session.Api.GetAsync(Page(path, size, cursor), cancellationToken).ConfigureAwait(false);
                pages.Add(page);
                items.AddRange(page.Json.GetProperty("items").EnumerateArray());
                cursor = page.Json.TryGetProperty("next_cursor", out var next) && next.ValueKind == JsonValueKind.String
                    ? next.GetString()
                    : null;
                if (form is OutputForm.Ndjson or OutputForm.Id && cursor is not null && items.Count < most)
                {
                    session.Out.Rows(items, columns, id);   // a walk over a million jobs keeps none of them
                    most -= most == int.MaxValue ? 0 : items.Count;
                    items.Clear();
                    pages.ForEach(done => done.Dispose());
                    pages.Clear();
                }
            }
            while (cursor is not null && items.Count < most);

            Write(session, pages, items, columns, id, cursor);
            return ExitCode.Done;
        }
        finally
        {
            pages.ForEach(page => page.Dispose());
        }
    }

    /// <summary>A list that comes in one piece.</summary>
    public static async Task<int> WholeAsync(
        Session session, string path, IReadOnlyList<Column> columns, string id, CancellationToken cancellationToken)
    {
        using var reply = await session.Api.GetAsync(path, cancellationToken).ConfigureAwait(false);
        var root = reply.Json;
        session.Out.Many(reply.Body, root.ValueKind == JsonValueKind.Array ? root : root.GetProperty("items"), columns, id);
        return ExitCode.Done;
    }

    private static void Write(
        Session session, List<Reply> pages, List<JsonElement> items, IReadOnlyList<Column> columns, string id, string? cursor)
    {
        if (session.Out.Form != OutputForm.Json)
        {
            session.Out.Rows(items, columns, id);
        }
        else if (pages.Count == 1)
        {
            session.Out.Raw(pages[0].Body);
        }
        else
        {
            session.Out.Raw(Join(pages, items, cursor));
        }

        if (pages.Count > 0 && pages[^1].Json.TryGetProperty("partial", out var partial) && partial.ValueKind == JsonValueKind.True)
        {
            session.Say("the search stopped early: it looked inside payloads or text; narrow the query");
        }

        if (cursor is not null)
        {
            session.Say("there is more: --all walks on, --limit N shows more");
        }
    }

    /// <summary>Several pages as one document of the same shape, each item as it came.</summary>
    private static ReadOnlySpan<byte> Join(List<Reply> pages, List<JsonElement> items, string? cursor)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("items");
            foreach (var item in items)
            {
                json.WriteRawValue(item.GetRawText(), skipInputValidation: true);
            }

            json.WriteEndArray();
            json.WriteString("next_cursor", cursor);
            foreach (var member in pages[^1].Json.EnumerateObject().Where(member => member.Name is not ("items" or "next_cursor")))
            {
                json.WritePropertyName(member.Name);
                json.WriteRawValue(member.Value.GetRawText(), skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static string Page(string path, int size, string? cursor)
    {
        var mark = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var page = string.Create(CultureInfo.InvariantCulture, $"{path}{mark}limit={size}");
        return cursor is null ? page : $"{page}&cursor={Api.Part(cursor)}";
    }
}
