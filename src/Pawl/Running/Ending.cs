using Pawl.Storage;

namespace Pawl.Running;

/// <summary>The end of an attempt on its way to the store.</summary>
/// <param name="Attempt">Whose.</param>
/// <param name="Settlement">What is stored.</param>
/// <param name="Exception">What was thrown.</param>
/// <param name="Simplified">Whether it is the plain one that stands in for an end the store refused.</param>
internal sealed record Ending(Attempt Attempt, Settlement Settlement, Exception? Exception = null, bool Simplified = false);
