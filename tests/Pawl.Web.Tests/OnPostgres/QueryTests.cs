namespace Pawl.Web.Tests.OnPostgres;

/// <summary>Queries, counts and bulk operations, on PostgreSQL.</summary>
public sealed class QueryTests(Databases databases) : Web.Tests.QueryTests
{
    /// <inheritdoc/>
    protected override async Task<string?> DatabaseAsync() => await databases.TakeAsync();
}
