namespace Pawl.EndToEnd.Tests.History;

/// <summary>What was acknowledged is there, batches are whole, keys do not double, and nothing is there that nobody asked for.</summary>
internal static class CallRules
{
    public static IEnumerable<Finding> Check(Run run)
    {
        var jobs = run.Stored.Jobs.ToDictionary(job => job.Id);
        return [.. Acknowledged(run, jobs), .. Batches(run, jobs), .. Keys(run), .. Unexpected(run, jobs)];
    }

    private static IEnumerable<Finding> Acknowledged(Run run, Dictionary<long, StoredJob> jobs)
    {
        var asked = run.Calls.Where(call => call.What == "invoke").ToDictionary(call => (call.Life, call.Number), call => call.Mono);
        foreach (var call in run.Calls.Where(call => call.What == "fail"))
        {
            if (run.Faults.Any(fault => fault.Excuses(asked[(call.Life, call.Number)], call.Mono)))
            {
                continue;
            }

            yield return new("call_failed", $"life {call.Life} call {call.Number} ({call.Kind}): {call.Error}");
        }

        var acknowledged = run.Calls.Where(call => call.What == "ok").SelectMany(call => call.Ids)
            .Concat(run.Effects.Where(effect => effect.What == "spawned").Select(effect => effect.Child))
            .Distinct();
        foreach (var id in acknowledged.Where(id => !jobs.ContainsKey(id)))
        {
            yield return new("lost", $"job {id} was acknowledged and is not stored");
        }

        foreach (var job in run.Stored.Jobs.Where(job => !job.Ended))
        {
            yield return new("not_ended", $"job {job.Id} ({job.Type}) is {job.State} after the drain");
        }
    }

    private static IEnumerable<Finding> Batches(Run run, Dictionary<long, StoredJob> jobs)
    {
        var stored = run.Stored.Jobs.Where(job => job.Tag is not null).ToLookup(job => job.Tag!);
        foreach (var call in run.Calls.Where(call => call is { What: "invoke", Kind: "batch" or "single" }))
        {
            var count = stored[call.Tag].Count();
            if (count != 0 && count != call.Count)
            {
                yield return new("batch_split", $"{call.Kind} {call.Tag} asked for {call.Count} jobs; {count} are stored");
            }
        }

        foreach (var call in run.Calls.Where(call => call is { What: "ok", Kind: "batch" or "single" }))
        {
            var ids = stored[call.Tag].Select(job => job.Id).ToHashSet();
            if (call.Ids.Count != call.Count || call.Ids.Any(id => jobs.ContainsKey(id) && !ids.Contains(id)))
            {
                yield return new(
                    "answer_wrong",
                    $"{call.Kind} {call.Tag} was answered {string.Join(' ', call.Ids)}; stored are {string.Join(' ', ids)}");
            }
        }
    }

    private static IEnumerable<Finding> Keys(Run run)
    {
        var held = run.Stored.Jobs.Where(job => job.UniqueKey is not null && job.State is not ("failed" or "cancelled"));
        foreach (var key in held.GroupBy(job => (job.Type, job.UniqueKey)).Where(key => key.Count() > 1))
        {
            var ids = string.Join(' ', key.Select(job => job.Id));
            yield return new("key_doubled", $"{key.Key.Type} {key.Key.UniqueKey} is held by jobs {ids}");
        }

        var stored = run.Stored.Jobs.Where(job => job.Tag is not null).ToLookup(job => job.Tag!, job => job.Id);
        foreach (var key in run.Calls.Where(call => call.Kind == "idempotent").Select(call => call.Tag).Distinct())
        {
            if (stored[key].Count() > 1)
            {
                yield return new("key_doubled", $"the request {key} made jobs {string.Join(' ', stored[key])}");
            }
        }

        // The handlers behind these keys never fail, so a key never comes free: every answer names the same job.
        foreach (var key in run.Calls.Where(call => call is { What: "ok", Key: not null }).GroupBy(call => (call.Kind, call.Key)))
        {
            var ids = key.SelectMany(call => call.Ids).Distinct().ToList();
            if (ids.Count > 1)
            {
                yield return new("answers_differ", $"{key.Key.Kind} key {key.Key.Key} was answered with jobs {string.Join(' ', ids)}");
            }
        }
    }

    private static IEnumerable<Finding> Unexpected(Run run, Dictionary<long, StoredJob> jobs)
    {
        var asked = run.Calls.Select(call => call.Tag).ToHashSet();
        var parents = run.Effects.Where(effect => effect.IsStart).Select(effect => effect.Job).ToHashSet();
        foreach (var job in run.Stored.Jobs)
        {
            var expected = job.Parent is { } parent
                ? jobs.ContainsKey(parent) && parents.Contains(parent)
                : job.Tag is { } tag && asked.Contains(tag);
            if (!expected)
            {
                yield return new("unexpected", $"job {job.Id} ({job.Type}, tag {job.Tag}, parent {job.Parent}) was asked for by nobody");
            }
        }
    }
}
