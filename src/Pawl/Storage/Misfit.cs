using System.Text;
using System.Text.Json;

namespace Pawl.Storage;

/// <summary>Says where a payload does not fit its type, without the names of types in the program.</summary>
internal static class Misfit
{
    /// <summary>Where an exception keeps the JSON pointer of what does not fit, within the payload.</summary>
    public const string Pointer = PayloadSecrets.Pointer;

    private const string Missing = "including: ";

    /// <summary>The refusal of a payload that could not be read as its type.</summary>
    public static PawlException Of(string type, Exception fault)
    {
        var pointer = PointerOf((fault as JsonException)?.Path);
        var what = LacksOf(fault) is { } lacks ? $"lacks {lacks}" : "is of another kind than is needed";
        var where = pointer.Length == 0 ? "it" : Shown.Text(pointer);
        return new("payload_invalid", $"The payload does not fit the job type {Shown.Text(type)}: {where} {what}.", fault)
        {
            Data = { [Pointer] = pointer },
        };
    }

    // The serializer names the members that are missing at the end of its sentence, and has no other place for them.
    private static string? LacksOf(Exception fault) =>
        fault.Message.IndexOf(Missing, StringComparison.Ordinal) is var at and >= 0 && fault.Message[(at + Missing.Length)..] is var names
        && names.IndexOf(" Path:", StringComparison.Ordinal) is var end
            ? (end < 0 ? names : names[..end]).TrimEnd('.')
            : null;

    /// <summary>A pointer for a path such as <c>$.items[3]['a.b']</c>.</summary>
    internal static string PointerOf(string? path)
    {
        var pointer = new StringBuilder();
        for (var at = 1; path is not null && at < path.Length;)
        {
            var (begin, end) = path[at..] switch
            {
                ['[', '\'', ..] => (at + 2, path.IndexOf("']", at, StringComparison.Ordinal)),
                ['[', ..] => (at + 1, path.IndexOf(']', at)),
                _ => (at + 1, path.AsSpan(at + 1).IndexOfAny('.', '[') is var next and >= 0 ? at + 1 + next : path.Length),
            };
            end = end < begin ? path.Length : end;
            var name = path[begin..end].Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
            pointer.Append('/').Append(name);
            at = path[at] != '[' ? end : path[at + 1] == '\'' ? end + 2 : end + 1;
        }

        return pointer.ToString();
    }
}
