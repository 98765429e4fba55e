using Pawl.Queries;
using Pawl.Storage;
using Pawl.Web.Routing;

namespace Pawl.Web.Live;

/// <summary>What all streams of the process share.</summary>
internal sealed class Hub
{
    private const int MostRunning = 500;
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(900);
    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan LongMoment = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(300);
    private const int LogBytes = 65_536;

    private readonly Site _site;
    private readonly Looks _looks;

    private Hub(Site site)
    {
        (_site, _looks) = (site, new(site.Clock));
        Open = new(site.Options, site.Meters);
        Tail = new(site);
        Dying = new();
        site.Stopping.UnsafeRegister(static hub => _ = ((Hub)hub!).DieAsync(), this);
        Facts = QueryFacts.Of(site.Types);
    }

    /// <summary>Which streams are open.</summary>
    public OpenStreams Open { get; }

    /// <summary>The end of the record.</summary>
    public Tail Tail { get; }

    /// <summary>Set when the host has stopped for so long that nobody is waited for.</summary>
    public CancellationTokenSource Dying { get; }

    /// <summary>What queries need to know of the types.</summary>
    public QueryFacts Facts { get; }

    /// <summary>The one of a site.</summary>
    public static Hub Of(Site site) => site.Part(static site => new Hub(site));

    /// <summary>The jobs that somebody follows, as they stand about now.</summary>
    public Task<Frame> WatchedAsync(CancellationToken cancellationToken) => _looks.AtAsync("watched", Moment, async () =>
    {
        var frame = new Frame(_site, 0, []);
        await frame.ReadAsync([.. Tail.Watched], cancellationToken).ConfigureAwait(false);
        return frame;
    });

    /// <summary>The running jobs, at most 500 of them, as they stand about now.</summary>
    public Task<Frame> RunningAsync(CancellationToken cancellationToken) => _looks.AtAsync("running", Moment, async () =>
    {
        var frame = new Frame(_site, 0, []);
        var query = new JobQuery { States = [JobState.Running], Limit = MostRunning, Now = _site.Clock.GetUtcNow() };
        var page = await _site.Store.ListAsync(query, cancellationToken).ConfigureAwait(false);
        await frame.AddAsync(page.Jobs, cancellationToken).ConfigureAwait(false);
        return frame;
    });

    /// <summary>How many jobs stand where; a second old at most, and where there is no kept count, five.</summary>
    public Task<JobCounts> CountsAsync(string? query, Scope scope, CancellationToken cancellationToken) => _looks.AtAsync(
        $"counts {KeyOf(scope)} {query}",
        CountsLive(query),
        () => _site.Jobs.CountsAsync(query, scope, cancellationToken));

    /// <summary>How long counts are kept.</summary>
    public static TimeSpan CountsLive(string? query) => string.IsNullOrEmpty(query) ? Moment : LongMoment;

    /// <summary>A part of a log.</summary>
    public Task<LogPage> LogAsync(JobId job, LogPlace place, CancellationToken cancellationToken) => _looks.AtAsync(
        $"log {job} {place.Attempt} {place.Offset}",
        Blink,
        () => _site.Store.LogAsync(new(job, place.Attempt, place.Offset, LogBytes), cancellationToken).AsTask());

    /// <summary>A job as it stood when the record had come so far, or later.</summary>
    public async Task<Job?> JobAsync(JobId id, long seq, CancellationToken cancellationToken)
    {
        var found = await _looks.AtAsync(
            $"job {id} {Math.Max(seq, Tail.End)}",
            Blink,
            async () => await _site.Store.GetAsync([id], cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        return found is [var job] ? job : null;
    }

    /// <summary>The things of a source.</summary>
    public Task<IReadOnlyList<Thing>> ThingsAsync(Source source, Call call) =>
        _looks.AtAsync($"{source.Topic} {KeyOf(call.Caller.Scope)}", source.Every * 0.9, () => source.Read(call));

    private async Task DieAsync()
    {
        await Task.Delay(LastWords, _site.Clock, CancellationToken.None).ConfigureAwait(false);
        await Dying.CancelAsync().ConfigureAwait(false);
    }

    private static string KeyOf(Scope scope) => $"{Text(scope.Queues)} {Text(scope.Types)}";

    private static string Text(IReadOnlyList<string>? names) => names is null ? "-" : $"[{string.Join(',', names)}]";
}
