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
    private readonly EventWriter _out = new(call.Http.Response.BodyWriter);
    private readonly CancellationToken _gone = call.Http.RequestAborted;
    private long _seq;
    private bool _isLive;
    private bool _more;

    private long _flushed;
    private long _checked;

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
        _checked = _site.Clock.GetTimestamp();
        Hello();
        if (reset)
        {
            Reset("too_old");
        }

        await FlushAsync(_pace.Patience).ConfigureAwait(false);
        while (!_site.Stopping.IsCancellationRequested)
        {
            if (Passed(_checked, _pace.Recheck) && !await MayListenAsync().ConfigureAwait(false))
            {
                return;
            }

            await GatherAsync().ConfigureAwait(false);
            if (!_out.HasMore && Passed(_flushed, _pace.Heartbeat))
            {
                _out.Comment("hb");
            }

            if (_out.HasMore)
            {
                await FlushAsync(_pace.Patience).ConfigureAwait(false);
                await RestAsync(_pace.Flush).ConfigureAwait(false);
            }
            else if (!_more)
            {
                await reader.Signal.WaitAsync(NextLook()).ConfigureAwait(false);
            }

            _gone.ThrowIfCancellationRequested();
        }

        Tell("bye", null, static json =>
        {
            json.WriteString("reason", "shutdown");
            json.WriteNumber("retry_ms", 2_000);
        });
        await FlushAsync(Farewell).ConfigureAwait(false);
    }

    private void Hello()
    {
        _out.Retry("2000");
        Tell("hello", null, json =>
        {
            JobJson.Id(json, "seq", _seq);
            json.WriteNumber("heartbeat_ms", (long)_pace.Heartbeat.TotalMilliseconds);
            json.WriteString("version", Site.Version);
        });
    }

    // With an id, so that a browser that comes again does not begin anew again.
    private void Reset(string reason) => Tell("reset", Id(_seq), json => json.WriteString("reason", reason));

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

    /// <summary>Looks once more who reads. Who he is does not change; that he may, does.</summary>
    private async Task<bool> MayListenAsync()
    {
        _checked = _site.Clock.GetTimestamp();
        try
        {
            return await _site.Gate.WhoAsync(call.Http.Request, _gone).ConfigureAwait(false) is { } caller
                && caller.KeyId == call.Caller.KeyId && caller.Role == call.Caller.Role;
        }
        catch (Exception fault) when (fault is PawlException or DbException)
        {
            return true;   // while the store is away nobody loses his rights; nor is there anything to tell
        }
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

    private TimeSpan NextLook()
    {
        var left = _pace.Heartbeat - _site.Clock.GetElapsedTime(_flushed);
        var check = _pace.Recheck - _site.Clock.GetElapsedTime(_checked);
        left = check < left ? check : left;
        var looks = _topics.Jobs || _topics.Job.Count > 0 || _topics.Log.Count > 0 || _topics.Sources.Count > 0;
        left = looks && _pace.Look < left ? _pace.Look : left;
        return left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1);
    }

    /// <summary>Waits so long since the last flush, unless the host stops.</summary>
    private async Task RestAsync(TimeSpan length)
    {
        while (!_site.Stopping.IsCancellationRequested && !_gone.IsCancellationRequested)
        {
            var left = length - _site.Clock.GetElapsedTime(_flushed);
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            await reader.Signal.WaitAsync(left).ConfigureAwait(false);
        }
    }

    private async Task FlushAsync(TimeSpan patience)
    {
        _flushed = _site.Clock.GetTimestamp();
        using var late = new CancellationTokenSource(patience, _site.Clock);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _gone, hub.Dying.Token);
        try
        {
            await _out.FlushAsync(any.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_gone.IsCancellationRequested)
        {
            // He does not read. He will come again when he can.
            call.Http.Abort();
            throw new OperationCanceledException(_gone);
        }
    }

    private bool Passed(long since, TimeSpan length) => _site.Clock.GetElapsedTime(since) >= length;

    private string Id(long seq) => StreamPosition.Text(seq, _places);

    private void Tell(string name, string? id, Action<System.Text.Json.Utf8JsonWriter> members) =>
        _out.Event(name, id, Replies.Bytes(json =>
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }).Span);
}
