using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>What jobs of one type mostly share: kept once in the database, and known here by its content.</summary>
internal sealed class Shapes(Connections source)
{
    private const int MostKnown = 10_000;
    private const string InsertShape = """
        with made as (
            insert into pawl.shape (hash, line_id, priority, priority_reasons, trigger, kind, max_attempts, timeout_us, grace_us, max_items,
                force, versions)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            on conflict (hash) do nothing
            returning id)
        select id from made union all select id from pawl.shape where hash = $1
        """;

    private const string SelectShape = """
        select trigger, kind, max_attempts, timeout_us, grace_us, max_items, force, versions from pawl.shape where id = $1
        """;

    private readonly ConcurrentDictionary<ShapeKey, int> _known = new();
    private readonly ConcurrentDictionary<int, Shape> _byId = new();

    /// <summary>The shape of a number that a job's row names. None is ever changed.</summary>
    public async ValueTask<Shape> FindAsync(Session db, int id)
    {
        if (_byId.TryGetValue(id, out var known))
        {
            return known;
        }

        var shape = await db.Use(SelectShape).Bind(id).FirstAsync(Shape.Of).ConfigureAwait(false)
            ?? throw new FormatException($"It names shape {id}, which is not there.");
        if (_byId.Count >= MostKnown)
        {
            _byId.Clear();
        }

        return _byId[id] = shape;
    }

    /// <summary>The number of a job's shape, made when it is new; in a transaction of its own, so that nobody waits for the
    /// caller's.</summary>
    public async ValueTask<int> OfAsync(NewJob job, Line line, string? reasons, CancellationToken cancellationToken)
    {
        var shape = new ShapeKey(
            line.Id, job.Priority, reasons, job.Trigger, job.Kind, job.MaxAttempts, job.Timeout, job.Grace, job.MaxItems, job.Force,
            StoreJson.Write(job.Versions));
        if (_known.TryGetValue(shape, out var known))
        {
            return known;
        }

        for (var tries = 0; ; tries++)
        {
            if (await InsertAsync(shape, cancellationToken).ConfigureAwait(false) is { } id)
            {
                if (_known.Count >= MostKnown)
                {
                    _known.Clear();
                }

                return _known[shape] = (int)id;
            }

            // Another has just made it: the next look sees it.
            if (tries == 3)
            {
                throw new System.Diagnostics.UnreachableException($"A shape of {line.Queue}/{line.Type} can neither be made nor found.");
            }
        }
    }

    private async ValueTask<long?> InsertAsync(ShapeKey shape, CancellationToken cancellationToken)
    {
        var session = await Session.OpenAsync(source, cancellationToken, Lane.Inner).ConfigureAwait(false);
        await using var closed = session.ConfigureAwait(false);
        return await session.Use(InsertShape).BindBlob(SHA256.HashData(Encoding.UTF8.GetBytes(shape.ToString()))).Bind(shape.LineId)
            .Bind(shape.Priority).Bind(shape.Reasons).Bind(Words.Of(shape.Trigger)).Bind(shape.Kind).Bind(shape.MaxAttempts)
            .Bind(shape.Timeout).Bind(shape.Grace).Bind(shape.MaxItems)
            .Bind(shape.Force == default ? null : Words.Of(shape.Force)).Bind(shape.Versions)
            .NumberAsync().ConfigureAwait(false);
    }
}
