using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Cards.Git;
using Pawl;

namespace Cards.Face;

/// <summary>Reads the command line: it gives options, or the text of an error, or asks for the help page; never two of them.</summary>
internal sealed partial record CommandLine(Options? Options, string? Error, bool Help)
{
    public const string Usage = """
        cards <repository> [options]     makes study cards out of a git repository's commits

          --last <n>            the newest n commits (default 20, or no limit with --since or --author)
          --since <when>        2026-01-31, yesterday, 3 days ago, 2 weeks ago, 1 year ago
          --author <text>       part of a name or an address
          --commits <list>      commits, tags or ranges, parted by commas: 1a2b3c4,v1.0..v1.1
          --output <file>       the deck, default <name>.apkg; written over an older deck of this program
          --deck <name>         the deck's name in Anki, default Commits::<name>
          --database <file>     where finished work is remembered, default cards.db beside the deck
          --force <which>       none (default), failed or all: make these commits again
          --serve               let others watch the run over HTTP, and stay after it until Ctrl+C
          --listen <address>    where to serve, default 127.0.0.1:7295, or the next port that is free
          --yes                 ask nothing
          --plain               plain lines, no live display
          --help                this page
        """;

    private static readonly string[] WithValue =
        ["--last", "--since", "--author", "--commits", "--output", "--deck", "--database", "--force", "--listen"];

    private const StringSplitOptions Parts = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    private static readonly string[] Switches = ["--serve", "--yes", "--plain", "--help"];

    public static CommandLine Read(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, string>();
        var places = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument == "--")
            {
                places.AddRange(arguments.Skip(i + 1));
                break;
            }
            if (argument is "-h" or "-?")
            {
                argument = "--help";
            }

            if (!argument.StartsWith('-'))
            {
                places.Add(argument);
                continue;
            }
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument : argument[..equals];
            if (Switches.Contains(name) && equals < 0)
            {
                values[name] = "";
            }
            else if (Switches.Contains(name))
            {
                return Wrong($"{name} takes no value.");
            }
            else if (!WithValue.Contains(name))
            {
                return Wrong($"There is no option {name}.{Nearest(name)}");
            }
            else if (values.ContainsKey(name))
            {
                return Wrong($"{name} is given twice.");
            }
            else if (equals >= 0)
            {
                values[name] = argument[(equals + 1)..];
            }
            else if (i + 1 < arguments.Count && !arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                values[name] = arguments[++i];
            }
            else
            {
                return Wrong($"{name} needs a value.");
            }

            if (values[name].Length == 0 && WithValue.Contains(name))
            {
                return Wrong($"{name} needs a value.");
            }
        }
        return values.ContainsKey("--help") ? new CommandLine(null, null, true) : Check(values, places);
    }

    private static CommandLine Check(Dictionary<string, string> values, List<string> places)
    {
        if (places.Count == 0)
        {
            return Wrong("Which repository? Give its folder; '.' is the current one.");
        }

        if (places.Count > 1)
        {
            return Wrong($"One repository at a time, but there are {places.Count}: {string.Join(", ", places)}.");
        }

        var names = new List<string>();
        int? last = null;
        foreach (var name in (values.GetValueOrDefault("--commits") ?? "").Split(',', Parts))
        {
            if (LastOf().Match(name) is { Success: true } asked && Count(asked.Groups[1].Value) is { } few)
            {
                last = few;
            }
            else if (Problem(name) is { } problem)
            {
                return Wrong("--commits: " + problem);
            }
            else
            {
                names.Add(name);
            }
        }
        if (last is not null && names.Count > 0)
        {
            return Wrong("--commits: 'last' and names of commits do not go together.");
        }

        if (names.Count > 500)
        {
            return Wrong($"--commits takes up to 500 names, but there are {names.Count}. Use a range.");
        }

        if (values.TryGetValue("--last", out var text) && (last = Count(text)) is null)
        {
            return Wrong($"--last must be a number from 1 to {Repository.MostCommits}, but was '{text}'.");
        }

        var since = values.GetValueOrDefault("--since");
        // Git itself takes any text for a date and reads what it cannot understand as now.
        if (since is not null && !When().IsMatch(since))
        {
            return Wrong($"--since '{since}' is not a date. Write 2026-01-31, yesterday, '3 days ago' or '2 weeks ago'.");
        }

        if (!Enum.TryParse<Force>(values.GetValueOrDefault("--force") ?? "none", ignoreCase: true, out var force) || !Enum.IsDefined(force)
            || char.IsAsciiDigit((values.GetValueOrDefault("--force") ?? "n")[0]))
        {
            return Wrong($"--force must be none, failed or all, but was '{values["--force"]}'.");
        }

        var output = values.GetValueOrDefault("--output");
        if (output is not null && !output.EndsWith(".apkg", StringComparison.OrdinalIgnoreCase))
        {
            return Wrong($"--output must end in .apkg, or Anki will not open it, but was '{output}'.");
        }

        IPEndPoint? listen = null;
        if (values.TryGetValue("--listen", out var address) && (!values.ContainsKey("--serve") || (listen = Address(address)) is null))
        {
            return Wrong(values.ContainsKey("--serve")
                ? $"--listen must be a port, or an address of this machine and a port such as 127.0.0.1:7295, but was '{address}'."
                : "--listen goes with --serve.");
        }

        var options = new Options
        {
            Repository = places[0],
            Selection = new Selection { Last = last, Since = since, Author = values.GetValueOrDefault("--author"), Names = names },
            Output = output,
            Deck = values.GetValueOrDefault("--deck"),
            Force = force,
            Database = values.GetValueOrDefault("--database"),
            Serve = values.ContainsKey("--serve"),
            Listen = listen,
            Yes = values.ContainsKey("--yes"),
            Plain = values.ContainsKey("--plain"),
        };
        return new CommandLine(options, null, false);
    }

    private static CommandLine Wrong(string error) => new(null, error, false);

    private static string? Problem(string name) => CommitName.Range(name) is { } range
        ? CommitName.Problem(range.From) ?? CommitName.Problem(range.To)
        : CommitName.Problem(name);

    private static int? Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= Repository.MostCommits
            ? count : null;

    // Keys would cross a network in the clear: pawl serve, with a certificate or a proxy, is for that.
    private static IPEndPoint? Address(string text)
    {
        if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return new(IPAddress.Loopback, port);
        }

        var named = text.StartsWith("localhost:", StringComparison.Ordinal) ? "127.0.0.1" + text["localhost".Length..] : text;
        return named.LastIndexOf(':') > named.LastIndexOf(']') && IPEndPoint.TryParse(named, out var address)
            && IPAddress.IsLoopback(address.Address) ? address : null;
    }

    private static string Nearest(string name)
    {
        var near = WithValue.Concat(Switches).OrderBy(known => Distance(known, name)).First();
        return Distance(near, name) <= 3 ? $" Did you mean {near}?" : "";
    }

    // How many letters have to be put in, taken out or replaced.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var corner = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var next = Math.Min(Math.Min(row[j], row[j - 1]) + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1));
                (corner, row[j]) = (row[j], next);
            }
        }
        return row[^1];
    }

    [GeneratedRegex(@"^last[ :](\d+)$")]
    private static partial Regex LastOf();

    [GeneratedRegex(@"^(\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:?\d\d)?)?"
        + @"|yesterday|midnight|noon|now|\d+[ .](second|minute|hour|day|week|month|year)s?[ .]ago)$", RegexOptions.IgnoreCase)]
    private static partial Regex When();
}
