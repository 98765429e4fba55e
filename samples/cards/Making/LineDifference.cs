namespace Cards.Making;

/// <summary>Two versions of a line: what they share at both ends, what differs between, and how many words and signs they share.</summary>
internal sealed record LineDifference(string Prefix, string Old, string New, string Suffix, int Shared)
{
    public static LineDifference Of(string oldLine, string newLine)
    {
        var (was, now) = (Tokens.Of(oldLine), Tokens.Of(newLine));
        var shorter = Math.Min(was.Count, now.Count);
        var head = 0;
        while (head < shorter && was[head] == now[head])
        {
            head++;
        }

        var tail = 0;
        while (tail < shorter - head && was[^(tail + 1)] == now[^(tail + 1)])
        {
            tail++;
        }

        var shared = now.Take(head).Concat(now.TakeLast(tail)).Count(token => !Tokens.IsBlank(token));
        return new LineDifference(Join(now, 0, head), Join(was, head, was.Count - tail), Join(now, head, now.Count - tail),
            Join(now, now.Count - tail, now.Count), shared);
    }

    private static string Join(List<string> tokens, int from, int to) => string.Concat(tokens.Skip(from).Take(to - from));
}
