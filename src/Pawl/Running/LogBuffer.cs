using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pawl.Errors;

namespace Pawl.Running;

/// <summary>The log lines of one attempt that are not stored yet: NDJSON, with a bound on what waits and on the whole.</summary>
/// <param name="most">The most bytes of the whole.</param>
/// <param name="known">Gives the secrets that are known by their value; null for none.</param>
[SuppressMessage("Design", "CA1001", Justification = "Its writer writes to a buffer of its own; there is nothing to free.")]
internal sealed class LogBuffer(long most, Func<KnownSecrets?>? known = null)
{
    /// <summary>From here on it should be stored soon.</summary>
    public const int Full = 65_536;

    /// <summary>The most that one save takes.</summary>
    public const int MostInSave = 1_048_576;

    private const int MostWaiting = 2 * MostInSave;
    private const int LongestText = 32_768;

    // From here on a line takes no more fields. A text may take six bytes a character, so with its message, one more field and an exception
    // a line still fits into one save.
    private const int LongestFields = 262_144;
    private const int LongestName = 200;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _waiting = new(1_024);
    private Utf8JsonWriter? _writer;
    private long _written;
    private long _dropped;
    private bool _atEnd;
    private bool _hurried;

    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.WrittenCount;
            }
        }
    }

    /// <summary>Adds a line.</summary>
    public void Add(
        LogLevel level, DateTimeOffset at, string message, IReadOnlyList<KeyValuePair<string, object?>>? fields, Exception? error)
    {
        lock (_gate)
        {
            if (_atEnd)
            {
                return;
            }

            if (_waiting.WrittenCount > MostWaiting)
            {
                _dropped++;
                return;
            }

            if (_dropped > 0)
            {
                Say(at, string.Create(
                    CultureInfo.InvariantCulture, $"{_dropped} lines were dropped: they came faster than they could be stored."));
                _dropped = 0;
            }

            var before = _waiting.WrittenCount;
            Write(level, at, message, fields, error);
            _written += _waiting.WrittenCount - before;
            if (_written >= most)
            {
                _atEnd = true;
                Say(at, string.Create(
                    CultureInfo.InvariantCulture,
                    $"The log ends here: it reached its limit of {most} bytes. What the attempt logs from now on is dropped."));
            }
        }
    }

    /// <summary>True for the first who wants what waits stored at once; until some of it is taken.</summary>
    public bool TryHurry()
    {
        lock (_gate)
        {
            return !_hurried && (_hurried = true);
        }
    }

    /// <summary>Takes whole lines, as many as one save holds.</summary>
    public byte[] Take()
    {
        lock (_gate)
        {
            _hurried = false;
            var all = _waiting.WrittenSpan;
            if (all.Length <= MostInSave)
            {
                var whole = all.ToArray();
                _waiting.ResetWrittenCount();
                return whole;
            }

            // At least one line, however long: else who takes until little is left would take for ever.
            var end = all[..MostInSave].LastIndexOf((byte)'\n') + 1;
            end = end > 0 ? end : all.IndexOf((byte)'\n') + 1;
            var (part, rest) = (all[..end].ToArray(), all[end..].ToArray());
            _waiting.ResetWrittenCount();
            _waiting.Write(rest);
            return part;
        }
    }

    /// <summary>Puts lines back in front that could not be stored.</summary>
    public void PutBack(ReadOnlySpan<byte> lines)
    {
        lock (_gate)
        {
            var rest = _waiting.WrittenSpan.ToArray();
            _waiting.ResetWrittenCount();
            _waiting.Write(lines);
            _waiting.Write(rest);
        }
    }

    private void Say(DateTimeOffset at, string what) => Write(LogLevel.Warning, at, what, null, null);

    private void Write(
        LogLevel level, DateTimeOffset at, string message, IReadOnlyList<KeyValuePair<string, object?>>? fields, Exception? error)
    {
        if (_writer is null)
        {
            _writer = new(_waiting, Plain);
        }
        else
        {
            _writer.Reset(_waiting);
        }

        _writer.WriteStartObject();
        _writer.WriteString("level", Word(level));
        _writer.WriteString("message", Fit(Named(fields)?.Apply(message) ?? message));
        Rfc3339.Write(_writer, "at", at);
        _writer.WriteStartObject("fields");
        var left = 0;
        foreach (var (name, value) in fields ?? [])
        {
            if (_writer.BytesCommitted + _writer.BytesPending > LongestFields)
            {
                left++;
            }
            else if (name != "{OriginalFormat}")
            {
                var isSecret = value is string && SecretMask.IsSecretName(name);
                WriteField(_writer, name.Length <= LongestName ? name : name[..LongestName] + "…", isSecret ? SecretMask.Mask : value);
            }
        }

        if (left > 0)
        {
            _writer.WriteNumber("fields_left_out", left);
        }

        if (error is not null)
        {
            _writer.WriteString("exception", Fit(error.ToString()));
        }

        _writer.WriteEndObject();
        _writer.WriteEndObject();
        _writer.Flush();
        _waiting.GetSpan(1)[0] = (byte)'\n';
        _waiting.Advance(1);
    }

    /// <summary>The texts whose names say that they are secrets: <c>"signed in with {Password}"</c> puts them into the sentence
    /// too.</summary>
    private static KnownSecrets? Named(IReadOnlyList<KeyValuePair<string, object?>>? fields)
    {
        KnownSecrets? known = null;
        foreach (var (name, value) in fields ?? [])
        {
            if (value is string text && SecretMask.IsSecretName(name))
            {
                (known ??= new([])).Add(text);
            }
        }

        return known;
    }

    private void WriteField(Utf8JsonWriter writer, string name, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNull(name);
                break;
            case bool flag:
                writer.WriteBoolean(name, flag);
                break;
            case int number:
                writer.WriteNumber(name, number);
                break;
            case long number:
                writer.WriteNumber(name, number);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumber(name, number);
                break;
            default:
                writer.WriteString(name, Fit(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
                break;
        }
    }

    private string Fit(string text)
    {
        // Before the cut, which would leave half of one.
        var clean = known?.Invoke()?.Apply(text) ?? text;
        return SecretMask.Apply(clean.Length <= LongestText ? clean : clean[..LongestText] + "…");
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "information",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };
}
