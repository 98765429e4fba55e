namespace Pawl.Web.Tests.OnPostgres;

/// <summary>Numbers, failures and the streams of them, on PostgreSQL.</summary>
public sealed class StatisticsTests(Databases databases) : Web.Tests.StatisticsTests
{
    /// <inheritdoc/>
    protected override string Kind => "postgres";

    /// <inheritdoc/>
    protected override async Task<string?> DatabaseAsync() => await databases.TakeAsync();
}
