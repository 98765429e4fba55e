using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pawl.EndToEnd.Tests.Docs;

/// <summary>A page of the docs whose <c>bash</c> blocks are run, one after the other, in one shell.</summary>
/// <remarks>A line that ends otherwise than with success says so at its end: <c># exit 6</c> for the tool, <c># 409</c> for
/// <c>curl</c>. What is not to be run is <c>text</c>.</remarks>
internal sealed partial record Page(string Path, string Text)
{
    private const string Prelude = """
        set -euo pipefail
        curl() { command curl -sS --fail-with-body "$@"; }
        at() { echo "page, line $1" >&2; }
        ends() { local wanted=$1 code=0; shift; "$@" || code=$?; [ "$code" = "$wanted" ] || { echo "ended with $code" >&2; return 1; }; }
        # What curl does not know it tells as 22: the reply was an error.
        status() { local wanted=$1 said code=0; shift; said=$("$@" -w '\n%{http_code}') || code=$?
          [ "$code" = 22 ] && [ "${said##*$'\n'}" = "$wanted" ] || { echo "ended with $code: $said" >&2; return 1; }; }

        """;

    public static Page Of(string path) => new(path, File.ReadAllText(Repository.PathTo(path)).ReplaceLineEndings("\n"));

    /// <summary>The files that the page quotes whole, such as its <c>pawl.json</c>.</summary>
    public IEnumerable<string> Files => Quoted().Matches(Text).Select(match => match.Groups[1].Value);

    /// <summary>All its examples as one script, for a server elsewhere than at the usual address.</summary>
    public string Script(string url)
    {
        var script = new StringBuilder(Prelude);
        var (number, inside) = (0, false);
        foreach (var line in Text.Split('\n'))
        {
            number++;
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                inside = line.Trim() == "```bash";
            }
            else if (inside)
            {
                script.Append(CultureInfo.InvariantCulture, $"at {number}\n{Checked(line.Trim())}\n");
            }
        }

        return script.ToString().Replace("http://127.0.0.1:7295", url, StringComparison.Ordinal);
    }

    private static string Checked(string line)
    {
        if (Announced().Match(line) is not { Success: true } match)
        {
            return line;
        }

        var check = match.Groups["exit"].Success ? "ends" : "status";
        return $"{check} {match.Groups["exit"].Value}{match.Groups["status"].Value} {match.Groups["command"].Value}";
    }

    [GeneratedRegex(@"^(?<command>(?:pawl|curl) .*?)\s+# (?:exit (?<exit>\d+)|(?<status>[45]\d\d))$")]
    private static partial Regex Announced();

    [GeneratedRegex("^<!-- quote (samples/[^ #]+) -->$", RegexOptions.Multiline)]
    private static partial Regex Quoted();
}
