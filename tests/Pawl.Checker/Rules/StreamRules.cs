namespace Pawl.Checker.Rules;

/// <summary>The numbers of the events have no gap, and each receiver was sent all of them from where it began, each once (G21).</summary>
internal static class StreamRules
{
    public static void Check(History history, Judgement judgement)
    {
        var next = 1L;
        foreach (var happened in history.Events.OrderBy(happened => happened.Seq))
        {
            if (happened.Seq != next)
            {
                judgement.Find("stream_gaps", "events", happened.Seq, $"{happened.Shows}; {next} was to come");
            }

            next = happened.Seq + 1;
        }

        if (history.LastSeq is { } last && last != next - 1)
        {
            judgement.Find("stream_gaps", "events", last, $"the store's last event is {last}; the last one exported is {next - 1}");
        }

        foreach (var receiver in history.Calls.Where(call => call is { Kind: "stream", What: "ok" }).GroupBy(call => (call.Process,
            call.Key)))
        {
            var before = 0L;
            foreach (var received in receiver)
            {
                if (before != 0 && received.Seq != before + 1)
                {
                    judgement.Find("stream_gaps", "stream", received.Seq, $"{receiver.Key} received {received.Seq} after {before}");
                }

                before = received.Seq;
            }
        }
    }
}
