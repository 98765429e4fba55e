namespace Pawl.Checker.Tests;

/// <summary>A text that holds one good history and the changes that make bad ones of it.</summary>
/// <remarks>A line is the name of a log and a line of that log, or a short form that <see cref="Shorthand"/> knows. After
/// <c>bad REASON, … | NAME</c> follow the lines that are taken out (<c>-</c>) and put in (<c>+</c>, at the place of the last one taken
/// out, else at the end).</remarks>
internal sealed class Text
{
    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Histories");

    private readonly List<string> _good = [];
    private readonly List<Planted> _bad = [];

    public Text(string name)
    {
        foreach (var line in File.ReadLines(Path.Combine(Folder, $"{name}.txt")).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (line.StartsWith("bad ", StringComparison.Ordinal))
            {
                var (reasons, what) = (line[4..line.IndexOf('|')], line[(line.IndexOf('|') + 1)..].Trim());
                _bad.Add(new(what, reasons.Split(',', StringSplitOptions.TrimEntries)));
            }
            else if (_bad.Count == 0)
            {
                _good.AddRange(Shorthand.Write(line));
            }
            else
            {
                _bad[^1].Changes.AddRange(Shorthand.Write(line[2..]).Select(written => (line[0] == '+', written)));
            }
        }
    }

    public IReadOnlyList<Planted> Bad => _bad;

    public IReadOnlyList<string> Good => _good;

    public IReadOnlyList<string> With(Planted planted)
    {
        var lines = _good.ToList();
        var place = -1;
        foreach (var (adds, line) in planted.Changes)
        {
            if (adds)
            {
                place = place < 0 ? lines.Count : place;
                lines.Insert(place++, line);
            }
            else
            {
                place = lines.IndexOf(line);
                Assert.True(place >= 0, $"'{planted.Name}' takes out what is not there: {line}");
                lines.RemoveAt(place);
            }
        }

        return lines;
    }
}
