using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pawl;
using Pawl.Sqlite;
using Pawl.Storage;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps jobs in SQLite.</summary>
public static class PawlSqliteExtensions
{
    extension(PawlBuilder pawl)
    {
        /// <summary>Keeps the jobs in one SQLite file that this process owns: nothing to install, every commit flushed to disk.</summary>
        /// <remarks>The file is made when there is none; its folder must be there. While this process runs no other can open it: the second
        /// one fails to start with <c>storage_in_use</c> and the number of this process.</remarks>
        /// <param name="connectionString">Such as <c>Data Source=jobs.db</c>; <c>Data Source=:memory:</c> forgets everything with the
        /// process. Only the data source is used.</param>
        /// <exception cref="PawlException">At the start of the host: <c>storage_in_use</c> (exit code 7), <c>storage_path</c>,
        /// <c>not_our_database</c> or <c>schema_newer</c> (8). The file is as it was.</exception>
        public PawlBuilder UseSqlite(string connectionString)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
            pawl.Services.AddSingleton<IJobStore>(services =>
                SqliteStore.Open(connectionString, services.GetService<ILoggerFactory>()?.CreateLogger("Pawl") ?? NullLogger.Instance));
            pawl.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IErrorClassifier, SqliteErrors>());
            return pawl;
        }
    }
}
