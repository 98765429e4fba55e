namespace Pawl.Storage;

/// <summary>What a store is.</summary>
/// <param name="Kind"><c>sqlite</c> or <c>postgres</c>.</param>
/// <param name="Version">The version of the database's own software.</param>
/// <param name="Place">Where it is, without secrets.</param>
public sealed record StoreInfo(string Kind, string Version, string Place);
