using Pawl.Simulation.Tests.Faults;
using Pawl.Simulation.Tests.Worlds;
using Pawl.Storage;

namespace Pawl.Simulation.Tests.Proofs;

/// <summary>What it knows of workers and leaders: who lives, who leads, who may take from whom.</summary>
internal sealed partial class Referee
{
    // Twice the longest rest of a sweeper: more than that is a stall.
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    private readonly Dictionary<long, (long At, Life Life)> _beats = [];
    private readonly HashSet<long> _gone = [];
    private readonly HashSet<long> _left = [];
    private readonly Dictionary<Life, (long Term, long Since)> _leads = [];
    private readonly Dictionary<long, long> _leaders = [];
    private readonly Dictionary<Life, long> _ended = [];
    private long _term;
    private long? _leader;
    private long _renewedAt;

    public void Registered(Life life, long worker) => _beats[worker] = (scheduler.Now, life);

    public void Beaten(HeartbeatRequest request, HeartbeatReply reply)
    {
        if (!reply.Known)
        {
            report.Saw(Rare.WorkerDeclaredGone);
            return;
        }

        if (_gone.Contains(request.WorkerId))
        {
            report.Breaks("G10", $"worker {request.WorkerId} is gone, and its beat was taken");
        }

        _beats[request.WorkerId] = _beats[request.WorkerId] with { At = scheduler.Now };
        foreach (var (lease, _) in reply.Held)
        {
            if (!IsLive(lease))
            {
                report.Breaks("G6", $"worker {request.WorkerId} is told that it holds attempt {lease.Attempt} of job {lease.Job}");
            }
        }

        if (request.Leaving)
        {
            _left.Add(request.WorkerId);
        }
    }

    /// <summary>A process died.</summary>
    public void Died(Life life) => _ended[life] = scheduler.Now;

    public void Lead(Life life, LeadRequest request, LeadReply reply)
    {
        if (request.Name != LeadRequest.Chores)
        {
            return;
        }

        if (reply.Leader is { } leader && !_leaders.TryAdd(reply.Term, leader) && _leaders[reply.Term] != leader)
        {
            report.Breaks("G17", $"workers {_leaders[reply.Term]} and {leader} both lead term {reply.Term}");
        }

        if (reply.Term > _term && reply.Mine && _leader is { } before && before != reply.Leader && MayStillLead(before))
        {
            report.Breaks("G17", $"worker {reply.Leader} took the lead from {before}, which renewed it {scheduler.Since(_renewedAt)} ago");
        }

        (_term, _leader) = (reply.Term, reply.Leader);
        if (reply.Mine)
        {
            _renewedAt = scheduler.Now;
            _leads[life] = _leads.TryGetValue(life, out var lead) && lead.Term == reply.Term ? lead : (reply.Term, scheduler.Now);
        }
    }

    /// <summary>A write of a leader.</summary>
    public void Led(string what, long term, bool accepted)
    {
        if (accepted && term != _term)
        {
            report.Breaks("G17", $"{what} of term {term} was accepted in term {_term}");
        }
        else if (term != _term)
        {
            report.Saw(Rare.LeaderChangedInSweep);
        }
    }

    public void Lost(Life life, LoseRequest request, LoseReply reply)
    {
        Led("lose", request.Term, reply.Accepted);
        if (!reply.Accepted || request.Attempts is not null)
        {
            return;
        }

        if (reply.More)
        {
            report.Saw(Rare.LostPage);
        }

        var (at, owner) = _beats[request.WorkerId];
        var silent = scheduler.Since(at);
        if (_gone.Add(request.WorkerId) && !_left.Contains(request.WorkerId))
        {
            var led = _leads[life];
            var (from, until) = life.LastPause;
            var beforePause = TimeSpan.FromTicks(from - at);
            if (silent < plan.LeaseTtl)
            {
                report.Breaks("G17", $"worker {request.WorkerId} lost its leases {silent} after a sign of life");
            }
            else if (led.Term == request.Term && scheduler.Since(led.Since) < plan.LeaseTtl)
            {
                report.Breaks("G17", $"{life} ended worker {request.WorkerId} {scheduler.Since(led.Since)} after it began to lead");
            }
            else if (TimeSpan.FromTicks(until - from) > Stall && scheduler.Since(until) < plan.LeaseTtl && beforePause < plan.LeaseTtl)
            {
                report.Breaks("G17", $"{life} ended worker {request.WorkerId} {scheduler.Since(until)} after it stood still itself");
            }
        }

        if (reply.Lost.Count > 0 && !_left.Contains(request.WorkerId))
        {
            CheckRecovery(request.WorkerId, owner, at, silent);
        }
    }

    private bool MayStillLead(long worker) => !_gone.Contains(worker) && !_left.Contains(worker)
        && scheduler.Since(_renewedAt) < plan.LeaseTtl && scheduler.Since(_beats[worker].At) < plan.LeaseTtl;

    /// <summary>The jobs of a process that died were offered again; in time, if nothing else was wrong meanwhile.</summary>
    private void CheckRecovery(long worker, Life owner, long at, TimeSpan silent)
    {
        var quiet = _disturbances.TrueForAll(fault => fault.Until < at - plan.LeaseTtl.Ticks
            || (fault.Life == owner && fault.Kind is FaultKind.Crash or FaultKind.CrashBefore or FaultKind.CrashAfter));
        var most = (plan.LeaseTtl * (_leaders.ContainsValue(worker) ? 2 : 1)) + Tolerance;
        if (_ended.ContainsKey(owner) && quiet && silent > most)
        {
            report.Breaks("G10", $"the jobs of worker {worker} were offered again {silent} after its last sign of life");
        }
    }
}
