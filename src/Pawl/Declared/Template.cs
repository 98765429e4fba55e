using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pawl.Declared;

/// <summary>A text with places for members of the payload, such as <c>repo:{repoPath}</c>.</summary>
/// <remarks><c>{{name}}</c> stands for <c>{name}</c> itself; any other brace is a brace.</remarks>
internal sealed partial class Template
{
    private readonly List<(string Text, bool IsMember)> _parts = [];

    private Template(string text) => Source = text;

    /// <summary>As it was written.</summary>
    public string Source { get; }

    /// <summary>Whether anything is put in.</summary>
    public bool HasMembers { get; private set; }

    public static Template Parse(string text)
    {
        var template = new Template(text);
        var at = 0;
        foreach (Match match in Places().Matches(text))
        {
            template.Add(text[at..match.Index]);
            if (match.Groups["name"] is { Success: true } name)
            {
                template._parts.Add((name.Value, true));
                template.HasMembers = true;
            }
            else
            {
                template.Add(match.Value[1..^1]);
            }

            at = match.Index + match.Length;
        }

        template.Add(text[at..]);
        return template;
    }

    /// <summary>The text with the payload's members in their places.</summary>
    /// <param name="payload">What the job was given.</param>
    /// <param name="dress">Changes or refuses a value before it is put in: its name, its text, whether it stands first.</param>
    /// <exception cref="PawlException"><c>payload_invalid</c>: a member is missing, or is no text, number, true or false.</exception>
    public string Fill(JsonElement payload, Func<string, string, bool, string>? dress = null)
    {
        if (!HasMembers)
        {
            return _parts.Count == 0 ? "" : _parts[0].Text;
        }

        var all = new string[_parts.Count];
        for (var i = 0; i < all.Length; i++)
        {
            var (text, isMember) = _parts[i];
            all[i] = !isMember ? text : dress is null ? Member(payload, text) : dress(text, Member(payload, text), i == 0);
        }

        return string.Concat(all);
    }

    /// <summary>One member of the payload as text.</summary>
    public static string Member(JsonElement payload, string name)
    {
        if (payload.ValueKind != JsonValueKind.Object || !payload.TryGetProperty(name, out var value))
        {
            throw Refused(name, $"the payload has no member {Shown.Text(name)}, which this type puts to use. Add it.");
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => throw Refused(name, $"the member {Shown.Text(name)} is put into a text, so it is a text, a number, true or false, but was "
                + $"{Shown.Text(value.GetRawText())}."),
        };
    }

    /// <summary>A payload that its type can do nothing with. The member is kept as <c>Data["pointer"]</c>.</summary>
    public static PawlException Refused(string member, string why, string code = "payload_invalid") =>
        new(code, $"The payload does not fit: {why}")
        {
            Data =
            {
                ["pointer"] = "/" + member.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal),
            },
        };

    private void Add(string text)
    {
        if (text.Length > 0)
        {
            _parts.Add((text, false));
        }
    }

    [GeneratedRegex(@"\{\{[A-Za-z_][A-Za-z0-9_\-]*\}\}|\{(?<name>[A-Za-z_][A-Za-z0-9_\-]*)\}", RegexOptions.NonBacktracking)]
    private static partial Regex Places();
}
