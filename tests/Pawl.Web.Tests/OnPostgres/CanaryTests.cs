using Npgsql;
using Pawl.Web.Tests.Security;

namespace Pawl.Web.Tests.OnPostgres;

/// <summary>Secrets in every place, on PostgreSQL.</summary>
public sealed class CanaryTests(Databases databases) : Security.CanaryTests
{
    private string? _database;

    /// <inheritdoc/>
    protected override string Kind => "postgres";

    /// <inheritdoc/>
    protected override async Task<string?> DatabaseAsync()
    {
        _database = await databases.TakeAsync();
        var said = new NpgsqlConnectionStringBuilder(_database);
        said.Password ??= Canary.Connection;   // a server that trusts everybody takes any
        return said.ConnectionString;
    }

    /// <inheritdoc/>
    protected override Task<IReadOnlyDictionary<string, string>> KeptAsync() => Kept.InDatabaseAsync(_database!);
}
