namespace Pawl.Queries;

/// <summary>One term: a field and what it may be. Any of the values will do; all terms must hold.</summary>
internal sealed record Term(Field Field, bool Not, IReadOnlyList<Value> Values)
{
    /// <summary>The label asked for, where it has a value; the way into the payload.</summary>
    public IReadOnlyList<string> Path { get; init; } = [];

    /// <summary>What must be read to answer it.</summary>
    public Needs Needs => Field switch
    {
        Field.Parent or Field.By or Field.Tag or Field.Trigger => Needs.Body,
        Field.Word or Field.Category or Field.Code or Field.Fingerprint or Field.Retryable => Needs.End,
        Field.Stuck => Needs.Progress | Needs.Started,
        Field.Started => Needs.Started,
        Field.Args => Needs.Payload,
        Field.Is => Values.Aggregate(Needs.None, static (all, value) => all | Of(value)),
        _ => Needs.None,
    };

    /// <summary>Whether it looks into payloads or text.</summary>
    public bool LooksInside => Field is Field.Word or Field.Args;

    private static Needs Of(Value value) =>
        (value.Has(Trait.Stuck) ? Needs.Progress | Needs.Started : Needs.None)
        | (value.Has(Trait.Degraded) ? Needs.End : Needs.None)
        | (value.Has(Trait.Rerun) ? Needs.Body : Needs.None);
}
