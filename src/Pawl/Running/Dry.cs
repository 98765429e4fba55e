namespace Pawl.Running;

/// <summary>For which kind of room the last claim found nothing more; only a hint or a poll asks for that kind again.</summary>
[Flags]
internal enum Dry
{
    /// <summary>There may be more for every kind.</summary>
    No = 0,

    /// <summary>Nothing urgent for the kept slots.</summary>
    Express = 1,

    /// <summary>Nothing that may be taken ahead of a slot; what was lost before may still wait for one.</summary>
    Ahead = 2,

    /// <summary>Nothing for an open slot, which takes anything: so nothing at all.</summary>
    Slots = 4 | Express | Ahead,
}
