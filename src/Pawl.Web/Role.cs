namespace Pawl.Web;

/// <summary>What a key may do. Each management role holds those before it; <see cref="Worker"/> stands apart.</summary>
internal enum Role
{
    /// <summary>Looks.</summary>
    Viewer,

    /// <summary>Creates jobs.</summary>
    Submitter,

    /// <summary>Commands jobs.</summary>
    Operator,

    /// <summary>Keys, schedules, limits.</summary>
    Admin,

    /// <summary>Runs jobs over HTTP, and nothing else.</summary>
    Worker,
}
