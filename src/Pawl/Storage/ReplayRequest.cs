namespace Pawl.Storage;

/// <summary>A request that creates and shows a key, so that it creates once however often it comes.</summary>
/// <param name="Key">What the key stands for as a whole: route, API key and the client's own text. 1 to 512 characters.</param>
/// <param name="BodyHash">What tells an equal request from another.</param>
/// <param name="Now">The engine's time.</param>
public sealed record ReplayRequest(string Key, ReadOnlyMemory<byte> BodyHash, DateTimeOffset Now)
{
    /// <summary>How long the answer is held. Default 24 h.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long one that was begun and never ended keeps others waiting: whoever began it is taken for dead then. Default
    /// 60 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>What is known of such a request.</summary>
/// <param name="State">Whether to do it, to wait, or to repeat the answer.</param>
/// <param name="Turn">With <see cref="ReplayState.Begun"/>: what <see cref="ReplayEnd"/> must show.</param>
/// <param name="Status">The status of the first answer, once there is one.</param>
/// <param name="Body">Its text.</param>
/// <param name="Location">Where what it created is found.</param>
public sealed record ReplayReply(ReplayState State, long Turn = 0, int? Status = null, string? Body = null, string? Location = null);

/// <summary>The end of a request that was begun.</summary>
/// <param name="Key">As it was begun.</param>
/// <param name="Turn">As it was answered.</param>
/// <param name="Status">The status of the answer; null when nothing was created, so that the next one with this key begins anew.</param>
/// <param name="Body">The text of the answer.</param>
/// <param name="Location">Where what was created is found.</param>
public sealed record ReplayEnd(string Key, long Turn, int? Status, string? Body = null, string? Location = null);
