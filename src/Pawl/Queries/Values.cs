using System.Globalization;

namespace Pawl.Queries;

/// <summary>Reads the values of the fields.</summary>
internal static class Values
{
    private static readonly string[] Dates = ["yyyy-MM-dd"];
    private static readonly (string Form, long Length)[] Times =
    [
        ("yyyy-MM-dd'T'HH:mmK", TimeSpan.TicksPerMinute),
        ("yyyy-MM-dd'T'HH:mm:ssK", TimeSpan.TicksPerSecond),
        ("yyyy-MM-dd'T'HH:mm:ss.fK", TimeSpan.TicksPerMillisecond * 100),
        ("yyyy-MM-dd'T'HH:mm:ss.ffK", TimeSpan.TicksPerMillisecond * 10),
        ("yyyy-MM-dd'T'HH:mm:ss.fffK", TimeSpan.TicksPerMillisecond),
        ("yyyy-MM-dd'T'HH:mm:ss.ffffffK", TimeSpan.TicksPerMicrosecond),
    ];

    /// <summary>A value in quotes: its characters as they are.</summary>
    public static Value Literal(QueryReader reader, Field field, int at, string text, bool prefix) => IsText(field)
        ? Text(text, prefix)
        : prefix ? Prefix(reader, field, at, text) : Read(reader, field, at, text);

    /// <summary>The beginning of a value, with a star behind it.</summary>
    public static Value Prefix(QueryReader reader, Field field, int at, string text) => field switch
    {
        _ when IsText(field) => Text(text, true),
        Field.State => Some<JobState>(reader, field, at, text),
        Field.Is => Some<Trait>(reader, field, at, text),
        Field.Wait => Some<WaitReason>(reader, field, at, text),
        Field.Block => Some<BlockReason>(reader, field, at, text),
        Field.End => Some<EndReason>(reader, field, at, text),
        Field.Trigger => Some<Trigger>(reader, field, at, text),
        Field.Category => Some<ErrorCategory>(reader, field, at, text),
        _ => throw reader.Wrong(at, Fields.Expected(field)),
    };

    /// <summary>A value without quotes.</summary>
    public static Value Read(QueryReader reader, Field field, int at, string text) => field switch
    {
        Field.State => State(reader, at, text),
        Field.Is => One<Trait>(reader, field, at, text),
        Field.Wait => One<WaitReason>(reader, field, at, text),
        Field.Block => One<BlockReason>(reader, field, at, text),
        Field.End => One<EndReason>(reader, field, at, text),
        Field.Trigger => One<Trigger>(reader, field, at, text),
        Field.Category => One<ErrorCategory>(reader, field, at, text),
        Field.Retryable => Truth(reader, at, text),
        Field.Priority or Field.Attempt => Number(reader, field, at, text),
        Field.Older => new() { Age = true, Least = Length(reader, field, at, text) + 1 },
        Field.Newer => new() { Age = true, Most = Length(reader, field, at, text) - 1 },
        Field.Stuck => new() { Least = Length(reader, field, at, text) },
        Field.Created or Field.Started or Field.Ended or Field.RunAt => Time(reader, field, at, text),
        Field.Args => Inside(reader, at, text),
        _ => Text(text, false),
    };

    private static bool IsText(Field field) => field is Field.Word or Field.Type or Field.Queue or Field.Id or Field.Batch or Field.Workflow
        or Field.Schedule or Field.Parent or Field.Worker or Field.Unique or Field.By or Field.Tag or Field.Code or Field.Fingerprint
        or Field.Args;

    private static Value Text(string text, bool prefix) => new() { Text = text, Prefix = prefix, Number = Numbers.Read(text) };

    private static Value State(QueryReader reader, int at, string text) => text.ToLowerInvariant() switch
    {
        "live" => new() { Words = All<JobState>(static state => !Transitions.IsTerminal(state)) },
        "ended" => new() { Words = All<JobState>(Transitions.IsTerminal) },
        _ => One<JobState>(reader, Field.State, at, text),
    };

    private static long All<T>(Func<T, bool> which)
        where T : struct, Enum =>
        Enum.GetValues<T>().Where(which).Aggregate(0L, static (all, word) => all | (1L << Convert.ToInt32(word, null)));

    private static Value One<T>(QueryReader reader, Field field, int at, string text)
        where T : struct, Enum => Words.TryParse<T>(text.ToLowerInvariant(), out var word)
        ? new() { Words = 1L << Convert.ToInt32(word, null) }
        : throw reader.Wrong(at, Fields.Expected(field));

    private static Value Some<T>(QueryReader reader, Field field, int at, string text)
        where T : struct, Enum =>
        All<T>(word => Words.Of(word).StartsWith(text, StringComparison.OrdinalIgnoreCase)) is var some and not 0
            ? new() { Words = some }
            : throw reader.Wrong(at, Fields.Expected(field));

    private static Value Truth(QueryReader reader, int at, string text) => text.ToLowerInvariant() switch
    {
        "true" => new() { Words = 0b10 },
        "false" => new() { Words = 0b01 },
        _ => throw reader.Wrong(at, Fields.Expected(Field.Retryable)),
    };

