namespace Pawl.Storage;

/// <summary>The sentences that go with the codes of refusals.</summary>
internal static class Refusals
{
    /// <summary>Where an exception keeps which job of a batch was refused.</summary>
    public const string Index = "index";

    /// <summary>Where an exception keeps which job of the same batch stands in the way.</summary>
    public const string OtherIndex = "other_index";

    /// <summary>A refused request for jobs: nothing was stored.</summary>
    public static PawlException Thrown(EnqueueRefusal refusal, int count)
    {
        var which = count == 1 ? "" : $"Job {refusal.Index} of the batch: ";
        var other = refusal.Other is { } id ? $"job {id}"
            : refusal.OtherIndex is { } before ? $"job {before} of the same batch"
            : "another job";
        var sentence = refusal.Code switch
        {
            "idempotency_conflict" =>
                $"the key belongs to {other}, whose request was another one. Send the same request, or choose another key.",
            "lock_held" => $"the concurrency key is held by {other}. Ask again when it has ended, or let this one wait: on_busy queue.",
            "dependency_missing" => $"it depends on {other}, which is not there. Name a job that exists.",
            "dependency_cycle" => $"it depends on {other} in a circle. Take one of the edges away.",
            "depth_exceeded" => "children go at most 8 levels deep. Create it without a parent.",
            _ => $"the store refused it ({refusal.Code}).",
        };
        var whole = which + (which.Length == 0 ? char.ToUpperInvariant(sentence[0]) + sentence[1..] : sentence) + " Nothing was stored.";
        var thrown = new PawlException(refusal.Code, whole, job: refusal.Other);
        if (count > 1)
        {
            thrown.Data[Index] = refusal.Index;
        }

        if (refusal.OtherIndex is { } twin)
        {
            thrown.Data[OtherIndex] = twin;
        }

        return thrown;
    }

    /// <summary>What became of a command, in words.</summary>
    public static CommandResult Result(Changed changed) =>
        new(changed.Id, changed.Refusal, changed.State, changed.Refusal is { } code ? Sentence(code, changed) : null, changed.Other);

    public static CommandResult[] Results(IReadOnlyList<Changed> changed)
    {
        var results = new CommandResult[changed.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = Result(changed[i]);
        }

        return results;
    }

    private static string Sentence(string code, Changed job)
    {
        var state = job.State is { } known ? Words.Of(known) : "gone";
        return code switch
        {
            "not_found" => $"There is no job {job.Id}, or it was removed.",
            "already_final" => $"Job {job.Id} has ended already: it is {state}.",
            "not_final" => $"Job {job.Id} has not ended yet: it is {state}. Cancel it first.",
            "already_succeeded" => $"Job {job.Id} has succeeded and stays so. Run it again as a new job.",
            "not_retryable" => $"The error of job {job.Id} is permanent ({job.Detail}). Cure the cause and force the retry.",
            "not_editable" => $"Job {job.Id} is {state}; that can be changed only while it waits. Tags can be changed always.",
            "not_dismissable" => $"Job {job.Id} is {state}; only a failed job that is not dismissed yet can be dismissed, "
                + "and only a dismissed one put back.",
            "not_awaiting_approval" => $"Job {job.Id} is {state} and waits for no approval.",
            "not_approved" => $"Job {job.Id} is {state} and was never approved. Enqueue it anew, and let it wait for its approval.",
            "unique_key_in_use" => $"The unique key of job {job.Id} is held by job {job.Other} now.",
            "row_version_mismatch" => $"Job {job.Id} was changed in the meantime ({job.Detail}). Look at it again.",
            "recovery_limit" => $"Job {job.Id} was recovered as often as is allowed ({job.Detail}).",
            _ => $"Job {job.Id} is {state}; the store refused it ({code}{(job.Detail is null ? "" : $": {job.Detail}")}).",
        };
    }
}
