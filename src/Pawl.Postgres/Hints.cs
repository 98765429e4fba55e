using System.Globalization;
using System.Text;
using Pawl.Storage;

namespace Pawl.Postgres;

/// <summary>Hints that other processes are to hear, gathered until they are sent.</summary>
internal sealed class Hints
{
    private const int MostWorkers = 100;   // the text of a notification is short; who is left out hears it at its next sign of life

    private readonly HashSet<long> _attention = [];
    private int? _runnable;
    private DateTimeOffset? _scheduled;
    private bool _recorded;

    public bool IsEmpty => _runnable is null && _scheduled is null && !_recorded && _attention.Count == 0;

    public void Runnable(int priority) => _runnable = _runnable is { } known ? Math.Max(known, priority) : priority;

    public void Scheduled(DateTimeOffset at) => _scheduled = _scheduled is { } known && known <= at ? known : at;

    public void Attention(long worker) => _attention.Add(worker);

    public void Recorded() => _recorded = true;

    public void Add(Hints others)
    {
        if (others._runnable is { } priority)
        {
            Runnable(priority);
        }

        if (others._scheduled is { } at)
        {
            Scheduled(at);
        }

        _attention.UnionWith(others._attention);
        _recorded |= others._recorded;
    }

    public void Clear()
    {
        (_runnable, _scheduled, _recorded) = (null, null, false);
        _attention.Clear();
    }

    /// <summary>Tells the loops of this process.</summary>
    public void Tell(Wakeups wakeups, long pack)
    {
        if (_runnable is { } priority)
        {
            wakeups.SayRunnable(priority);
        }

        if (_scheduled is { } at)
        {
            wakeups.SayScheduled(at);
        }

        foreach (var worker in _attention)
        {
            wakeups.SayAttention(worker);
        }

        if (_recorded)
        {
            wakeups.SayRecorded(pack);
        }
    }

    /// <summary>The text of a notification: words after a space each, the first letter says what it is.</summary>
    public string Write()
    {
        var text = new StringBuilder();
        if (_runnable is { } priority)
        {
            text.Append(CultureInfo.InvariantCulture, $" r{priority}");
        }

        if (_scheduled is { } at)
        {
            text.Append(CultureInfo.InvariantCulture, $" s{Micros.Of(at)}");
        }

        foreach (var worker in _attention.Take(MostWorkers))
        {
            text.Append(CultureInfo.InvariantCulture, $" a{worker}");
        }

        return text.Append(_recorded ? " e" : "").ToString();
    }

    /// <summary>Reads such a text. Words that it does not know are a newer program's.</summary>
    public static Hints Read(IEnumerable<string> words)
    {
        var hints = new Hints();
        foreach (var word in words)
        {
            var known = long.TryParse(
                word.AsSpan(Math.Min(1, word.Length)), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
            switch (word)
            {
                case ['r', ..] when known:
                    hints.Runnable((int)Math.Clamp(number, int.MinValue, int.MaxValue));
                    break;
                case ['s', ..] when known && number is > 0 and < 4_000_000_000_000_000:   // a time that there is
                    hints.Scheduled(Micros.ToTime(number));
                    break;
                case ['a', ..] when known:
                    hints.Attention(number);
                    break;
                case "e":
                    hints.Recorded();
                    break;
            }
        }

        return hints;
    }
}
