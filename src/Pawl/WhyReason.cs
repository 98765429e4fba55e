namespace Pawl;

/// <summary>One reason.</summary>
/// <param name="Code">What it is.</param>
/// <param name="Title">A sentence for people.</param>
/// <param name="Detail">More of it: who paused, which job holds the key; null for nothing.</param>
/// <param name="Until">Until when, where a time is known.</param>
/// <param name="Href">Where to look, relative to the API's root, such as <c>queues/mail</c>; null for nowhere.</param>
/// <param name="JobsAhead">With <see cref="WhyCode.Behind"/>: how many come before it, at most 10,000.</param>
public sealed record WhyReason(
    WhyCode Code, string Title, string? Detail = null, DateTimeOffset? Until = null, string? Href = null, long? JobsAhead = null);
