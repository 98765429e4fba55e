namespace Pawl.Web.Tests.OnPostgres;

/// <summary>Lists and records, on PostgreSQL.</summary>
public sealed class RecordTests(Databases databases) : Web.Tests.RecordTests
{
    /// <inheritdoc/>
    protected override string Kind => "postgres";

    /// <inheritdoc/>
    protected override async Task<string?> DatabaseAsync() => await databases.TakeAsync();
}
