using Microsoft.Extensions.DependencyInjection;

namespace Pawl.Web.Tests;

/// <summary>Tests that hold on SQLite, and on PostgreSQL in a class that inherits them.</summary>
public abstract class OnEitherStore
{
    /// <summary>A PostgreSQL database of this test; null for SQLite in memory.</summary>
    protected virtual Task<string?> DatabaseAsync() => Task.FromResult<string?>(null);

    /// <summary>The kind of store, in the words of the API.</summary>
    protected virtual string Kind => "sqlite";

    /// <summary>Starts a server on the store of these tests.</summary>
    protected async Task<Served> StartAsync(
        string mount = "",
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<PawlWebOptions>? options = null,
        Action<IServiceCollection>? services = null,
        Action<PawlBuilder>? types = null) =>
        await Served.StartAsync(mount, settings, options, services, database: await DatabaseAsync(), types: types);
}
