namespace Pawl.Web.Tests.OnPostgres;

/// <summary>Every route, as everybody, for everything, on PostgreSQL: the same answers.</summary>
public sealed class MatrixTests(Databases databases) : Security.MatrixTests
{
    /// <inheritdoc/>
    protected override async Task<string?> DatabaseAsync() => await databases.TakeAsync();
}
