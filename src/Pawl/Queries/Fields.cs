namespace Pawl.Queries;

/// <summary>The names of fields, and what may stand behind them.</summary>
internal static class Fields
{
    private static readonly Dictionary<string, Field> ByName = new(StringComparer.OrdinalIgnoreCase)
    {
        ["state"] = Field.State,
        ["is"] = Field.Is,
        ["type"] = Field.Type,
        ["queue"] = Field.Queue,
        ["id"] = Field.Id,
        ["batch"] = Field.Batch,
        ["workflow"] = Field.Workflow,
        ["schedule"] = Field.Schedule,
        ["parent"] = Field.Parent,
        ["worker"] = Field.Worker,
        ["unique"] = Field.Unique,
        ["by"] = Field.By,
        ["tag"] = Field.Tag,
        ["stuck"] = Field.Stuck,
        ["retryable"] = Field.Retryable,
        ["wait"] = Field.Wait,
        ["block"] = Field.Block,
        ["end"] = Field.End,
        ["trigger"] = Field.Trigger,
        ["category"] = Field.Category,
        ["code"] = Field.Code,
        ["fingerprint"] = Field.Fingerprint,
        ["priority"] = Field.Priority,
        ["attempt"] = Field.Attempt,
        ["older"] = Field.Older,
        ["newer"] = Field.Newer,
        ["created"] = Field.Created,
        ["started"] = Field.Started,
        ["ended"] = Field.Ended,
        ["run_at"] = Field.RunAt,
        ["args"] = Field.Args,
        ["payload"] = Field.Args,
    };

    /// <summary>All names, for people.</summary>
    public static string All { get; } = string.Join(
        ' ',
        [.. ByName.Where(static name => name.Value != Field.Args).Select(static name => $"{name.Key}:"), "tag.NAME:", "args.PATH:"]);

    /// <summary>The field of a name, and the rest of the name where it goes on; null when there is none.</summary>
    public static (Field Field, IReadOnlyList<string> Path)? Find(List<string> name)
    {
        if (!ByName.TryGetValue(name[0], out var field) || name.Skip(1).Any(string.IsNullOrEmpty))
        {
            return null;
        }

        return (field, name.Count) switch
        {
            (Field.Tag, > 1) => (field, [string.Join('.', name.Skip(1))]),   // a label's name may have dots
            (Field.Args, > 1) => (field, name[1..]),
            (not Field.Args, 1) => (field, []),
            _ => null,
        };
    }

    /// <summary>What may stand behind a field, for people.</summary>
    public static string Expected(Field field) => field switch
    {
        Field.State => $"one of {string.Join(", ", Words.All<JobState>())}, live, ended",
        Field.Is => $"one of {string.Join(", ", Words.All<Trait>())}",
        Field.Wait => $"one of {string.Join(", ", Words.All<WaitReason>())}",
        Field.Block => $"one of {string.Join(", ", Words.All<BlockReason>())}",
        Field.End => $"one of {string.Join(", ", Words.All<EndReason>())}",
        Field.Trigger => $"one of {string.Join(", ", Words.All<Trigger>())}",
        Field.Category => $"one of {string.Join(", ", Words.All<ErrorCategory>())}",
        Field.Retryable => "true or false",
        Field.Priority or Field.Attempt => "a whole number such as 50, >=50 or 10..40",
        Field.Older or Field.Newer or Field.Stuck => "a length of time such as 90s, 15m, 1h, 7d or 2w",
        Field.Created or Field.Started or Field.Ended or Field.RunAt =>
            "a time such as >2026-11-01, <2026-11-02T10:00Z or 2026-11-01..2026-11-02, or an age such as <2h",
        _ => "a value",
    };
}
