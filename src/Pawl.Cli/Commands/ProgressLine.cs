using System.Globalization;

namespace Pawl.Cli.Commands;

/// <summary>A line on stderr that is written over and over, where a person sees it.</summary>
internal sealed class ProgressLine(Terminal terminal, bool quiet) : IDisposable
{
    private const int Places = 24;

    private readonly bool _on = terminal.ErrorsArePerson && !quiet;
    private int _written;

    /// <summary>Shows how much is done.</summary>
    public void Show(string what, long done, long? total, string? note = null)
    {
        if (!_on)
        {
            return;
        }

        var text = total is > 0 and var all
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{what} [{Bar(done, all)}] {Math.Clamp(100.0 * done / all, 0, 100):0}% {done}/{all}")
            : string.Create(CultureInfo.InvariantCulture, $"{what} {done}");
        Write(note is { Length: > 0 } ? $"{text} {Escape.Line(note)}" : text);
    }

    /// <summary>Takes it away, so that other lines can be written.</summary>
    public void Clear()
    {
        if (_written > 0)
        {
            Write("");
            terminal.Errors.Write('\r');
            _written = 0;
        }
    }

    public void Dispose() => Clear();

    private void Write(string text)
    {
        var width = (terminal.Width ?? 80) - 1;
        var cut = text.Length > width ? text[..width] : text;
        terminal.Errors.Write($"\r{cut.PadRight(Math.Min(_written, width))}");
        _written = cut.Length;
    }

    private static string Bar(long done, long total)
    {
        var full = (int)Math.Clamp(Places * done / total, 0, Places);
        return new string('#', full).PadRight(Places, '-');
    }
}
