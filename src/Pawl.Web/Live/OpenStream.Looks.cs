using Pawl.Web.Wire;

namespace Pawl.Web.Live;

/// <summary>What is looked at while somebody listens: logs, and the sources that are on no record.</summary>
internal sealed partial class OpenStream
{
    private const int PagesAtOnce = 4;

    private readonly SortedDictionary<JobId, LogPlace> _places = new(Comparer<JobId>.Create(static (a, b) => a.Value.CompareTo(b.Value)));
    private readonly HashSet<JobId> _resting = [];
    private readonly Dictionary<(string Topic, string Key), object> _told = [];
    private readonly Dictionary<string, long> _looked = [];
    private long _lookedAtLogs;

    private async Task BeginLogsAsync(StreamPosition? position, CancellationToken cancellationToken)
    {
        foreach (var id in _topics.Log)
        {
            var latest = (await _site.Store.GetAsync([id], cancellationToken).ConfigureAwait(false)) is [var job] ? job.Attempt : 0;
            if (position is null || !position.Logs.TryGetValue(id, out var place))
            {
                _places[id] = new(latest, 0);
                continue;
            }

            var isThere = place.Attempt <= latest && (place.Offset == 0
                || (await _site.Store.LogAsync(new(id, place.Attempt, place.Offset - 1, 1), cancellationToken).ConfigureAwait(false))
                    .NextOffset >= place.Offset);
            _places[id] = isThere ? place : throw Streams.Unknown($"The log of job {id} has not come so far yet.");
        }
    }

    private void WakeLogs(Dictionary<JobId, Change> changed)
    {
        foreach (var id in _topics.Log.Where(changed.ContainsKey))
        {
            if (changed[id].Frame.Find(id) is { } job && !Sees(job))
            {
                _topics.Log.Remove(id);
                return;
            }

            _resting.Remove(id);
        }
    }

    private async Task LogsAsync(CancellationToken cancellationToken)
    {
        if (_topics.Log.Count == _resting.Count || !_out.Passed(_lookedAtLogs, _pace.Look))
        {
            return;
        }

        var pages = 0;
        foreach (var id in _topics.Log.Where(id => !_resting.Contains(id)).ToList())
        {
            while (pages < PagesAtOnce && await LogAsync(id, cancellationToken).ConfigureAwait(false))
            {
                pages++;
            }
        }

        _more |= pages == PagesAtOnce;
        _lookedAtLogs = pages == PagesAtOnce ? 0 : _site.Clock.GetTimestamp();
    }

    /// <summary>The next lines of a log.</summary>
    /// <returns>Whether there may be more.</returns>
    private async Task<bool> LogAsync(JobId id, CancellationToken cancellationToken)
    {
        var place = _places[id];
        if (place.Attempt > 0)
        {
            var page = await hub.LogAsync(id, place, cancellationToken).ConfigureAwait(false);
            if (page.NextOffset > place.Offset)
            {
                _places[id] = place with { Offset = page.NextOffset };
                _out.Tell("log", Id(_seq), json =>
                {
                    JobJson.Id(json, "job_id", id);
                    json.WriteNumber("attempt", place.Attempt);
                    LogJson.Lines(json, "items", LogJson.LinesOf(page.Text, place.Offset));
                    json.WriteNumber("next_offset", page.NextOffset);
                });
                return true;
            }

            if (!page.Ended)
            {
                return false;
            }
        }

        var job = await hub.JobAsync(id, _seq, cancellationToken).ConfigureAwait(false);
        if (job is not null && job.Attempt > place.Attempt)
        {
            _places[id] = new(place.Attempt + 1, 0);
            return true;
        }

        if (job is not { State: JobState.Running })
        {
            _resting.Add(id);
        }

        return false;
    }

    private async Task SourcesAsync()
    {
        foreach (var source in _topics.Sources)
        {
            if (_looked.TryGetValue(source.Topic, out var at) && !_out.Passed(at, source.Every))
            {
                continue;
            }

            _looked[source.Topic] = _site.Clock.GetTimestamp();
            var things = await hub.ThingsAsync(source, call).ConfigureAwait(false);
            foreach (var thing in things)
            {
                var name = (source.Topic, thing.Key ?? "");
                if (!_told.TryGetValue(name, out var told) || !IsSame(told, thing))
                {
                    _told[name] = thing.Stamp ?? (object)thing.Json;
                    _out.Event(source.Event, null, thing.Json);
                }
            }

            var there = things.Select(static thing => thing.Key ?? "").ToHashSet(StringComparer.Ordinal);
            foreach (var gone in _told.Keys.Where(name => name.Topic == source.Topic && !there.Contains(name.Key)).ToList())
            {
                _told.Remove(gone);
                _out.Tell(source.Event, null, json => json.WriteString("removed", gone.Key));
            }
        }
    }

    private static bool IsSame(object told, Thing thing) => told switch
    {
        string stamp => stamp == thing.Stamp,
        ReadOnlyMemory<byte> json => json.Span.SequenceEqual(thing.Json.Span),
        _ => false,
    };
}
