namespace Pawl.Web.Tests.OnPostgres;

/// <summary>What creates jobs, on PostgreSQL.</summary>
public sealed class CreatingTests(Databases databases) : Web.Tests.CreatingTests
{
    /// <inheritdoc/>
    protected override async Task<string?> DatabaseAsync() => await databases.TakeAsync();
}
