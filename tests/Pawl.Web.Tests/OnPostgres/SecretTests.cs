namespace Pawl.Web.Tests.OnPostgres;

/// <summary>Members of payloads that a type declares secret, on PostgreSQL.</summary>
public sealed class SecretTests(Databases databases) : Web.Tests.SecretTests
{
    /// <inheritdoc/>
    protected override async Task<string?> DatabaseAsync() => await databases.TakeAsync();
}
