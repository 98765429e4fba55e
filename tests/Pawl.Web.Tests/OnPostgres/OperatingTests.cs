namespace Pawl.Web.Tests.OnPostgres;

/// <summary>Queues, types, workers and the ledger, on PostgreSQL.</summary>
public sealed class OperatingTests(Databases databases) : Web.Tests.OperatingTests
{
    /// <inheritdoc/>
    protected override async Task<string?> DatabaseAsync() => await databases.TakeAsync();
}
