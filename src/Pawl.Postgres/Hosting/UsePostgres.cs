using Npgsql;
using Pawl.Postgres;
using Pawl.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps jobs in PostgreSQL.</summary>
public static class PawlPostgresExtensions
{
    extension(PawlBuilder pawl)
    {
        /// <summary>Keeps the jobs in a PostgreSQL database, in a schema <c>pawl</c> of their own: as many processes on as many machines as
        /// there are share the work.</summary>
        /// <remarks>PostgreSQL 13 or newer. A server that is away fails nothing: the host starts, and Pawl works as soon as it is
        /// there.</remarks>
        /// <param name="connectionString">Such as <c>Host=db;Database=app;Username=app;Password=…</c>; several hosts with
        /// <c>Host=a,b;Target Session Attributes=read-write</c>.</param>
        /// <param name="configure">How many connections, and how long to wait for them.</param>
        public PawlBuilder UsePostgres(string connectionString, Action<PostgresOptions>? configure = null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
            var options = new PostgresOptions();
            configure?.Invoke(options);
            pawl.Services.AddSingleton<IJobStore>(_ => PostgresStore.Open(connectionString, options));
            return pawl;
        }

        /// <summary>Keeps the jobs in the PostgreSQL database of a data source that the program has already.</summary>
        /// <param name="source">Stays the program's: Pawl never disposes it. Its own pool holds, with all its settings.</param>
        public PawlBuilder UsePostgres(NpgsqlDataSource source)
        {
            ArgumentNullException.ThrowIfNull(source);
            pawl.Services.AddSingleton<IJobStore>(_ => PostgresStore.Open(source));
            return pawl;
        }
    }
}
