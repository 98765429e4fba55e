using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Pawl.Telemetry;

namespace Pawl.Declared;

/// <summary>What a command writes: its log, and on standard output, as a line that is one JSON object with one known member, what it has
/// to say to Pawl.</summary>
internal sealed class CommandSpeech(DeclaredAttempt attempt, WorkingFolder folder, long outputLimit)
{
    // A checkpoint of the largest size, with its letters escaped and its name around it.
    private const int LongestLine = 8 << 20;

    // A little less than the engine keeps of a line, so that there is room to say that it was longer.
    private const int LongestText = 32_000;
    private const int KeptErrors = 16_384;

    // The engine drops lines that come faster than they can be stored; who writes them waits instead.
    private const int FlushAfter = 262_144;

    private readonly Lock _gate = new();
    private readonly StringBuilder _errors = new();
    private readonly CommandWords _words = new(attempt, folder);
    private long _written;
    private int _unflushed;
    private bool _isFull;
    private bool _isOver;

    /// <summary>Why the attempt cannot succeed whatever the command says; null when it can.</summary>
    public JobException? Fault => _words.Fault;

    /// <summary>The last line in which it reported an error; null when it reported none.</summary>
    public string? Error => _words.Error;

    /// <summary>Whether that was the last it wrote.</summary>
    public bool EndsInError => Error is not null && LastLine == Error;

    /// <summary>The last line of its standard output that is not blank.</summary>
    public string? LastLine { get; private set; }

    /// <summary>The end of its standard error.</summary>
    public string? LastErrors
    {
        get
        {
            lock (_gate)
            {
                var start = Math.Max(0, _errors.Length - KeptErrors);
                return _errors.Length == 0 ? null : _errors.ToString(start, _errors.Length - start);
            }
        }
    }

    /// <summary>Hands the result on, when the command has succeeded.</summary>
    public void Finish() => _words.Finish();

    public Task ReadAsync(Stream output) => ReadAsync(output, OutputAsync);

    public Task ReadErrorsAsync(Stream errors) => ReadAsync(errors, ErrorAsync);

    private async Task ReadAsync(Stream stream, Func<ReadOnlyMemory<byte>, bool, ValueTask> line)
    {
        var lines = new LineSplitter(LongestLine, LongestText);
        var buffer = new byte[32_768];
        try
        {
            // To the end whatever becomes of it: a command whose output nobody reads would hang.
            for (int read; (read = await stream.ReadAsync(buffer)) > 0;)
            {
                await lines.AddAsync(buffer.AsMemory(0, read), line);
            }

            await lines.FinishAsync(line);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // Closed by us: somebody who left the tree holds the other end.
        }
    }

    private async ValueTask OutputAsync(ReadOnlyMemory<byte> line, bool isCut)
    {
        if (!isCut && CommandWords.MayBe(line.Span) && await SayAsync(line))
        {
            LastLine = Encoding.UTF8.GetString(line.Span);
            return;
        }

        if (line.Span.ContainsAnyExcept(" \t\r"u8))
        {
            LastLine = Text(line, isCut);
        }

        await LogAsync(LogLevel.Information, line, isCut);
    }

    private async ValueTask ErrorAsync(ReadOnlyMemory<byte> line, bool isCut)
    {
        lock (_gate)
        {
            _errors.Append(Text(line, isCut)).Append('\n');
            if (_errors.Length > 2 * KeptErrors)
            {
                _errors.Remove(0, _errors.Length - KeptErrors);
            }
        }

        await LogAsync(LogLevel.Warning, line, isCut);
    }

    private async ValueTask<bool> SayAsync(ReadOnlyMemory<byte> line)
    {
        try
        {
            return await _words.TryAsync(line);
        }
        catch (PawlException fault)
        {
            Log.LineUnused(attempt.Log, fault.Code, fault.Message);
            return true;
        }
        catch (OperationCanceledException)
        {
            _isOver = true;
            return true;
        }
        catch (Exception fault)
        {
            // Whatever a line brings about, the next one is read: a command whose output nobody reads would hang.
            Log.LineUnused(attempt.Log, fault.GetType().Name, fault.Message);
            return true;
        }
    }

    private async ValueTask LogAsync(LogLevel level, ReadOnlyMemory<byte> line, bool isCut)
    {
        bool isMarker, flush;
        lock (_gate)
        {
            if (_isFull || _isOver)
            {
                return;
            }

            _written += line.Length + 1;
            isMarker = _isFull = _written > outputLimit;
            _unflushed += line.Length + 128;
            flush = _unflushed > FlushAfter;
            _unflushed = flush ? 0 : _unflushed;
        }

        if (isMarker)
        {
            Log.OutputFull(attempt.Log, outputLimit);
            return;
        }

        attempt.Log.Log(level, default, new Said(Text(line, isCut)), null, static (said, _) => said.Text);
        if (flush)
        {
            try
            {
                await attempt.Job.FlushAsync();
            }
            catch (OperationCanceledException)
            {
                _isOver = true;
            }
        }
    }

    // What is no UTF-8 is read as the sign for that.
    private static string Text(ReadOnlyMemory<byte> line, bool isCut)
    {
        var text = Encoding.UTF8.GetString(line.Span[..Math.Min(line.Length, LongestText)]);
        return isCut || line.Length > LongestText
            ? string.Create(CultureInfo.InvariantCulture, $"{text}… (the line was longer)")
            : text;
    }

    private readonly record struct Said(string Text);
}
