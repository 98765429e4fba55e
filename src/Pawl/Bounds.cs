using System.Globalization;

namespace Pawl;

/// <summary>How large, how many, how long. A refusal says what was wrong, the value, the bound and the remedy.</summary>
internal static class Bounds
{
    public const int MaxPayload = 1_048_576;
    public const int MaxDepth = 32;
    public const int MaxBatch = 10_000;
    public const int MaxDependencies = 1_000;
    public const int MaxKeys = 1_000;
    public const int MaxCommand = 1_000;
    public const int MaxArtifact = 64 * 1_048_576;
    public const int MaxItemOutputs = 65_536;
    public const int MaxMessage = 500;

    public static TimeSpan MaxTimeout { get; } = TimeSpan.FromDays(7);

    public static TimeSpan MaxGrace { get; } = TimeSpan.FromDays(1);

    public static TimeSpan MaxAhead { get; } = TimeSpan.FromDays(5 * 365.25);

    public static int Priority(int value) => Between(value, Pawl.Priority.Lowest, Pawl.Priority.Highest, "A priority");

    public static int MaxAttempts(int value) => Between(value, 1, 100, "The number of attempts");

    public static int? MaxItems(int? value) =>
        value is { } known ? Between(known, 1, int.MaxValue, "The number of items of one attempt") : null;

    public static TimeSpan Timeout(TimeSpan value) => Between(value, TimeSpan.FromMilliseconds(1), MaxTimeout, "A timeout");

    public static TimeSpan Grace(TimeSpan value) => Between(value, TimeSpan.Zero, MaxGrace, "A time of grace");

    public static TimeSpan Delay(TimeSpan value) =>
        value < TimeSpan.Zero
            ? throw new PawlException(
                "out_of_range", $"A delay is 0 or more, but was {value:c}. For a job that is due at once leave it out.")
            : value > MaxAhead ? throw TooFar($"a delay of {value:c}") : value;

    public static DateTimeOffset RunAt(DateTimeOffset value, DateTimeOffset now) =>
        value - now > MaxAhead ? throw TooFar(value.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture)) : Instant(value);

    /// <summary>UTC, cut to microseconds: what both stores give back.</summary>
    public static DateTimeOffset Instant(DateTimeOffset value) =>
        new(value.UtcTicks - (value.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    public static int Batch(int count) =>
        count is >= 1 and <= MaxBatch
            ? count
            : throw new PawlException(
                "batch_size",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A batch holds 1 to {MaxBatch:N0} jobs, but {count:N0} were given. Split it into several batches."));

    public static void Payload(int bytes)
    {
        if (bytes > MaxPayload)
        {
            throw new PawlException(
                "payload_too_large",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A payload has at most {MaxPayload:N0} bytes of JSON, but this one has {bytes:N0}. "
                    + $"Store the data elsewhere and put its address into the payload."));
        }
    }

    public static void Size(long bytes, long most, string code, string what)
    {
        if (bytes > most)
        {
            throw new PawlException(
                code,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what} has at most {most:N0} bytes, but this one has {bytes:N0}. Store the data elsewhere and keep its address."));
        }
    }

    public static int Between(int value, int least, int most, string what) =>
        value >= least && value <= most
            ? value
            : throw new PawlException(
                "out_of_range",
                string.Create(
                    CultureInfo.InvariantCulture, $"{what} is between {least:N0} and {most:N0}, but was {value}. Choose one within."));

    public static TimeSpan Between(TimeSpan value, TimeSpan least, TimeSpan most, string what) =>
        value >= least && value <= most
            ? value
            : throw new PawlException(
                "out_of_range",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what} is between {Durations.Format(least)} and {Durations.Format(most)}, but was {value:c}. Choose one within."));

    private static PawlException TooFar(string what) => new(
        "too_far", $"A job can wait at most 5 years, but this one was given {what}. Use a schedule, or enqueue it again later.");
}
