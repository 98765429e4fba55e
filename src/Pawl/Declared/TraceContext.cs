using System.Diagnostics;

namespace Pawl.Declared;

/// <summary>The trace that is handed on to a command or a call.</summary>
internal static class TraceContext
{
    /// <summary>The attempt's span where it is traced; else a span of its own in the trace that asked for the job. Never the same
    /// twice.</summary>
    public static string Next(string? asked)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id })
        {
            return id;
        }

        var known = ActivityContext.TryParse(asked, null, isRemote: true, out var context);
        var trace = known ? context.TraceId : ActivityTraceId.CreateRandom();
        var flags = known && context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00";
        return $"00-{trace}-{ActivitySpanId.CreateRandom()}-{flags}";
    }
}
