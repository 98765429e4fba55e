using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Pawl.Cli.Commands;

/// <summary>Makes JSON bodies, and reads payloads from where people keep them.</summary>
internal static class Body
{
    // A server takes 1 MB unless it was told otherwise; what is far beyond that is not worth reading.
    private const int MostBytes = 16 << 20;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

    /// <summary>An object with the members that <paramref name="write"/> writes.</summary>
    public static byte[] Object(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes a member if there is something to write.</summary>
    public static void Maybe(this Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    public static void Maybe(this Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    public static void Maybe(this Utf8JsonWriter json, string name, TimeSpan? value)
    {
        if (value is { } length)
        {
            json.WriteNumber(name, (long)length.TotalMilliseconds);
        }
    }

    /// <summary>Writes a payload as it was given.</summary>
    public static void Payload(this Utf8JsonWriter json, string name, byte[]? payload)
    {
        if (payload is not null)
        {
            json.WritePropertyName(name);
            json.WriteRawValue(payload, skipInputValidation: true);
        }
    }

    /// <summary>The tags of <c>--tag a=b</c>.</summary>
    public static Dictionary<string, string> Tags(IEnumerable<string> given)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in given)
        {
            var at = tag.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                throw CliException.Usage($"--tag must be NAME=VALUE, but was {Shown.Text(tag)}");
            }

            tags[tag[..at]] = tag[(at + 1)..];
        }

        return tags;
    }

    public static void Tags(this Utf8JsonWriter json, IReadOnlyDictionary<string, string> tags)
    {
        if (tags.Count > 0)
        {
            json.WriteStartObject("tags");
            foreach (var (name, value) in tags)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        }
    }

    /// <summary>The payload from exactly one place; null when there is none.</summary>
    /// <param name="text">The JSON itself.</param>
    /// <param name="file">A file of this machine.</param>
    /// <param name="dash">Whether stdin was named by <c>-</c>.</param>
    /// <exception cref="CliException">Exit code 2: two places, not readable, not JSON.</exception>
    public static byte[]? Read(string? text, string? file, bool dash)
    {
        if ((text is null ? 0 : 1) + (file is null ? 0 : 1) + (dash ? 1 : 0) > 1)
        {
            throw CliException.Usage("there are two payloads", "give one of --payload, --payload-file and -");
        }

        if (text is not null)
        {
            return Check(Encoding.UTF8.GetBytes(text), "--payload");
        }

        if (file is not null)
        {
            return Check(ReadFile(file), $"'{file}'");
        }

        return dash ? Check(ReadAll(Terminal.In, "stdin"), "stdin") : null;
    }

    /// <summary>Refuses what is no JSON before it is sent.</summary>
    public static byte[] Check(byte[] json, string place)
    {
        try
        {
            using var read = JsonDocument.Parse(json, Strict);
            return json;
        }
        catch (JsonException error)
        {
            var where = error.LineNumber is { } line ? $" (line {line + 1}, column {error.BytePositionInLine + 1})" : "";
            throw CliException.Usage(
                json.AsSpan().Trim(" \r\n\t"u8).IsEmpty ? $"{place} holds nothing" : $"{place} is not JSON{where}",
                "payloads are JSON, such as {\"days\":7}");
        }
    }

    /// <summary>Reads to the end, and stops where it is too much.</summary>
    /// <exception cref="CliException">Exit code 2: too much, or not readable.</exception>
    public static byte[] ReadAll(Stream stream, string place, int most = MostBytes, string hint = "payloads are at most 1 MB")
    {
        try
        {
            using var all = new MemoryStream();
            var part = new byte[81920];
            for (int count; (count = stream.Read(part)) > 0;)
            {
                if (all.Length + count > most)
                {
                    throw CliException.Usage($"{place} holds more than {most >> 20} MB", hint);
                }

                all.Write(part, 0, count);
            }

            return all.ToArray();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"{place} cannot be read: {error.Message}");
        }
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return ReadAll(file, $"'{path}'");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage(
                $"'{path}' cannot be read: {error.Message.TrimEnd('.')}", "--payload-file names a file of this machine");
        }
    }
}
