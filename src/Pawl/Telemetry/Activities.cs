using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Pawl.Telemetry;

/// <summary>Spans: the activity source <c>Pawl</c>. One for each attempt, made only when somebody listens.</summary>
/// <remarks>A listener that throws costs its span and nothing else.</remarks>
internal sealed class Activities(TelemetryOptions options, IChance chance, ILogger logger)
{
    private const string LeftOut = "pawl.left_out";

    private static readonly ActivitySource Source = new("Pawl");
    private static readonly Dictionary<string, string> NoTags = [];
    private int _told;

    /// <summary>A consumer span for an attempt, linked to the trace that asked for the job; null when nobody listens.</summary>
    public Activity? Attempt(
        string type, string queue, JobId job, int attempt, string? traceparent, IReadOnlyDictionary<string, string>? tags)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        try
        {
            // A link, not a parent: a job may run days later, and again, and a trace of days is none.
            var isAsked = ActivityContext.TryParse(traceparent, null, isRemote: true, out var asked);
            var links = isAsked ? new[] { new ActivityLink(asked) } : null;
            var activity = Source.StartActivity($"{type} attempt", ActivityKind.Consumer, default(ActivityContext), links: links);
            if (activity is null)
            {
                return null;
            }

            activity
                .SetTag("messaging.system", "pawl")
                .SetTag("messaging.operation.name", "attempt")
                .SetTag("messaging.operation.type", "process")
                .SetTag("messaging.destination.name", queue)
                .SetTag("messaging.message.id", job.ToString())
                .SetTag("pawl.job.id", job.ToString())
                .SetTag("pawl.job.type", type)
                .SetTag("pawl.job.attempt", attempt.ToString(CultureInfo.InvariantCulture));
            foreach (var (name, value) in tags ?? NoTags)
            {
                activity.SetTag($"pawl.tag.{name}", value);
            }

            LeaveOut(activity);
            return activity;
        }
        catch (Exception error)
        {
            Tell(error);
            return null;
        }
    }

    /// <summary>How it ended.</summary>
    public void Ended(Activity? activity, Outcome outcome, JobError? error)
    {
        if (activity is null)
        {
            return;
        }

        activity.SetTag("pawl.attempt.outcome", Words.Of(outcome));
        var failed = outcome is Outcome.Failed or Outcome.TimedOut or Outcome.Lost;
        if (error is not null)
        {
            activity.SetTag("error.type", error.Code);
        }

        if (failed)
        {
            activity.SetStatus(ActivityStatusCode.Error, error?.Message);
            if (activity.GetCustomProperty(LeftOut) is not null)
            {
                // Exporters ask for this flag when the span is over: a failure is shown although its share was not drawn.
                activity.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
            }
        }
    }

    /// <summary>Ends the span.</summary>
    public void Close(Activity? activity)
    {
        try
        {
            activity?.Dispose();
        }
        catch (Exception error)
        {
            Tell(error);
        }
    }

    /// <summary>Without the flag the span is not exported, nor what is begun below it; it is kept up, because it may yet fail.</summary>
    private void LeaveOut(Activity activity)
    {
        if (activity.Recorded && options.TraceSampleRatio < 1 && chance.NextShare() >= options.TraceSampleRatio)
        {
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            activity.SetCustomProperty(LeftOut, LeftOut);
        }
    }

    private void Tell(Exception error)
    {
        if (Interlocked.Exchange(ref _told, 1) == 0)
        {
            Log.ListenerThrew(logger, "spans", error);
        }
    }
}
