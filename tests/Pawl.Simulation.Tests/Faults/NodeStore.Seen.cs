using Pawl.Storage;

namespace Pawl.Simulation.Tests.Faults;

/// <summary>The verbs that the referee watches.</summary>
internal sealed partial class NodeStore
{
    public ValueTask<EnqueueReply> EnqueueAsync(EnqueueRequest request, CancellationToken cancellationToken) => WriteAsync(
        (store, token) => store.EnqueueAsync(request, token),
        cancellationToken,
        reply => shared.Referee.Enqueued(request.Jobs, reply.Jobs));

    public ValueTask<IReadOnlyList<Claimed>> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken) => WriteAsync(
        (store, token) => store.ClaimAsync(request, token), cancellationToken, jobs => shared.Referee.Claimed(request, jobs));

    public ValueTask<long> RegisterAsync(WorkerFacts worker, DateTimeOffset now, CancellationToken cancellationToken) => WriteAsync(
        (store, token) => store.RegisterAsync(worker, now, token), cancellationToken, id => shared.Referee.Registered(life, id));

    public ValueTask<HeartbeatReply> HeartbeatAsync(HeartbeatRequest request, CancellationToken cancellationToken) => WriteAsync(
        (store, token) => store.HeartbeatAsync(request, token), cancellationToken, reply => shared.Referee.Beaten(request, reply));

    public ValueTask<IReadOnlyList<SaveReply>> SaveAsync(
        IReadOnlyList<AttemptSave> saves, DateTimeOffset now, CancellationToken cancellationToken)
    {
        bool[] live = [];
        return WriteAsync(
            (store, token) =>
            {
                live = shared.Referee.AreLive(saves.Select(save => save.Lease));
                return store.SaveAsync(saves, now, token);
            },
            cancellationToken,
            replies => shared.Referee.Saved(saves, replies, live));
    }

    public ValueTask<IReadOnlyList<SettleReply>> SettleAsync(
        IReadOnlyList<Settlement> settlements, DateTimeOffset now, CancellationToken cancellationToken)
    {
        bool[] live = [];
        return WriteAsync(
            (store, token) =>
            {
                live = shared.Referee.AreLive(settlements.Select(end => end.Lease));
                return store.SettleAsync(settlements, now, token);
            },
            cancellationToken,
            replies => shared.Referee.Settled(settlements, replies, live, now));
    }

    public ValueTask<LoseReply> LoseAsync(LoseRequest request, CancellationToken cancellationToken)
    {
        var page = request with { Count = Math.Min(request.Count, shared.Plan.LosePage) };
        return WriteAsync(
            (store, token) => store.LoseAsync(page, token), cancellationToken, reply => shared.Referee.Lost(life, page, reply));
    }

    public ValueTask<PromoteReply> PromoteAsync(PromoteRequest request, CancellationToken cancellationToken) => WriteAsync(
        (store, token) => store.PromoteAsync(request, token),
        cancellationToken,
        reply => shared.Referee.Led("promote", request.Term, reply.Accepted));

    public ValueTask<LeadReply> LeadAsync(LeadRequest request, CancellationToken cancellationToken) => AskAsync<LeadReply>(
        new(nameof(LeadAsync), (store, token) => store.LeadAsync(request, token), cancellationToken),
        writes: false,
        reply => shared.Referee.Lead(life, request, reply));

    public ValueTask<IReadOnlyList<Changed>> CancelAsync(CancelRequest request, CancellationToken cancellationToken) => WriteAsync(
        (store, token) => store.CancelAsync(request, token), cancellationToken, changed => shared.Referee.Cancelled(changed));

    public ValueTask<IReadOnlyList<Changed>> RetryAsync(RetryRequest request, CancellationToken cancellationToken) => WriteAsync(
        (store, token) => store.RetryAsync(request, token), cancellationToken, changed => shared.Referee.Retried(request, changed));

    public ValueTask<IReadOnlyList<Changed>> EditAsync(EditRequest request, CancellationToken cancellationToken) => WriteAsync(
        (store, token) => store.EditAsync(request, token), cancellationToken, changed => shared.Referee.Edited(request, changed));
}
