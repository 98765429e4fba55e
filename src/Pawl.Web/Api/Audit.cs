using System.Globalization;
using System.Text;
using System.Text.Json;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Shows what was done, by whom, and what was refused.</summary>
internal static class Audit
{
    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/api/audit", Need.Admin, ListAsync)
        {
            Does = "Lists what was done and what was refused, in order.",
            Query =
            [
                new("after", "Only entries with a higher seq; default 0.", "integer"),
                new("actor", "Only those of one, such as key:ops-laptop."),
                new("limit", "1 to 500; default 50.", "integer"),
            ],
            Answers = [new(200, "AuditList")],
        },
    ];

    private static async Task ListAsync(Call call)
    {
        var (after, limit) = (call.Number("after", 0, long.MaxValue) ?? 0, call.Limit());
        var entries = await call.Site.Store.AuditEntriesAsync(new(after, call.Query("actor"), limit), call.Cancelled).ConfigureAwait(false);
        await call.JsonAsync(200, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("items");
            foreach (var entry in entries)
            {
                Write(json, entry);
            }

            json.WriteEndArray();
            json.WriteString("next_after", (entries.Count > 0 ? entries[^1].Seq : after).ToString(CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, AuditEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("seq", entry.Seq.ToString(CultureInfo.InvariantCulture));
        Times.Write(json, "at", entry.At);
        json.WriteString("actor", entry.Actor);
        json.WriteString("action", entry.Action);
        json.WriteString("target", entry.Target);
        JobJson.Raw(json, "before", entry.Before is { } before ? Encoding.UTF8.GetBytes(before) : null);
        JobJson.Raw(json, "after", entry.After is { } after ? Encoding.UTF8.GetBytes(after) : null);
        json.WriteString("refusal", entry.Refusal);
        json.WriteString("detail", entry.Detail);
        json.WriteString("hash", entry.Hash);
        json.WriteEndObject();
    }
}
