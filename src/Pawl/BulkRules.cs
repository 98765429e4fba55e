namespace Pawl;

/// <summary>Which jobs an action of a bulk operation leaves alone.</summary>
internal static class BulkRules
{
    /// <summary>Why a job, as it stands, is left alone; null when the action is for it.</summary>
    public static string? Refusal(BulkAction action, BulkParams with, Job job) => action switch
    {
        BulkAction.Cancel => Transitions.IsTerminal(job.State) ? "already_final" : null,
        BulkAction.Retry when job.State == JobState.Succeeded => "already_succeeded",
        BulkAction.Retry when !Transitions.IsTerminal(job.State) => "not_final",
        BulkAction.Retry => job is { State: JobState.Failed, Error: { } error }
            && with.Force != true && PermanentErrors.Contains(error.Category) ? "not_retryable" : null,
        BulkAction.Dismiss => job is { State: JobState.Failed, DismissedAt: null } ? null : "not_dismissable",
        BulkAction.Undismiss => job is { State: JobState.Failed, DismissedAt: not null } ? null : "not_dismissable",
        BulkAction.Delete => Transitions.MayPurge(job.State) ? null : "not_final",
        BulkAction.Reschedule => job.State is JobState.Scheduled or JobState.Queued ? null : "not_editable",
        _ => job.State is JobState.Scheduled or JobState.Queued or JobState.Blocked ? null : "not_editable",
    };

    /// <summary>The request with its parameters checked.</summary>
    public static BulkRequest Checked(BulkRequest request, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(request.Query) && request.Ids is null or { Count: 0 })
        {
            throw new PawlException("required", "A bulk operation needs a query that is not empty, or ids. For all jobs say id:*.");
        }

        if (request is { Query: not null, Ids: not null })
        {
            throw new PawlException("unknown_field", "A bulk operation has a query or ids, but not both. Leave one of them out.");
        }

        if (request.Ids?.Count > Bounds.MaxCommand)
        {
            throw new PawlException(
                "too_many", $"A bulk operation names at most {Bounds.MaxCommand} ids, but {request.Ids.Count} were given. Use a query.");
        }

        Bounds.Between(request.Max, 1, BulkRequest.MostMax, "The most jobs of a bulk operation");
        var with = request.Params;
        var (action, word) = (request.Action, Words.Of(request.Action));
        Only(BulkAction.Retry, with.Force is not null || with.FromStart is not null, "force and from");
        Only(BulkAction.Reprioritise, with.Priority is not null, "priority");
        Only(BulkAction.Reschedule, with.RunAt is not null, "run_at");
        Only(BulkAction.Move, with.Queue is not null, "queue");
        Only(BulkAction.Cancel, with.Reason is not null || with.Grace is not null || with.CancelChildren is not null, "reason and grace");
        Only(BulkAction.Dismiss, with.Note is not null, "note");
        return request with
        {
            By = Names.Short(request.By, Names.MaxName, "A name of who asks"),
            Ids = request.Ids?.Distinct().OrderDescending().ToList(),
            Params = with with
            {
                Priority = action == BulkAction.Reprioritise ? Bounds.Priority(with.Priority ?? throw Lacks("priority")) : null,
                RunAt = action == BulkAction.Reschedule ? Bounds.RunAt(with.RunAt ?? throw Lacks("run_at"), now) : null,
                Queue = action == BulkAction.Move ? Names.Queue(with.Queue ?? throw Lacks("queue")) : null,
                Reason = Names.Short(with.Reason, Bounds.MaxMessage, "A reason"),
                Note = Names.Short(with.Note, Bounds.MaxMessage, "A note"),
                Grace = with.Grace is { } grace ? Bounds.Grace(grace) : null,
            },
        };

        void Only(BulkAction its, bool given, string what)
        {
            if (given && action != its)
            {
                throw new PawlException("unknown_field", $"The action {word} does not take {what}. Leave it out.");
            }
        }

        PawlException Lacks(string what) => new("required", $"The action {word} needs {what}.");
    }
}
