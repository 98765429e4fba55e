using System.Text;
using System.Text.Json;

namespace Pawl.Cli.Output;

/// <summary>Writes what the API said, in the form that was asked for.</summary>
internal sealed class Printer(Terminal terminal, OutputForm form, Times times)
{
    private static readonly byte[] LineFeed = "\n"u8.ToArray();

    public OutputForm Form { get; } = form;

    public Times Times { get; } = times;

    public Terminal Terminal { get; } = terminal;

    /// <summary>Whether a person reads what is written, as opposed to a program.</summary>
    public bool ForPeople => Form is OutputForm.Table or OutputForm.Wide;

    private bool Wide => Form == OutputForm.Wide;

    /// <summary>Writes one object.</summary>
    /// <param name="body">As it came.</param>
    /// <param name="json">The same, read.</param>
    /// <param name="id">The member that names it.</param>
    public void One(ReadOnlySpan<byte> body, JsonElement json, string id = "id")
    {
        switch (Form)
        {
            case OutputForm.Json:
                Raw(body);
                break;
            case OutputForm.Ndjson:
                Compact(json);
                break;
            case OutputForm.Id:
                Id(json, id);
                break;
            default:
                Table.WriteOne(Terminal, json, Times);
                break;
        }
    }

    /// <summary>Writes the objects of a list that is one document.</summary>
    public void Many(ReadOnlySpan<byte> body, JsonElement items, IReadOnlyList<Column> columns, string id = "id")
    {
        if (Form == OutputForm.Json)
        {
            Raw(body);
        }
        else
        {
            Rows([.. items.EnumerateArray()], columns, id);
        }
    }

    /// <summary>Writes objects in every form but <c>json</c>.</summary>
    public void Rows(IReadOnlyList<JsonElement> items, IReadOnlyList<Column> columns, string id)
    {
        switch (Form)
        {
            case OutputForm.Ndjson:
                foreach (var item in items)
                {
                    Compact(item);
                }

                break;
            case OutputForm.Id:
                foreach (var item in items)
                {
                    Id(item, id);
                }

                break;
            default:
                Table.Write(Terminal, columns, items, Wide, Times);
                break;
        }
    }

    /// <summary>A document as it came, and an end of line.</summary>
    public void Raw(ReadOnlySpan<byte> body)
    {
        Terminal.Flush();
        Terminal.OutStream.Write(body);
        if (body.Length == 0 || body[^1] != (byte)'\n')
        {
            Terminal.OutStream.Write(LineFeed);
        }

        Terminal.OutStream.Flush();
    }

    /// <summary>An object on one line, its values written as they came.</summary>
    public void Compact(JsonElement item)
    {
        var text = item.GetRawText();
        if (text.AsSpan().IndexOfAny('\n', '\r') >= 0)
        {
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream))
            {
                item.WriteTo(writer);
            }

            text = Encoding.UTF8.GetString(stream.ToArray());
        }

        Terminal.Out.WriteLine(text);
    }

    /// <summary>A word on stderr, unless the caller wants silence.</summary>
    public void Say(string text)
    {
        Terminal.Flush();
        Terminal.Errors.WriteLine(Escape.Line(Secrets.Masked(text)));
    }

    private void Id(JsonElement item, string name)
    {
        if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var id))
        {
            Terminal.Out.WriteLine(Escape.Line(id.ValueKind == JsonValueKind.String ? id.GetString()! : id.GetRawText()));
        }
    }
}
