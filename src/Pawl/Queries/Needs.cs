namespace Pawl.Queries;

/// <summary>What must be read of a job, besides the columns that every look at it shows.</summary>
[Flags]
internal enum Needs
{
    None = 0,

    /// <summary>Who asked for it, its parent, its labels, what it runs again.</summary>
    Body = 1,

    /// <summary>Its last error and what its success lacked.</summary>
    End = 2,

    /// <summary>When it was last heard of.</summary>
    Progress = 4,

    /// <summary>When its attempt started.</summary>
    Started = 8,

    Payload = 16,
}
