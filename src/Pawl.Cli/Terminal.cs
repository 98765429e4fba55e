using System.Text;

namespace Pawl.Cli;

/// <summary>Where the tool reads and writes. Stdout is data, stderr is talk.</summary>
internal sealed class Terminal
{
    private readonly bool _noColor;
    private StreamWriter? _out;
    private StreamWriter? _errors;

    public Terminal(bool noColor) =>
        _noColor = noColor || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };

    /// <summary>Whether a person sees what is written to stdout.</summary>
    public bool OutIsPerson { get; } = !Console.IsOutputRedirected;

    public bool ErrorsArePerson { get; } = !Console.IsErrorRedirected;

    public bool InIsPerson { get; } = !Console.IsInputRedirected;

    public bool Color => OutIsPerson && !_noColor;

    public Stream OutStream { get; } = Console.OpenStandardOutput();

    public StreamWriter Out => _out ??= new(OutStream, new UTF8Encoding(false), 4096) { AutoFlush = false, NewLine = "\n" };

    public StreamWriter Errors =>
        _errors ??= new(Console.OpenStandardError(), new UTF8Encoding(false), 512) { AutoFlush = true, NewLine = "\n" };

    public static Stream In => Console.OpenStandardInput();

    /// <summary>How wide a line may be; null where nobody looks.</summary>
    public int? Width
    {
        get
        {
            if (!OutIsPerson)
            {
                return null;
            }

            try
            {
                return Console.WindowWidth is var width and > 0 ? width : 80;
            }
            catch (IOException)
            {
                return 80;
            }
        }
    }

    /// <summary>Writes what is left.</summary>
    public void Flush() => _out?.Flush();

    /// <summary>Asks a person yes or no.</summary>
    public bool Confirm(string question)
    {
        Flush();
        Errors.Write($"{Escape.Line(question)} [y/N] ");
        return Console.In.ReadLine()?.Trim().ToUpperInvariant() is "Y" or "YES";
    }
}
