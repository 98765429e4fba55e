using Cards.Parsing;

namespace Cards.Making;

/// <summary>The <c>cards</c> stage: chooses what of a commit is worth asking. A pure function of the parsed commit.</summary>
internal static class CardMaker
{
    /// <summary>Version part <c>cards</c>: rises when the same parsed commit would give other cards.</summary>
    public const string Version = "v1";

    public const int MostCards = 5;

    /// <summary>A commit that touches more files than this is a sweep: its single lines say little.</summary>
    public const int MostFiles = 60;

    private const int LeastPoints = 30;
    private const int MostChanges = 2;
    private const int SameFile = 15;

    public static CommitCards Make(ParsedCommit commit)
    {
        var message = Message.Of(commit.Subject, commit.Body);
        if (commit.IsMerge)
        {
            return CommitCards.None("it is a merge; the commits it merges have their own cards");
        }

        if (message.Routine is { } routine)
        {
            return CommitCards.None(routine);
        }

        if (commit.Files.Count == 0)
        {
            return CommitCards.None("it changes no file");
        }

        var files = commit.Files
            .Where(file => PathRoles.Of(file.Path) != PathRole.Noise && file.Nature == FileNature.Plain && !file.Binary)
            .ToList();
        if (files.Count == 0)
        {
            return CommitCards.None("it changes only locked, generated, vendored or binary files");
        }

        var edits = files.Count > MostFiles ? [] : Ranked(files, message);
        var cards = Choose(message, files, edits);
        return cards.Count > 0 ? new CommitCards(cards, null) : CommitCards.None("no change in it is small and telling enough");
    }

    private static List<Card> Choose(Message message, List<ParsedFile> files, List<Rated> edits)
    {
        var cards = new List<Card>();
        if (Questions.Why(message, MainPaths(files, edits), edits.FirstOrDefault()?.Edit) is { } why)
        {
            cards.Add(why);
        }

        // An edit is asked about only once, and two edits of one commit had better lie in two files.
        var asked = new List<Edit>();
        while (asked.Count < MostChanges && NextChange(message, edits, asked) is { } next)
        {
            cards.Add(next.Card);
            asked.Add(next.Edit);
        }

        cards.AddRange(edits.Where(rated => !asked.Contains(rated.Edit))
            .Select(rated => Questions.Purpose(message, rated.Edit))
            .OfType<Card>()
            .Take(1));

        var sources = files.Where(file => PathRoles.Of(file.Path) == PathRole.Source).ToList();
        if (sources.Count == 1 && edits.Find(rated => rated.Edit.File == sources[0]) is { } only
            && Questions.Where(message, only.Edit) is { } where)
        {
            cards.Add(where);
        }

        return cards.Take(MostCards).ToList();
    }

    private static (Card Card, Edit Edit)? NextChange(Message message, List<Rated> edits, List<Edit> asked)
    {
        foreach (var (edit, _) in edits
            .Where(rated => !asked.Contains(rated.Edit))
            .OrderByDescending(rated => rated.Points - (asked.Exists(other => other.File == rated.Edit.File) ? SameFile : 0)))
        {
            if (Questions.Change(message, edit) is { } card)
            {
                return (card, edit);
            }
        }
        return null;
    }

    private static List<Rated> Ranked(List<ParsedFile> files, Message message)
    {
        var subjectWords = Tokens.Words(message.Subject).ToHashSet();
        var rated = files
            .SelectMany(file => Edits.Of(file, PathRoles.Of(file.Path)))
            // One rename in forty places is one thing to learn.
            .DistinctBy(Worth.Signature)
            .Select(edit => new Rated(edit, Worth.Of(edit, subjectWords)))
            .Where(rated => rated.Points >= LeastPoints)
            .OrderByDescending(rated => rated.Points)
            .ThenBy(rated => rated.Edit.File.Path, StringComparer.Ordinal)
            .ThenBy(rated => rated.Edit.Line)
            .ToList();
        // Tests and guides follow the program; they are asked about only where they are the change.
        return files.Exists(file => PathRoles.Of(file.Path) == PathRole.Source)
            ? rated.FindAll(one => one.Edit.Role is PathRole.Source or PathRole.Settings)
            : rated;
    }

    private static List<string> MainPaths(List<ParsedFile> files, List<Rated> edits) =>
        files.OrderBy(file => PathRoles.Of(file.Path))
            .ThenBy(file => edits.FindIndex(rated => rated.Edit.File == file) is var rank and >= 0 ? rank : int.MaxValue)
            .Select(file => file.Path)
            .Take(3).ToList();

    private sealed record Rated(Edit Edit, int Points);
}
