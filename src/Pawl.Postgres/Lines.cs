using System.Collections.Concurrent;

namespace Pawl.Postgres;

/// <summary>All lines this process has met. A line is never changed or taken away, so what is known stays true.</summary>
internal sealed class Lines(Connections source)
{
    private const string SelectLines = "select id, queue, type from pawl.line";
    private const string InsertLine = """
        with made as (insert into pawl.line (queue, type) values ($1, $2) on conflict do nothing returning id)
        select id from made union all select id from pawl.line where queue = $1 and type = $2
        """;

    private readonly ConcurrentDictionary<(string Queue, string Type), Line> _byName = new();
    private readonly ConcurrentDictionary<int, Line> _byId = new();

    public ICollection<Line> All => _byId.Values;

    public Line? Find(string queue, string type) => _byName.GetValueOrDefault((queue, type));

    /// <summary>The line of a number that a row named.</summary>
    public async ValueTask<Line> OfAsync(int id, CancellationToken cancellationToken)
    {
        if (!_byId.ContainsKey(id))
        {
            await LoadAsync(cancellationToken).ConfigureAwait(false);
        }

        return _byId[id];
    }

    /// <summary>The line of a queue and type, made when it is new. In a transaction of its own, so that nobody waits for the
    /// caller's.</summary>
    public async ValueTask<Line> EnsureAsync(string queue, string type, CancellationToken cancellationToken)
    {
        if (_byName.TryGetValue((queue, type), out var line))
        {
            return line;
        }

        for (var tries = 0; ; tries++)
        {
            var session = await Session.OpenAsync(source, cancellationToken, Lane.Inner).ConfigureAwait(false);
            await using var closed = session.ConfigureAwait(false);
            if (await session.Use(InsertLine).Bind(queue).Bind(type).NumberAsync().ConfigureAwait(false) is { } id)
            {
                return Keep(new Line((int)id, queue, type));
            }

            // Another has just made it: the next look sees it.
            if (tries == 3)
            {
                throw new System.Diagnostics.UnreachableException($"The line {queue}/{type} can neither be made nor found.");
            }
        }
    }

    public async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        var session = await Session.OpenAsync(source, cancellationToken, Lane.Inner).ConfigureAwait(false);
        await using var closed = session.ConfigureAwait(false);
        await session.Use(SelectLines).EachAsync(row => Keep(new Line(row.Int(0), row.Text(1), row.Text(2)))).ConfigureAwait(false);
    }

    private Line Keep(Line line)
    {
        _byName[(line.Queue, line.Type)] = line;
        _byId[line.Id] = line;
        return line;
    }
}
