using System.Text;
using System.Text.Json;

namespace Pawl.Declared;

/// <summary>A program that does the jobs of a type: <c>Command</c>.</summary>
internal sealed record CommandSettings
{
    /// <summary>Linux takes no longer argument.</summary>
    private const int LongestArgument = 131_071;

    /// <summary>The program and its arguments; the program itself is fixed.</summary>
    public required IReadOnlyList<Template> Argv { get; init; }

    /// <summary>Where it runs, absolute.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The names of the variables it is given.</summary>
    public IReadOnlyList<string> Env { get; init; } = [];

    /// <summary>How much memory the whole tree may use; null for any.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>How many bytes of what it writes are kept.</summary>
    public long OutputLimit { get; init; } = 16L << 20;

    /// <summary>The arguments for a payload.</summary>
    /// <exception cref="PawlException"><c>payload_invalid</c>.</exception>
    public string[] Arguments(JsonElement payload)
    {
        var arguments = new string[Argv.Count];
        var behind = false;
        for (var i = 0; i < arguments.Length; i++)
        {
            var free = behind;
            arguments[i] = Argv[i].Fill(payload, (name, value, _) => Checked(name, value, free));
            behind |= Argv[i] is { HasMembers: false, Source: "--" };
        }

        return arguments;
    }

    private static string Checked(string name, string value, bool behind)
    {
        if (value.StartsWith('-') && !behind)
        {
            // A program would read it as an option: --upload-pack=…, -oProxyCommand=….
            throw Template.Refused(name, $"the member {Shown.Text(name)} begins with '-' and would be read as an option of the command, "
                + $"but was {Shown.Text(value)}. Send another value; or let the type's Argv have \"--\" before it.");
        }

        if (value.Contains('\0', StringComparison.Ordinal))
        {
            throw Template.Refused(name, $"the member {Shown.Text(name)} has a NUL in it, which no argument of a command can.");
        }

        return Encoding.UTF8.GetByteCount(value) <= LongestArgument
            ? value
            : throw Template.Refused(name, $"the member {Shown.Text(name)} has more than {LongestArgument} bytes, which no argument can. "
                + "The command finds the whole payload on its standard input.");
    }
}
