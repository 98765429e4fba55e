using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pawl.Client;
using Pawl.Storage;

namespace Pawl.EntityFrameworkCore;

/// <summary>Hands what contexts have saved on to Pawl, each job once: a job that is stored already under its number is left alone, and only
/// then does its row go.</summary>
internal sealed class OutboxForwarder<TContext>(
    IServiceScopeFactory scopes, IJobs jobs, TimeProvider clock, ILogger<OutboxForwarder<TContext>> logger)
    : BackgroundService
    where TContext : DbContext
{
    private const int AtOnce = 500;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(5);

    private readonly Jobs _jobs = Engine.Of(jobs);
    private bool _troubled;

    /// <summary>Hands on what is there now; whether there may be more.</summary>
    internal async Task<bool> ForwardAsync(CancellationToken cancellationToken)
    {
        var scope = scopes.CreateAsyncScope();
        await using var ended = scope.ConfigureAwait(false);
        var db = scope.ServiceProvider.GetRequiredService<TContext>();
        var rows = await db.Set<OutboxJob>().AsNoTracking().Where(row => row.Refused == null).OrderBy(row => row.Id).Take(AtOnce)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0)
        {
            return false;
        }

        var taken = rows.Count;
        var waiting = rows.ConvertAll(static row => NewJobJson.Read(row.Job));
        while (waiting.Count > 0)
        {
            var next = waiting.GetRange(0, Independent(waiting));
            if (await _jobs.ForwardAsync(next, cancellationToken).ConfigureAwait(false) is not { } refusal)
            {
                waiting.RemoveRange(0, next.Count);
                continue;
            }

            var refused = next[refusal.Index].Id!.Value.Value;
            Log.Refused(logger, refused, next[refusal.Index].Type, refusal.Code, refusal.Other?.Value);
            await db.Set<OutboxJob>().Where(row => row.Id == refused)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.Refused, refusal.Code), cancellationToken).ConfigureAwait(false);
            waiting.RemoveAt(refusal.Index);
            rows.RemoveAll(row => row.Id == refused);
        }

        var stored = rows.ConvertAll(static row => row.Id);
        await db.Set<OutboxJob>().Where(row => stored.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false);
        return taken == AtOnce;
    }

    /// <summary>How many of the first jobs depend on none of each other: what a job depends on must be stored before it is.</summary>
    private static int Independent(List<NewJob> jobs)
    {
        var before = new HashSet<JobId>();
        return jobs.TakeWhile(job => !job.DependsOn.Any(edge => before.Contains(edge.On)) && before.Add(job.Id!.Value)).Count();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var bell = OutboxBell.Of(jobs);
        for (var wait = Poll; !stoppingToken.IsCancellationRequested;)
        {
            Task? rung = bell.Next;
            try
            {
                while (await ForwardAsync(stoppingToken).ConfigureAwait(false))
                {
                }

                wait = Poll;
                Works();
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                wait = wait * 2 < LongestPoll ? wait * 2 : LongestPoll;
                rung = null;   // no bell makes a broken database whole
                Troubled(error);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var rest = Task.Delay(wait, clock, stoppingToken);
            await Task.WhenAny(rung ?? rest, rest).ConfigureAwait(false);
        }
    }

    private void Troubled(Exception error)
    {
        if (!_troubled)
        {
            _troubled = true;
            Log.Failed(logger, typeof(TContext).Name, error);
        }
    }

    private void Works()
    {
        if (_troubled)
        {
            _troubled = false;
            Log.Works(logger, typeof(TContext).Name);
        }
    }
}
