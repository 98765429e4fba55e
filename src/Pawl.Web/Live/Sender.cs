using System.Data.Common;
using System.Text.Json;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Live;

/// <summary>Sends to one reader at the pace of all streams, and lets go of him when he does not read or may not any more.</summary>
internal sealed class Sender(Call call, Hub hub, Tail.Reader reader)
{
    private readonly Site _site = call.Site;
    private readonly StreamPace _pace = call.Site.Options.Pace;
    private readonly EventWriter _out = new(call.Http.Response.BodyWriter);
    private readonly CancellationToken _gone = call.Http.RequestAborted;
    private long _flushed = call.Site.Clock.GetTimestamp();
    private long _checked = call.Site.Clock.GetTimestamp();

    /// <summary>Whether something waits to be sent.</summary>
    public bool HasMore => _out.HasMore;

    /// <summary>Tells an event: its data in pieces that nobody changes any more.</summary>
    public void Event(string name, string? id, params IEnumerable<ReadOnlyMemory<byte>> data) => _out.Event(name, id, data);

    /// <summary>Tells an event that is an object.</summary>
    public void Tell(string name, string? id, Action<Utf8JsonWriter> members) =>
        _out.Event(name, id, Replies.Bytes(json =>
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }));

    /// <summary>Tells how long to wait before coming again.</summary>
    public void Retry(string milliseconds) => _out.Retry(milliseconds);

    /// <summary>Says that the stream lives, when it has been silent for long.</summary>
    public void Heartbeat()
    {
        if (!_out.HasMore && Passed(_flushed, _pace.Heartbeat))
        {
            _out.Comment("hb");
        }
    }

    /// <summary>Sends all that waits. Who does not read is let go.</summary>
    public async Task FlushAsync(TimeSpan? patience = null)
    {
        _flushed = _site.Clock.GetTimestamp();
        while (_out.HasMore)
        {
            await FlushSomeAsync(patience).ConfigureAwait(false);
        }
    }

    // So much at once that whoever reads at all takes it in time.
    private async Task FlushSomeAsync(TimeSpan? patience)
    {
        using var late = new CancellationTokenSource(patience ?? _pace.Patience, _site.Clock);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _gone, hub.Dying.Token);
        try
        {
            await _out.FlushAsync(any.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested || hub.Dying.IsCancellationRequested)
        {
            // He does not read. He will come again when he can. The server may have taken him for gone already: it cuts whoever's flush is
            // given up.
            if (patience is null && !hub.Dying.IsCancellationRequested)
            {
                Log.LetGo(_site.Logger, call.Caller.Actor, _pace.Patience);
            }

            call.Http.Abort();
            throw new OperationCanceledException(_gone);
        }
    }

    /// <summary>Waits so long since the last flush, unless the host stops or the reader goes.</summary>
    public async Task RestAsync(TimeSpan length)
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

    /// <summary>Takes a breath from now on.</summary>
    public Task BreatheAsync(TimeSpan length)
    {
        _flushed = _site.Clock.GetTimestamp();
        return RestAsync(length);
    }

    /// <summary>Waits until there may be something new, or something is due.</summary>
    /// <param name="looks">Whether what is on no record must be looked at.</param>
    public async Task WaitAsync(bool looks)
    {
        var left = _pace.Heartbeat - _site.Clock.GetElapsedTime(_flushed);
        var check = _pace.Recheck - _site.Clock.GetElapsedTime(_checked);
        left = check < left ? check : left;
        left = looks && _pace.Look < left ? _pace.Look : left;
        await reader.Signal.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1)).ConfigureAwait(false);
    }

    /// <summary>Looks now and then whether he who reads still may. Who he is does not change; that he may, does.</summary>
    public async Task<bool> MayListenAsync()
    {
        if (!Passed(_checked, _pace.Recheck))
        {
            return true;
        }

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

    /// <summary>Whether so much time has passed.</summary>
    public bool Passed(long since, TimeSpan length) => _site.Clock.GetElapsedTime(since) >= length;
}
