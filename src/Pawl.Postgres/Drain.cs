using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string DrainWorker = "update pawl.worker set drain = $2 where id = $1 and not gone and drain <> $2";
    private const string IsLive = "select 1 from pawl.worker where id = $1 and not gone";

    /// <inheritdoc/>
    public ValueTask<bool> DrainAsync(DrainRequest request, CancellationToken cancellationToken) =>
        WriteAsync(
            async batch =>
            {
                if (await batch.Db.Use(DrainWorker).Bind(request.WorkerId).Bind(request.Drain).RunAsync().ConfigureAwait(false) == 1)
                {
                    Audit(batch, Micros.Of(request.Now), null, new(
                        request.Drain ? "worker.drain" : "worker.undrain", request.By, $"{request.WorkerId}"));
                    batch.Attention(request.WorkerId);
                    return true;
                }

                return await batch.Db.Use(IsLive).Bind(request.WorkerId).AnyAsync().ConfigureAwait(false);
            },
            cancellationToken);
}
