namespace Pawl.Web.Tests.OnPostgres;

/// <summary>The live stream, on PostgreSQL.</summary>
public sealed class StreamTests(Databases databases) : Web.Tests.StreamTests
{
    /// <inheritdoc/>
    protected override async Task<string?> DatabaseAsync() => await databases.TakeAsync();
}
