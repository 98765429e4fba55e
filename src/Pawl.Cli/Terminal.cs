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

    /// <summary>What is given on stdin; nothing where it was closed.</summary>
    public static Stream In => InIsClosed() ? Stream.Null : Console.OpenStandardInput();

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

    /// <summary>Whether the program was started without a stdin. Its number is then given to the next file that the runtime opens for
    /// itself, which would be read for ever.</summary>
    private static bool InIsClosed()
    {
        const string Own = "/proc/self/fd";
        if (!OperatingSystem.IsLinux() || !Directory.Exists(Own))
        {
            return false;
        }

        try
        {
            var target = new FileInfo($"{Own}/0").LinkTarget;
            return target is null
                || target.StartsWith("anon_inode:", StringComparison.Ordinal)
                || target.StartsWith("/memfd:", StringComparison.Ordinal)
                || (target.StartsWith("pipe:", StringComparison.Ordinal) && Directory.EnumerateFileSystemEntries(Own).Any(file =>
                    Path.GetFileName(file) is not ("0" or "1" or "2") && new FileInfo(file).LinkTarget == target && IsWritten(file)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Whether this process has the writing end of a pipe: then the pipe is its own.</summary>
    private static bool IsWritten(string file)
    {
        var flags = File.ReadLines($"/proc/self/fdinfo/{Path.GetFileName(file)}")
            .First(line => line.StartsWith("flags:", StringComparison.Ordinal));
        return flags[^1] is '1' or '2' or '5' or '6';   // octal; the lowest two bits are the way of access
    }

    /// <summary>Asks a person yes or no.</summary>
    public bool Confirm(string question)
    {
        Flush();
        Errors.Write($"{Escape.Line(question)} [y/N] ");
        return Console.In.ReadLine()?.Trim().ToUpperInvariant() is "Y" or "YES";
    }
}
