using Pawl.Web.Routing;

namespace Pawl.Web.Live;

/// <summary>Facts that are on no record, and are looked at now and then while somebody listens: once for all who may see the
/// same.</summary>
/// <param name="Topic">The topic, such as <c>queues</c>.</param>
/// <param name="Event">The event, such as <c>queue</c>.</param>
/// <param name="Every">How often they are looked at.</param>
/// <param name="Read">Looks, as far as the caller may see.</param>
internal sealed record Source(string Topic, string Event, TimeSpan Every, Func<Call, Task<IReadOnlyList<Thing>>> Read);

/// <summary>One thing of a source, told when it has changed.</summary>
/// <param name="Key">Its name or number; null for a source that is one thing.</param>
/// <param name="Json">What is told.</param>
/// <param name="Stamp">Changes when it is worth telling; null for any change of what is told.</param>
internal sealed record Thing(string? Key, ReadOnlyMemory<byte> Json, string? Stamp = null);
