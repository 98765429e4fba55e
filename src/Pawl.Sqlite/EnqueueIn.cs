using System.Data.Common;
using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    /// <summary>Always refused: one connection of ours alone writes to the file, and nobody's transaction runs on that.</summary>
    public ValueTask<EnqueueReply> EnqueueInAsync(
        EnqueueRequest request, DbTransaction transaction, CancellationToken cancellationToken) =>
        throw new PawlException(
            "transaction_foreign",
            "Jobs in SQLite cannot be stored in a transaction of the program's: Pawl alone writes to its file. "
            + "Keep them with a DbContext's outbox (Pawl.EntityFrameworkCore), or use PostgreSQL. Nothing was stored.");
}
