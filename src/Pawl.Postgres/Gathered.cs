using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>One caller's jobs on their way to a commit that they share with others.</summary>
internal sealed class Gathered(List<PostgresStore.Draft> drafts, long now, CancellationToken cancellationToken)
{
    // Asynchronously, or a caller's next steps would hold up everybody's commit.
    private readonly TaskCompletionSource<EnqueueReply> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<PostgresStore.Draft> Drafts => drafts;

    public int Jobs => drafts.Count;

    /// <summary>The caller's time.</summary>
    public long Now => now;

    /// <summary>Done after the commit. Who gives up is let go at once: jobs that no group has taken yet are never stored, of others it does
    /// not learn the end.</summary>
    public ValueTask<EnqueueReply> Reply =>
        new(cancellationToken.CanBeCanceled ? _done.Task.WaitAsync(cancellationToken) : _done.Task);

    /// <summary>Whether its caller waits no more; then it is ended.</summary>
    public bool GaveUp() => cancellationToken.IsCancellationRequested && _done.TrySetCanceled(cancellationToken);

    public void Answer()
    {
        var jobs = new Enqueued[drafts.Count];
        for (var i = 0; i < jobs.Length; i++)
        {
            jobs[i] = new Enqueued(new JobId(drafts[i].Id), false, drafts[i].State);
        }

        _done.TrySetResult(new EnqueueReply(jobs));
    }

    public void Fail(Exception error)
    {
        if (_done.TrySetException(error))
        {
            _ = _done.Task.Exception;   // seen: who gave up waiting does not look, and nobody else should hear of it as unobserved
        }
    }
}
