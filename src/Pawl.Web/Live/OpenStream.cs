using System.Data.Common;
using Pawl.Queries;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Live;

/// <summary>One open stream: takes what is new from the tail of the record and from shared looks, and sends it at its reader's
/// pace.</summary>
/// <remarks>
/// <para>Nothing waits for a reader here: how far he has come is one number, and what he has missed meanwhile collapses when he is ready
/// for more. Who has missed too much begins anew (<c>reset</c>).</para>
/// <para>An id says that everything up to it, of all topics, has been sent before or with it: what came of the same event goes ahead under
/// the id before. So a connection that breaks between two lines loses nothing.</para>
/// </remarks>
internal sealed partial class OpenStream(Call call, Hub hub, Tail.Reader reader, Query query)
{
    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(200);

    private readonly Site _site = call.Site;
    private readonly Topics _topics = reader.Topics;
    private readonly StreamPace _pace = call.Site.Options.Pace;
    private readonly Sender _out = new(call, hub, reader);
    private readonly CancellationToken _gone = call.Http.RequestAborted;
    private long _seq;
    private bool _isLive;
    private bool _more;

    /// <summary>Finds where to begin.</summary>
    /// <returns>Whether the reader has missed too much to go on from there.</returns>
    public async Task<bool> BeginAsync(StreamPosition? position)
    {
        using var late = new CancellationTokenSource(_site.Options.StoreTimeout, _site.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _gone);
        await BeginLogsAsync(position, both.Token).ConfigureAwait(false);
        if (position is null)
        {
            (_seq, _isLive) = (hub.Tail.End, true);
            return false;
        }

        var isOld = await IsOldAsync(position.Seq, both.Token).ConfigureAwait(false);
        _seq = isOld ? hub.Tail.End : position.Seq;
        return isOld;
    }

    /// <summary>Sends until the reader goes, may not listen any more, or the host stops.</summary>
    public async Task RunAsync(bool reset)
    {
        using var gone = _gone.UnsafeRegister(static reader => ((Tail.Reader)reader!).Signal.Set(), reader);
        using var stops = _site.Stopping.UnsafeRegister(static reader => ((Tail.Reader)reader!).Signal.Set(), reader);
        Hello();
        if (reset)
        {
            Reset("too_old");
        }

        await _out.FlushAsync().ConfigureAwait(false);
        while (!_site.Stopping.IsCancellationRequested)
        {
            if (!await _out.MayListenAsync().ConfigureAwait(false))
            {
                return;
            }

            await GatherAsync().ConfigureAwait(false);
            _out.Heartbeat();
            if (_out.HasMore)
            {
                await _out.FlushAsync().ConfigureAwait(false);
                await _out.RestAsync(_pace.Flush).ConfigureAwait(false);
            }
            else if (!_more)
            {
                await _out.WaitAsync(Looks).ConfigureAwait(false);
            }

            _gone.ThrowIfCancellationRequested();
        }

        _out.Tell("bye", null, static json =>
        {
            json.WriteString("reason", "shutdown");
            json.WriteNumber("retry_ms", 2_000);
        });
        await _out.FlushAsync(Farewell).ConfigureAwait(false);
    }

    private void Hello()
    {
        _out.Retry("2000");
        _out.Tell("hello", null, json =>
        {
            JobJson.Id(json, "seq", _seq);
            json.WriteNumber("heartbeat_ms", (long)_pace.Heartbeat.TotalMilliseconds);
            json.WriteString("version", Site.Version);
        });
    }

    // With an id, so that a browser that comes again does not begin anew again.
    private void Reset(string reason) => _out.Tell("reset", Id(_seq), json => json.WriteString("reason", reason));

    private async Task<bool> IsOldAsync(long seq, CancellationToken cancellationToken)
    {
        if (seq > 0)
        {
            var there = await _site.Store.EventsAsync(new(seq - 1, 1), cancellationToken).ConfigureAwait(false);
            if (there.Count == 0)
            {
                throw Streams.Unknown("There has been no such event yet.");
            }

            if (there[0].Seq > seq + 1)
            {
                return true;   // retention took what lies between
            }
        }

        var next = await _site.Store.EventsAsync(new(seq, 1), cancellationToken).ConfigureAwait(false);
        return next.Count > 0 && (_site.Clock.GetUtcNow() - next[0].At > _pace.MaxAge || hub.Tail.End - seq > _pace.MaxBehind);
    }

    /// <summary>Writes what is new. What the store does not tell now is told the next time.</summary>
    private async Task GatherAsync()
    {
        using var late = new CancellationTokenSource(_site.Options.StoreTimeout, _site.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _gone);
        try
        {
            await RecordAsync(both.Token).ConfigureAwait(false);
            if (_isLive)
            {
                await ProgressAsync(both.Token).ConfigureAwait(false);
                await LogsAsync(both.Token).ConfigureAwait(false);
                await SourcesAsync().ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (!_gone.IsCancellationRequested
            && fault is PawlException or DbException or OperationCanceledException or TimeoutException)
        {
            _more = false;
        }
    }

    private bool Looks => _topics.Jobs || _topics.Job.Count > 0 || _topics.Log.Count > 0 || _topics.Sources.Count > 0;

    private string Id(long seq) => StreamPosition.Text(seq, _places);
}
