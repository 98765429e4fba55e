namespace Pawl.Web.Tests.OnPostgres;

/// <summary>Commands, on PostgreSQL.</summary>
public sealed class CommandTests(Databases databases) : Web.Tests.CommandTests
{
    /// <inheritdoc/>
    protected override async Task<string?> DatabaseAsync() => await databases.TakeAsync();
}