    private static Value Number(QueryReader reader, Field field, int at, string text)
    {
        var (from, withFrom, to, withTo) = Range(text);
        var least = from is null ? long.MinValue : Whole(from, Place(at, text, from, to)) + (withFrom ? 0 : 1);
        var most = to is null ? long.MaxValue : Whole(to, at + text.Length - to.Length) - (withTo ? 0 : 1);
        return from is not null && to is not null && least > most ? throw reader.Wrong(at, "the lower end of a range first")
            : new() { Least = least, Most = most };

        long Whole(string part, int where) =>
            int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw reader.Wrong(where, Fields.Expected(field));
    }

    private static Value Inside(QueryReader reader, int at, string text)
    {
        if (text is not ['>' or '<', ..] && !text.Contains("..", StringComparison.Ordinal))
        {
            return Text(text, false);
        }

        var (from, withFrom, to, withTo) = Range(text);
        return from is "" || to is ""
            ? throw reader.Wrong(at, "a value on both sides of .., and one behind > or <")
            : new()
            {
                Between = new(from, withFrom, to, withTo)
                {
                    FromNumber = Numbers.Read(from),
                    ToNumber = Numbers.Read(to),
                },
            };
    }

    private static Value Time(QueryReader reader, Field field, int at, string text)
    {
        var (from, withFrom, to, withTo) = Range(text);
        if (from is not null && to is not null && from == to && withFrom && withTo && !text.Contains("..", StringComparison.Ordinal))
        {
            var (first, last) = Instant(reader, field, at, from);
            return new() { Least = first, Most = last };
        }

        var (fromAge, toAge) = (Age(from), Age(to));
        if ((from is null || fromAge is not null) && (to is null || toAge is not null))
        {
            return new()
            {
                Age = true,
                Least = fromAge is { } young ? young + (withFrom ? 0 : 1) : long.MinValue,
                Most = toAge is { } old ? old - (withTo ? 0 : 1) : long.MaxValue,
            };
        }

        var least = from is null ? long.MinValue : Instant(reader, field, Place(at, text, from, to), from).First + (withFrom ? 0 : 1);
        var most = to is null ? long.MaxValue
            : Instant(reader, field, at + text.Length - to.Length, to) is var (begin, end) && withTo ? end : begin - 1;
        return from is not null && to is not null && least > most
            ? throw reader.Wrong(at, "the earlier end of a range first")
            : new() { Least = least, Most = most };
    }

    /// <summary>The first and the last microsecond of a day or of a time, as finely as it was written.</summary>
    private static (long First, long Last) Instant(QueryReader reader, Field field, int at, string text)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParseExact(text, Dates, CultureInfo.InvariantCulture, Utc, out var day))
        {
            return (Instants.Of(day), Instants.Of(day) + Instants.Of(TimeSpan.FromDays(1)) - 1);
        }

        foreach (var (form, length) in Times)
        {
            if (DateTimeOffset.TryParseExact(text, form, CultureInfo.InvariantCulture, Utc, out var time))
            {
                return text[^1] is 'Z' || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal)
                    ? (Instants.Of(time), Instants.Of(time) + (length / TimeSpan.TicksPerMicrosecond) - 1)
                    : throw reader.Wrong(at + text.Length, "Z or another zone behind a time of day");
            }
        }

        throw reader.Wrong(at, Fields.Expected(field));
    }

    private static long Length(QueryReader reader, Field field, int at, string text) =>
        Age(text) ?? throw reader.Wrong(at, Fields.Expected(field));

    private static long? Age(string? text) =>
        text is [>= '0' and <= '9', ..] && text[^1] is 's' or 'm' or 'h' or 'd' or 'w'
        && !text.Contains(':', StringComparison.Ordinal) && !text.Contains("ms", StringComparison.Ordinal)
        && Durations.TryParse(text, out var length)
            ? Instants.Of(length)
            : null;

    /// <summary>Where the lower end begins.</summary>
    private static int Place(int at, string text, string from, string? to) => to is null ? at + text.Length - from.Length : at;

    /// <summary>The ends of <c>a..b</c>, <c>&gt;a</c>, <c>&gt;=a</c>, <c>&lt;b</c>, <c>&lt;=b</c>; a bare value is both.</summary>
    private static (string? From, bool WithFrom, string? To, bool WithTo) Range(string text)
    {
        if (text.StartsWith(">=", StringComparison.Ordinal))
        {
            return (text[2..], true, null, false);
        }

        if (text.StartsWith('>'))
        {
            return (text[1..], false, null, false);
        }

        if (text.StartsWith("<=", StringComparison.Ordinal))
        {
            return (null, false, text[2..], true);
        }

        if (text.StartsWith('<'))
        {
            return (null, false, text[1..], false);
        }

        var dots = text.IndexOf("..", StringComparison.Ordinal);
        return dots < 0 ? (text, true, text, true) : (text[..dots], true, text[(dots + 2)..], true);
    }
}
