using System.Diagnostics;

namespace Pawl.Declared;

/// <summary>The trace that is handed on to a command or a call.</summary>
internal static class TraceContext
{
    /// <summary>The attempt's span where it is traced; else a span of its own in the trace that asked for the job. Never the same
    /// twice.</summary>
    /// <param name="job">The attempt's job.</param>
    /// <param name="asked">The trace that asked for it.</param>
    public static string Next(JobId job, string? asked)
    {
        // Only the attempt's own: one around the whole host would be that of every command, and by its trace a command's tree is known.
        if (Activity.Current is { Source.Name: "Pawl", IdFormat: ActivityIdFormat.W3C, Id: { } id } span
            && span.GetTagItem("pawl.job.id") as string == job.ToString())
        {
            return id;
        }

        var known = ActivityContext.TryParse(asked, null, isRemote: true, out var context);
        var trace = known ? context.TraceId : ActivityTraceId.CreateRandom();
        var flags = known && context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00";
        return $"00-{trace}-{ActivitySpanId.CreateRandom()}-{flags}";
    }
}
