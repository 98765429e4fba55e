using System.Text.Json;

namespace Pawl.Web.Wire;

/// <summary>Writes how far a job has come.</summary>
internal static class ProgressJson
{
    /// <summary>Writes the progress of a job, with its rate and the time it will be done.</summary>
    public static void Write(Utf8JsonWriter json, string name, Job job)
    {
        if (job.Progress is not { } progress)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        JobJson.Number(json, "total", progress.Total);
        json.WriteNumber("done", progress.Done);
        json.WriteNumber("failed", progress.Failed);
        json.WriteNumber("skipped", progress.Skipped);
        Fraction(json, "fraction", progress.Fraction);
        json.WriteString("message", progress.Message);
        var rate = Rate(job, progress);
        Fraction(json, "rate_per_second", rate);
        Times.Write(json, "eta_at", Eta(job, progress, rate));
        Times.Write(json, "updated_at", progress.UpdatedAt);
        json.WriteEndObject();
    }

    // What earlier attempts did is in the count but not in the time of this one, so only a first attempt has a rate.
    private static double? Rate(Job job, JobProgress progress) =>
        job is { Attempt: 1, StartedAt: { } started } && progress.UpdatedAt - started is { TotalSeconds: > 0 } time && Moved(progress) > 0
            ? Moved(progress) / time.TotalSeconds
            : null;

    private static DateTimeOffset? Eta(Job job, JobProgress progress, double? rate)
    {
        if (job.State != JobState.Running || rate is not { } known || progress.Total is not { } total)
        {
            return null;
        }

        var seconds = Math.Max(0, total - Moved(progress)) / known;
        return seconds < TimeSpan.FromDays(3650).TotalSeconds ? progress.UpdatedAt.AddSeconds(seconds) : null;
    }

    private static long Moved(JobProgress progress) => progress.Done + progress.Failed + progress.Skipped;

    private static void Fraction(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } known && double.IsFinite(known))
        {
            json.WriteNumber(name, Math.Round(known, 4));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
