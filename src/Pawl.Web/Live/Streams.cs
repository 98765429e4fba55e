using System.Globalization;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Pawl.Queries;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Live;

/// <summary>The live stream of events.</summary>
internal static class Streams
{
    private const int SendBuffer = 64 * 1024;

    /// <summary>The route, with what may be followed besides jobs.</summary>
    public static IReadOnlyList<Route> RoutesOf(IReadOnlyList<Source> sources) =>
    [
        new("GET", "/api/stream", Need.Viewer, call => OpenAsync(call, sources))
        {
            Does = "Tells what happens as it happens, as server-sent events. A log is told from the beginning of its latest attempt.",
            Query =
            [
                new("topics", "What to listen to, with commas between."),
                new("query", "Of the topic jobs: which, in the query language."),
                new("after", "The id of the last event that was received; Last-Event-ID goes before it."),
            ],
            Headers = [new("Last-Event-ID", "The id of the last event that was received.")],
            Answers = [new(200, null, "text/event-stream")], Endless = true,
        },
    ];

    private static async Task OpenAsync(Call call, IReadOnlyList<Source> sources)
    {
        var topics = Topics.Read(call, sources);
        foreach (var id in topics.Job.Concat(topics.Log).Distinct())
        {
            _ = await call.FindAsync(id).ConfigureAwait(false) ?? throw Call.NotFound();
        }

        var query = Query.Parse(call.Query("query"));
        var position = PositionOf(call, call.Query("after"));
        var hub = Hub.Of(call.Site);
        using var place = hub.Open.Enter(call.Caller.KeyId);
        using var reader = await hub.Tail.JoinAsync(topics, call.Cancelled).ConfigureAwait(false);
        var stream = new OpenStream(call, hub, reader, query);
        var reset = await stream.BeginAsync(position).ConfigureAwait(false);
        Begin(call.Http);
        if (!HttpMethods.IsHead(call.Http.Request.Method))
        {
            await stream.RunAsync(reset).ConfigureAwait(false);
        }
    }

    /// <summary>Where the reader says he was: in the header that browsers send, or else as he says; null for a new one.</summary>
    /// <exception cref="ProblemException"><c>event_id_invalid</c>.</exception>
    public static StreamPosition? PositionOf(Call call, string? after)
    {
        var last = call.Http.Request.Headers["Last-Event-ID"].ToString().Trim();
        after = last.Length > 0 ? last : after;
        return after is null ? null
            : StreamPosition.TryParse(after, out var position) ? position
            : throw Unknown($"{Shown.Text(Json.Short(after))} is no id of an event of this stream.");
    }

    /// <summary>Sends the headers of a stream.</summary>
    public static void Begin(HttpContext http)
    {
        if (HttpProtocol.IsHttp11(http.Request.Protocol) && http.Features.Get<IConnectionSocketFeature>() is { } connection)
        {
            // Otherwise the system takes megabytes for a reader who reads nothing, and he is known only when they are full. In HTTP/2 each
            // stream has a window of its own.
            connection.Socket.SendBufferSize = SendBuffer;
        }

        if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } pace)
        {
            pace.MinDataRate = null;   // how long a reader may take is ours to say, and to write down
        }

        http.Response.StatusCode = 200;
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    /// <summary>An id that nobody gave out.</summary>
    public static ProblemException Unknown(string detail) =>
        new("event_id_invalid", string.Create(CultureInfo.InvariantCulture, $"{detail} Leave it out, and read afresh."));
}
