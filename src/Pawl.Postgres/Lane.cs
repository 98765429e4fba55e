namespace Pawl.Postgres;

/// <summary>What a connection is for. All but calls have one kept for them, so that no crowd of calls keeps them out.</summary>
internal enum Lane
{
    /// <summary>A call of the engine or of a user.</summary>
    Call,

    /// <summary>Something short that a call needs while it holds its own connection: waiting behind other calls it might wait for
    /// itself.</summary>
    Inner,

    /// <summary>A sign of life: late, it would cost all leases of this process.</summary>
    Life,

    /// <summary>Listening, for as long as the store is open.</summary>
    Listen,
}
