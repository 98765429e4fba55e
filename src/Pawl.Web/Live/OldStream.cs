using System.Data.Common;
using Microsoft.AspNetCore.Http;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Live;

/// <summary>The stream of one run, as old clients know it: its log, how it stands, and how it ended.</summary>
internal sealed class OldStream(Call call, Hub hub, Tail.Reader reader, JobId id)
{
    private static readonly string[] Names = ["runId", "run_id", "jobId", "job_id"];

    private readonly Sender _out = new(call, hub, reader);
    private LogPlace _place;
    private (JobState State, DateTimeOffset? Progress)? _told;

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("GET", "/api/process/stream", Need.Viewer, OpenAsync)
        {
            Does = "Follows a run until it has ended; see /api/stream.", Compat = "cards",
            Query = [.. Names.Select(static name => new Parameter(name, "The run."))],
            Headers = [new("Last-Event-ID", "The id of the last event that was received.")],
            Answers = [new(200, null, "text/event-stream")], Endless = true,
        },
    ];

    private static async Task OpenAsync(Call call)
    {
        Deprecated.Say(call, "/api/stream");
        var given = Names.Select(call.Query).FirstOrDefault(static text => text is not null)
            ?? throw Fields.Fault("?runId", "required", "Say which run: ?runId=….");
        var job = JobId.TryParse(given, out var id) ? await call.FindAsync(id).ConfigureAwait(false) : null;
        if (job is null)
        {
            throw Call.NotFound();
        }

        var position = Streams.PositionOf(call, null);
        var hub = Hub.Of(call.Site);
        using var place = hub.Open.Enter(call.Caller.KeyId);
        using var reader = await hub.Tail.JoinAsync(Topics.Of(id), call.Cancelled).ConfigureAwait(false);
        var stream = new OldStream(call, hub, reader, id)
        {
            _place = position?.Logs.TryGetValue(id, out var known) == true ? known : new(job.Attempt, 0),
        };
        Streams.Begin(call.Http);
        if (!HttpMethods.IsHead(call.Http.Request.Method))
        {
            await stream.RunAsync().ConfigureAwait(false);
        }
    }

    private async Task RunAsync()
    {
        var (gone, stopping) = (call.Http.RequestAborted, call.Site.Stopping);
        using var goes = gone.UnsafeRegister(static reader => ((Tail.Reader)reader!).Signal.Set(), reader);
        using var stops = stopping.UnsafeRegister(static reader => ((Tail.Reader)reader!).Signal.Set(), reader);
        _out.Retry("2000");
        for (var ended = false; !ended && !stopping.IsCancellationRequested && await _out.MayListenAsync().ConfigureAwait(false);)
        {
            ended = await GatherAsync().ConfigureAwait(false);
            _out.Heartbeat();
            if (_out.HasMore)
            {
                await _out.FlushAsync().ConfigureAwait(false);
                if (!ended)
                {
                    await _out.RestAsync(call.Site.Options.Pace.Flush).ConfigureAwait(false);
                }
            }
            else
            {
                await _out.WaitAsync(looks: true).ConfigureAwait(false);
            }

            gone.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Writes what is new.</summary>
    /// <returns>Whether that was the last.</returns>
    private async Task<bool> GatherAsync()
    {
        var gone = call.Http.RequestAborted;
        using var late = new CancellationTokenSource(call.Site.Options.StoreTimeout, call.Site.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, gone);
        try
        {
            // The job first: what it has logged until then is told before how it stands.
            if (await hub.JobAsync(id, 0, both.Token).ConfigureAwait(false) is not { } job
                || !call.Caller.Scope.Sees(job.Queue, job.Type))
            {
                return true;
            }

            var isRead = await LogAsync(job, both.Token).ConfigureAwait(false);
            Status(job);
            if (!isRead || !Transitions.IsTerminal(job.State))
            {
                return false;
            }

            _out.Tell("done", Id(), json =>
            {
                json.WriteString("state", Words.Of(job.State));
                JobJson.Raw(json, "result", job.Result);
            });
            return true;
        }
        catch (Exception fault) when (!gone.IsCancellationRequested
            && fault is PawlException or DbException or OperationCanceledException or TimeoutException)
        {
            return false;
        }
    }

    /// <summary>The lines since the last look.</summary>
    /// <returns>Whether there is nothing more to come in the latest attempt.</returns>
    private async Task<bool> LogAsync(Job job, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_place.Attempt > 0)
            {
                var page = await hub.LogAsync(id, _place, cancellationToken).ConfigureAwait(false);
                foreach (var line in LogJson.LinesOf(page.Text, _place.Offset))
                {
                    // The place behind the line: who comes again there hears the next.
                    _place = _place with { Offset = line.Offset + line.Bytes };
                    _out.Tell("log", Id(), json =>
                    {
                        json.WriteNumber("offset", line.Offset);
                        json.WriteString("level", line.Level);
                        json.WriteString("message", line.Message);
                    });
                }

                if (page.Text.Length > 0)
                {
                    _place = _place with { Offset = page.NextOffset };
                    continue;
                }

                if (!page.Ended)
                {
                    return false;
                }
            }

            if (_place.Attempt >= job.Attempt)
            {
                return true;
            }

            _place = new(_place.Attempt + 1, 0);
        }
    }

    private void Status(Job job)
    {
        var now = (job.State, job.Progress?.UpdatedAt);
        if (_told != now)
        {
            _told = now;
            _out.Tell("status", Id(), json =>
            {
                json.WriteString("state", Words.Of(job.State));
                ProgressJson.Write(json, "progress", job);
            });
        }
    }

    private string Id() => StreamPosition.Text(hub.Tail.End, [new(id, _place)]);
}
