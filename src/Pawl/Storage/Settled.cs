namespace Pawl.Storage;

/// <summary>What became of a write of a running attempt.</summary>
public enum Settled
{
    /// <summary>It was stored.</summary>
    Done,

    /// <summary>The same end was stored before with the same token; nothing changed now. Another report of an attempt that has ended is
    /// answered <see cref="LeaseLost"/>.</summary>
    Repeated,

    /// <summary>What the attempt had to say at its end was refused, so the end was not stored either: the attempt still runs.</summary>
    LastRefused,

    /// <summary>A later attempt or an end owns the job; nothing changed.</summary>
    LeaseLost,

    /// <summary>The job is not there any more.</summary>
    Gone,
}
