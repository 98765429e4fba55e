namespace Pawl.Storage;

/// <summary>What a kept secret of a browser opens.</summary>
public enum SignInKind
{
    /// <summary>Requests, until it ends.</summary>
    Session,

    /// <summary>One session, once.</summary>
    Code,
}
