using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string DrainWorker = "update worker set drain = @drain where id = @id and gone = 0 and drain <> @drain";
    private const string IsLive = "select count(*) from worker where id = @id and gone = 0";

    /// <inheritdoc/>
    public ValueTask<bool> DrainAsync(DrainRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            batch =>
            {
                if (batch.Db.Use(DrainWorker).Bind(request.Drain).Bind(request.WorkerId).Run() == 1)
                {
                    Audit(batch, Micros.Of(request.Now), null, new(
                        request.Drain ? "worker.drain" : "worker.undrain", request.By, $"{request.WorkerId}"));
                    batch.Attention(request.WorkerId);
                    return true;
                }

                var row = batch.Db.Use(IsLive).Bind(request.WorkerId);
                row.Step();
                var live = row.Flag(0);
                row.Reset();
                return live;
            },
            cancellationToken);
}
