namespace Pawl.Storage.Tests.Models;

/// <summary>What a claim may give and must give, whatever order a store looks in.</summary>
public static class ClaimRules
{
    public static void Check(Model model, ClaimRequest request, IReadOnlyList<Claimed> claimed)
    {
        var taken = claimed.Select(lease => (Job: Known(model, lease.Lease.Job), Lease: lease)).ToList();
        var left = model.Jobs.Values.Where(job => model.MayStart(job) && taken.All(one => one.Job != job)).ToList();
        CheckRoom(model, request, taken);
        foreach (var (job, lease) in taken)
        {
            CheckOne(model, request, job, lease);
            foreach (var other in left.Where(other => other.Queue == job.Queue && other.IsBefore(job)))
            {
                if (Suits(other, lease) && !MayBeHeldBack(model, other) && !IsStopped(model, request, taken, other, before: other))
                {
                    throw new Disagreement($"{job} was given before {other}.");
                }
            }
        }

        var (slots, express, ahead) = (
            request.Slots - claimed.Count(lease => !lease.Prefetched && !lease.Express),
            request.ExpressSlots - claimed.Count(lease => lease.Express),
            request.Prefetch - claimed.Count(lease => lease.Prefetched));
        foreach (var job in left.Where(job => !IsStopped(model, request, taken, job, before: null)))
        {
            var other = !MayBeHeldBack(model, job);
            if (slots > 0
                || (other && express > 0 && job.Priority >= request.ExpressFrom)
                || (other && ahead > 0 && job is { Losses: 0, Suspect: false }))
            {
                throw new Disagreement($"{job} was not given, although there was room: {slots} slots, {express} express, {ahead} ahead.");
            }
        }
    }

    private static ModelJob Known(Model model, JobId id) =>
        model.Find(id) ?? throw new Disagreement($"Job {id} was given and is not there.");

    private static void CheckRoom(Model model, ClaimRequest request, List<(ModelJob Job, Claimed Lease)> taken)
    {
        Most(taken.Count(one => one.Lease is { Prefetched: false, Express: false }), request.Slots, "slots");
        Most(taken.Count(one => one.Lease.Express), request.ExpressSlots, "express slots");
        Most(taken.Count(one => one.Lease.Prefetched), request.Prefetch, "jobs taken ahead");
        Most(taken.Count(one => IsLastChance(request, one.Job)), request.RunsLastChance ? 0 : 1, "last chances");
        foreach (var line in request.Lines)
        {
            Most(taken.Count(one => one.Job.Queue == line.Queue && one.Job.Type == line.Type), line.Room, $"jobs of {line}");
        }

        foreach (var key in taken.Select(one => one.Job.ConcurrencyKey).OfType<string>().Distinct())
        {
            Most(model.RunningWithKey(key) + taken.Count(one => one.Job.ConcurrencyKey == key), model.KeyLimit(key), $"jobs of key {key}");
        }

        foreach (var queue in taken.Select(one => one.Job.Queue).Distinct())
        {
            Most(model.RunningIn(queue) + taken.Count(one => one.Job.Queue == queue), model.QueueLimit(queue), $"jobs of queue {queue}");
        }
    }

    private static void CheckOne(Model model, ClaimRequest request, ModelJob job, Claimed lease)
    {
        if (!model.MayStart(job))
        {
            throw new Disagreement($"{job} may not start and was given.");
        }

        if (lease.Express && job.Priority < request.ExpressFrom)
        {
            throw new Disagreement($"{job} is not urgent and took an express slot.");
        }

        if (lease.Prefetched && (job.Losses > 0 || job.Suspect))
        {
            throw new Disagreement($"{job} was lost before and was taken ahead.");
        }

        if (lease.ByAge)
        {
            throw new Disagreement($"{job} was chosen by age before its time.");
        }
    }

    /// <summary>Whether a job could have had the place of another.</summary>
    private static bool Suits(ModelJob job, Claimed place) =>
        place.Express ? job.Priority >= 40 : !place.Prefetched || job is { Losses: 0, Suspect: false };

    /// <summary>Whether a limit stands before a job: with all that was taken, or with what came before it in the order.</summary>
    private static bool IsStopped(
        Model model, ClaimRequest request, List<(ModelJob Job, Claimed Lease)> taken, ModelJob job, ModelJob? before)
    {
        var sooner = taken.Select(one => one.Job)
            .Where(other => before is null || other.Queue != job.Queue || other.IsBefore(before))
            .ToList();
        var line = request.Lines.First(line => line.Queue == job.Queue && line.Type == job.Type);
        return sooner.Count(other => other.Queue == job.Queue && other.Type == job.Type) >= line.Room
            || (IsLastChance(request, job) && (request.RunsLastChance || sooner.Exists(other => IsLastChance(request, other))))
            || (job.ConcurrencyKey is { } key
                && (model.RunningWithKey(key) + sooner.Count(other => other.ConcurrencyKey == key) >= model.KeyLimit(key)
                    || IsOffered(model, taken, job)))
            || model.RunningIn(job.Queue) + sooner.Count(other => other.Queue == job.Queue) >= model.QueueLimit(job.Queue);
    }

    /// <summary>A freed key is offered to one job of a line. While that one cannot start, because it is too late or was lost before, the
    /// others of the line may have to wait for it; not for long, since it expires or finds a slot.</summary>
    private static bool IsOffered(Model model, List<(ModelJob Job, Claimed Lease)> taken, ModelJob job) =>
        model.Jobs.Values.Any(other =>
            other != job && other.State == JobState.Queued && taken.All(one => one.Job != other)
            && other.Queue == job.Queue && other.Type == job.Type && other.ConcurrencyKey == job.ConcurrencyKey
            && (other.Losses > 0 || other.Suspect || !model.MayStart(other)));

    /// <summary>Whether the retry budget may stand before a job. It never leaves a slot empty that any job could have.</summary>
    private static bool MayBeHeldBack(Model model, ModelJob job) =>
        job.IsRetry && model.Jobs.Values.Any(other => other.State == JobState.Queued && !other.IsRetry && other.Queue == job.Queue);

    private static bool IsLastChance(ClaimRequest request, ModelJob job) => job.Losses > 0 && job.Losses >= request.LossCap - 1;

    private static void Most(int count, int most, string what)
    {
        if (count > most)
        {
            throw new Disagreement($"{count} {what} were given, {most} were asked for or allowed.");
        }
    }
}
