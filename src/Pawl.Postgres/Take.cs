namespace Pawl.Postgres;

/// <summary>Which of the candidates a claim takes: not those of a full line or key, nor more retries than have room.</summary>
internal sealed partial class PostgresStore
{
    private const string HoldJob = "update pawl.job_state set held = 'concurrency_key' where id = $1 and state = 'queued' and held is null";

    private async ValueTask<(int Taken, bool Changed)> TakeAsync(
        Batch batch, ClaimRun claim, List<Candidate> candidates, int most, bool byAge)
    {
        var (taken, changed) = (0, false);
        HashSet<Line>? thinned = null;
        for (var i = 0; i < candidates.Count && taken < most && claim.Wanted > 0; i++)
        {
            // A line that gave fewer than were fetched of it may have better ones behind than those of other lines: fetch anew first.
            if (i > 0 && thinned?.Contains(candidates[i - 1].Line) == true && IsLastOfLine(candidates, i - 1))
            {
                break;
            }

            var candidate = candidates[i];
            if (claim.RoomIn(candidate.Line, candidate.Room) == 0)
            {
                continue;
            }

            if (claim.Place(candidate) is not { } place)
            {
                if (claim.PassOver(candidate))
                {
                    changed = true;   // the next look reaches beyond it
                    thinned = Thin(thinned, candidate.Line, byAge);
                }

                continue;
            }

            if (candidate.Failures > 0)
            {
                var (may, moved) = await MayRetryAsync(batch, claim, candidate).ConfigureAwait(false);
                changed |= moved;
                if (!may)
                {
                    thinned = candidate.Deferred ? thinned : Thin(thinned, candidate.Line, byAge);
                    continue;
                }
            }

            if (candidate.ConcurrencyKey is { } key && await IsFullAsync(batch, claim, key).ConfigureAwait(false))
            {
                changed |= await batch.Db.Use(HoldJob).Bind(candidate.Id).RunAsync().ConfigureAwait(false) == 1;
                batch.Hold(candidate.Line, 1);
                batch.Retry(candidate.Line, candidate.Failures, -1);
                claim.Holds++;
                thinned = Thin(thinned, candidate.Line, byAge);
                continue;
            }

            claim.Took(candidate, place, byAge);
            await StandAsync(batch, claim, candidate, place).ConfigureAwait(false);
            taken++;
            changed = true;
        }

        return (taken, changed);
    }

    private static async ValueTask<bool> IsFullAsync(Batch batch, ClaimRun claim, string key)
    {
        if (claim.LockedKeys.Add(key))
        {
            await KeyLock.TakeAsync(batch, [KeyLock.Of("concurrency", key)]).ConfigureAwait(false);
        }

        return await HolderAsync(batch, key).ConfigureAwait(false) is not null;
    }

    private static HashSet<Line>? Thin(HashSet<Line>? thinned, Line line, bool byAge)
    {
        if (!byAge)
        {
            (thinned ??= []).Add(line);
        }

        return thinned;
    }

    private static bool IsLastOfLine(List<Candidate> candidates, int at)
    {
        for (var i = at + 1; i < candidates.Count; i++)
        {
            if (candidates[i].Line == candidates[at].Line && candidates[i].Deferred == candidates[at].Deferred)
            {
                return false;
            }
        }

        return true;
    }
}
