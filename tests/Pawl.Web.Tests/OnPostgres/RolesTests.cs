namespace Pawl.Web.Tests.OnPostgres;

/// <summary>Every route with every role, on PostgreSQL.</summary>
public sealed class RolesTests(Databases databases) : Web.Tests.RolesTests
{
    /// <inheritdoc/>
    protected override async Task<string?> DatabaseAsync() => await databases.TakeAsync();
}
