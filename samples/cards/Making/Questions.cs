using Cards.Parsing;

namespace Cards.Making;

/// <summary>The five kinds of card. Each gives null where its question could not be answered or would teach nothing.</summary>
internal static class Questions
{
    private const int MostReplaced = 8;
    private const int LongestReplaced = 140;
    private const double LeastLikeness = 0.25;
    private const int LongestGap = 60;

    /// <summary>Asks for the reason that the author wrote down.</summary>
    public static Card? Why(Message message, IReadOnlyList<string> paths, Edit? best)
    {
        if (message.Reason is not { } reason)
        {
            return null;
        }

        var back = new Sheet().Prose(reason);
        if (best is not null)
        {
            back.Place(best).Diff(DiffBlock.Whole(best));
        }

        return new Card
        {
            Slot = "why",
            Kind = CardKind.Why,
            Front = new Sheet().Subject(message.Subject).Places(paths).Ask("Why was this done?").ToString(),
            Back = back.ToString(),
        };
    }

    /// <summary>Asks what a line became, by a gap if little of it changed, else as a whole.</summary>
    public static Card? Change(Message message, Edit edit) => Fill(message, edit) ?? Replace(message, edit);

    /// <summary>Shows lines that came or went and asks what for. The answer is the message, so nothing of it stands on the front.</summary>
    public static Card? Purpose(Message message, Edit edit)
    {
        // The message must speak of what is seen, or the answer could stand under any change; the more so under a whole new file.
        var echo = edit.File.Change == FileChange.Added ? 2 : 1;
        if (edit.Removed.Any() && edit.Added.Any() || !message.Telling || edit.Role is not (PathRole.Source or PathRole.Settings)
            || Worth.Echo(edit, message.Subject + "\n" + message.Reason) < echo)
        {
            return null;
        }

        var lines = edit.Changed == 1 ? "this line" : "these lines";
        var back = new Sheet().Subject(message.Subject);
        if (message.Reason is { } reason)
        {
            back.Prose(reason);
        }

        return new Card
        {
            Slot = "purpose:" + edit.Slot,
            Kind = CardKind.Purpose,
            Front = new Sheet().Place(edit)
                .Ask($"What did {(edit.Added.Any() ? "adding" : "removing")} {lines} achieve?")
                .Diff(DiffBlock.Whole(edit)).ToString(),
            Back = back.ToString(),
        };
    }

    /// <summary>Asks for the one file that a change went into: where things live is half of knowing a program.</summary>
    public static Card? Where(Message message, Edit edit)
    {
        var stem = Path.GetFileNameWithoutExtension(edit.File.Path);
        if (!message.Telling || Tokens.Words(stem).All(Tokens.Words(message.Subject).ToHashSet().Contains))
        {
            return null;
        }

        return new Card
        {
            Slot = "where:" + edit.File.Path,
            Kind = CardKind.Where,
            Front = new Sheet().Subject(message.Subject).Ask("In which file was this done?").ToString(),
            Back = new Sheet().Place(edit).Diff(DiffBlock.Whole(edit)).ToString(),
        };
    }

    private static Card? Fill(Message message, Edit edit)
    {
        if (DiffBlock.Single(edit) is not { } difference)
        {
            return null;
        }

        var gap = difference.New.Trim();
        var given = message.Subject + "\n" + string.Join('\n', edit.Before.Concat(edit.After).Concat(edit.Removed));
        // A gap whose filling stands elsewhere on the front asks for nothing.
        if (gap.Length is 0 or > LongestGap || !gap.Any(char.IsLetterOrDigit) || given.Contains(gap, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return new Card
        {
            Slot = "change:" + edit.Slot,
            Kind = CardKind.Fill,
            Front = new Sheet().Subject(message.Subject).Place(edit).Ask("What stands in the gap now?")
                .Diff(DiffBlock.WithGap(edit, difference)).ToString(),
            Back = new Sheet().Diff(DiffBlock.Whole(edit)).ToString(),
        };
    }

    private static Card? Replace(Message message, Edit edit)
    {
        var (removed, added) = (edit.Removed.Count(), edit.Added.Count());
        if (removed is 0 or > MostReplaced || added is 0 or > MostReplaced || edit.Lines.Any(line => line.Text.Length > LongestReplaced))
        {
            return null;
        }
        // What has little in common with the old text, or is much more than it, nobody can tell from it.
        if (Worth.Likeness(edit) < LeastLikeness || added > removed * 2 + 2)
        {
            return null;
        }

        return new Card
        {
            Slot = "change:" + edit.Slot,
            Kind = CardKind.Replace,
            Front = new Sheet().Subject(message.Subject).Place(edit)
                .Ask(removed == 1 ? "What replaced this line?" : "What replaced these lines?")
                .Diff(DiffBlock.WithoutNew(edit)).ToString(),
            Back = new Sheet().Diff(DiffBlock.Whole(edit)).ToString(),
        };
    }
}
