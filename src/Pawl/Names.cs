using System.Diagnostics.CodeAnalysis;

namespace Pawl;

/// <summary>What may be called how: types, queues, keys, tags. A refusal says what was wrong, the value, the rule and the remedy.</summary>
internal static class Names
{
    public const int MaxName = 200;
    public const int MaxKey = 255;
    public const int MaxTags = 32;
    public const int MaxTagText = 100;
    public const int MaxDataset = 200;
    public const int MaxItemKey = 500;

    private static readonly string[] Devices =
    [
        "CON", "PRN", "AUX", "NUL",
        "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
        "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    ];

    /// <summary>Whether a text can name a type, a queue, a schedule or a limit.</summary>
    public static bool IsName([NotNullWhen(true)] string? text)
    {
        if (text is not { Length: >= 1 and <= MaxName } || !char.IsAsciiLetterOrDigit(text[0]))
        {
            return false;
        }

        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '_' or ':' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    public static string Type(string? text) => Name(text, "A type");

    public static string Queue(string? text) => Name(text, "A queue");

    public static string Name(string? text, string what) =>
        IsName(text)
            ? text
            : throw new PawlException(
                "name_invalid",
                $"{what} is named by 1 to {MaxName} ASCII letters, digits, '.', '_', ':' or '-', beginning with a letter or digit, but was "
                + $"{Shown.Text(text)}{Longer(text, MaxName)}. Choose another name.");

    /// <summary>A key that somebody chose: unique, idempotency, concurrency, rate.</summary>
    public static string Key(string? text, string what)
    {
        if (text is { Length: >= 1 and <= MaxKey } && !text.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return text;
        }

        throw new PawlException(
            "key_invalid",
            $"{what} is 1 to {MaxKey} visible ASCII characters without blanks, but was {Shown.Text(text)}{Longer(text, MaxKey)}. "
            + "Use a shorter one, or a hash of it.");
    }

    public static string Dataset(string? text) => Words(text, MaxDataset, "A dataset's name");

    public static string ItemKey(string? text) => Words(text, MaxItemKey, "An item's key");

    /// <summary>Text that is not too long; null stays null.</summary>
    public static string? Short(string? text, int most, string what) =>
        text is null || text.Length <= most
            ? text
            : throw new PawlException(
                "out_of_range",
                $"{what} has at most {most} characters, but {Shown.Text(text)} has {text.Length}. Shorten it.");

    public static IReadOnlyDictionary<string, string>? Tags(IReadOnlyDictionary<string, string>? tags)
    {
        if (tags is null)
        {
            return null;
        }

        if (tags.Count > MaxTags)
        {
            throw new PawlException(
                "too_many", $"A job has at most {MaxTags} tags, but {tags.Count} were given. Put the rest into the payload.");
        }

        foreach (var (name, value) in tags)
        {
            TagText(name, "A tag's name", 1);
            TagText(value, $"The value of the tag {Shown.Text(name)}", 0);
        }

        return tags;
    }

    public static IReadOnlyDictionary<string, string>? Versions(IReadOnlyDictionary<string, string>? versions)
    {
        if (versions is null)
        {
            return null;
        }

        try
        {
            PipelineVersion.Of(versions.Select(part => new PipelinePart(part.Key, part.Value)));
            return versions;
        }
        catch (ArgumentException fault)
        {
            // Which parameter of ours it was is nothing that a caller knows.
            var why = fault.Message.Replace($" (Parameter '{fault.ParamName}')", "", StringComparison.Ordinal);
            throw new PawlException("name_invalid", $"The versions cannot be used: {why}", fault);
        }
    }

    /// <summary>The name of an artifact: a file name on every system.</summary>
    public static string Artifact(string? text)
    {
        var sound = text is { Length: >= 1 and <= 128 } && char.IsAsciiLetterOrDigit(text[0]);
        for (var i = 0; sound && i < text!.Length; i++)
        {
            sound = char.IsAsciiLetterOrDigit(text[i]) || text[i] is '.' or '_' or '-';
        }

        if (sound && !Devices.Contains(text!.Split('.')[0], StringComparer.OrdinalIgnoreCase))
        {
            return text!;
        }

        throw new PawlException(
            "name_invalid",
            "An artifact is named by 1 to 128 ASCII letters, digits, '.', '_' or '-', beginning with a letter or digit, and by no reserved "
            + $"device name such as CON, but was {Shown.Text(text)}. Give it a plain file name without a folder.");
    }

    public static string? Kind(string? text)
    {
        if (Short(text, MaxName, "A kind") is { } kind && kind.Any(char.IsControl))
        {
            throw new PawlException("out_of_range", $"A kind has no control characters, but was {Shown.Text(kind)}. Leave them out.");
        }

        return text;
    }

    private static string Words(string? text, int most, string what)
    {
        var sound = text is not null && text.Length >= 1 && text.Length <= most;
        for (var i = 0; sound && i < text!.Length; i++)
        {
            sound = !char.IsControl(text[i]) && !IsHalf(text, i);
        }

        return sound
            ? text!
            : throw new PawlException(
                "key_invalid",
                $"{what} is 1 to {most} characters without control characters and broken ones, but was "
                + $"{Shown.Text(text)}{Longer(text, most)}. "
                + "Use a shorter one, or a hash of it.");
    }

    private static void TagText(string? text, string what, int least)
    {
        var sound = text is not null && text.Length >= least && text.Length <= MaxTagText;
        for (var i = 0; sound && i < text!.Length; i++)
        {
            sound = !char.IsControl(text[i]) && !IsHalf(text, i);
        }

        if (!sound)
        {
            throw new PawlException(
                "out_of_range",
                $"{what} has {least} to {MaxTagText} characters, none of them a control character or broken, but was "
                    + $"{Shown.Text(text)}{Longer(text, MaxTagText)}. "
                + "Shorten it.");
        }
    }

    /// <summary>Half of a surrogate pair, which is no character and has no UTF-8: two such keys would be one in the store.</summary>
    private static bool IsHalf(string text, int at) =>
        char.IsSurrogate(text[at])
        && !(char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
        && !(char.IsLowSurrogate(text[at]) && at > 0 && char.IsHighSurrogate(text[at - 1]));

    private static string Longer(string? text, int most) => text?.Length > most ? $" ({text.Length} characters)" : "";
}
