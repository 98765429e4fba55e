using System.Text.Json;

namespace Pawl.Cli.Output;

/// <summary>One column of a table: where its text comes from and how it stands.</summary>
/// <param name="Title">Over it.</param>
/// <param name="Path">The member it shows, with dots between levels.</param>
internal sealed record Column(string Title, string Path)
{
    /// <summary>What the member holds.</summary>
    public Holds Holds { get; init; }

    /// <summary>Shown only in <c>wide</c>.</summary>
    public bool Wide { get; init; }

    /// <summary>May be cut short where the line is too long for the terminal.</summary>
    public bool Elastic { get; init; }

    public bool Right => Holds is Holds.Number or Holds.Milliseconds or Holds.Share;

    /// <summary>The text of this column for one object.</summary>
    public string Of(JsonElement item, Times times)
    {
        foreach (var name in Path.Split('.'))
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(name, out item))
            {
                return "";
            }
        }

        return Cell.Of(item, Holds, times);
    }
}

/// <summary>What a member holds, for its looks.</summary>
internal enum Holds
{
    Text,
    Number,
    Time,
    Milliseconds,
    Share,
    List,
}
