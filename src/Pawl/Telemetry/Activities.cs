using System.Diagnostics;
using System.Globalization;

namespace Pawl.Telemetry;

/// <summary>Spans: the activity source <c>Pawl</c>. One for each attempt, made only when somebody listens.</summary>
internal static class Activities
{
    private static readonly ActivitySource Source = new("Pawl");

    /// <summary>A consumer span for an attempt, linked to the trace that asked for the job; null when nobody listens.</summary>
    public static Activity? Attempt(string type, string queue, JobId job, int attempt, string? traceparent)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        // A link, not a parent: a job may run days later, and again, and a trace of days is none.
        var links = ActivityContext.TryParse(traceparent, null, isRemote: true, out var asked) ? new[] { new ActivityLink(asked) } : null;
        var activity = Source.StartActivity($"{type} attempt", ActivityKind.Consumer, default(ActivityContext), links: links);
        return activity?
            .SetTag("messaging.system", "pawl")
            .SetTag("messaging.destination.name", queue)
            .SetTag("pawl.job.id", job.ToString())
            .SetTag("pawl.job.type", type)
            .SetTag("pawl.job.attempt", attempt.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>How it ended.</summary>
    public static void Ended(Activity? activity, Outcome outcome, JobError? error)
    {
        if (activity is null)
        {
            return;
        }

        activity.SetTag("pawl.attempt.outcome", Words.Of(outcome));
        if (error is not null)
        {
            activity.SetTag("error.type", error.Code);
            var status = outcome is Outcome.Failed or Outcome.TimedOut ? ActivityStatusCode.Error : ActivityStatusCode.Unset;
            activity.SetStatus(status, error.Message);
        }
    }
}
