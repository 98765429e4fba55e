using System.Globalization;
using System.Text.Json;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Shows what fails, gathered by what is alike.</summary>
internal static class Failures
{
    private static readonly TimeSpan Usual = TimeSpan.FromHours(24);
    private static readonly Parameter Window = new("window", "How far to look back, 1h to 30d; default 24h.");

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/api/failures", Need.Viewer, ListAsync)
        {
            Does = "Lists the groups of like failures, the largest first.", Query = [Window], Answers = [new(200, "FailureList")],
        },
        new("GET", "/api/failures/{fingerprint}", Need.Viewer, GetAsync)
        {
            Does = "Shows a group, with the stack of the last and counts by type and worker.", Query = [Window],
            Answers = [new(200, "FailureGroup")],
        },
    ];

    /// <summary>The groups of the last 24 h that the caller may see.</summary>
    public static async Task<IReadOnlyList<FailureGroup>> ReadAsync(Call call) =>
        await StatisticsReports.Of(call).FailuresAsync(Usual, call.Caller.Scope, call.Cancelled).ConfigureAwait(false);

    private static async Task ListAsync(Call call)
    {
        var window = StatisticsReports.Length(call, "window") ?? Usual;
        var groups = await StatisticsReports.Of(call).FailuresAsync(window, call.Caller.Scope, call.Cancelled).ConfigureAwait(false);
        await call.JsonAsync(
            200, json => PageJson.Write(json, groups, static (writer, group) => Write(writer, group), approxTotal: groups.Count))
            .ConfigureAwait(false);
    }

    private static async Task GetAsync(Call call)
    {
        var window = StatisticsReports.Length(call, "window") ?? Usual;
        var group = await StatisticsReports.Of(call)
            .FailureAsync(call.Path("fingerprint"), window, call.Caller.Scope, call.Cancelled).ConfigureAwait(false)
            ?? throw Call.NotFound();
        call.CheckParameters();
        await call.JsonAsync(200, json => Write(json, group, whole: true)).ConfigureAwait(false);
    }

    /// <summary>Writes a group.</summary>
    public static void Write(Utf8JsonWriter json, FailureGroup group, bool whole = false)
    {
        json.WriteStartObject();
        json.WriteString("fingerprint", group.Fingerprint);
        json.WriteString("category", Words.Of(group.Error.Category));
        json.WriteString("code", group.Error.Code);
        json.WriteString("message", group.Error.Message);
        json.WriteStartArray("types");
        foreach (var (type, _) in group.ByType)
        {
            json.WriteStringValue(type);
        }

        json.WriteEndArray();
        json.WriteNumber("jobs", group.Jobs);
        json.WriteNumber("attempts", group.Attempts);
        json.WriteNumber("dead", group.Dead);
        Times.Write(json, "first_seen", group.FirstSeen);
        Times.Write(json, "last_seen", group.LastSeen);
        json.WriteStartArray("sparkline");
        foreach (var count in group.Sparkline)
        {
            json.WriteNumberValue(count);
        }

        json.WriteEndArray();
        JobJson.Id(json, "sample_job_id", group.SampleJob);
        json.WriteString("query", $"fingerprint:{group.Fingerprint}");
        if (whole)
        {
            json.WriteString("stack", group.Error.Stack);
            Counts(json, "by_type", "type", group.ByType.Select(static one => (one.Key, one.Value)));
            Counts(
                json,
                "by_worker",
                "worker_id",
                group.ByWorker.Select(static one => (one.Key.ToString(CultureInfo.InvariantCulture), one.Value)));
        }

        json.WriteEndObject();
    }

    private static void Counts(Utf8JsonWriter json, string name, string of, IEnumerable<(string, long)> counts)
    {
        json.WriteStartArray(name);
        foreach (var (key, attempts) in counts)
        {
            json.WriteStartObject();
            json.WriteString(of, key);
            json.WriteNumber("attempts", attempts);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
