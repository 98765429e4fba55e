using System.Text;
using System.Text.RegularExpressions;

namespace Pawl.Web.Dashboard;

/// <summary>Joins the ES modules behind one entry into one file, so that a page needs few requests and compresses well.</summary>
/// <remarks>The modules are written as browsers take them and are in one order: each after those it imports. What they may hold is what
/// this reads: imports and exports at the beginning of a line, no <c>export let</c>, no circles, no <c>await</c> outside
/// functions. Anything else is an error, which the tests see before anybody else does.</remarks>
internal sealed partial class Modules(Func<string, string> read)
{
    // Milliseconds; the modules are our own, and a pattern that takes so long on them is wrong.
    private const int Patience = 10_000;

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly StringBuilder _text = new();

    /// <summary>The file of an entry and all that it imports.</summary>
    /// <exception cref="InvalidOperationException">A module is written in a way that cannot be joined.</exception>
    public static string Join(string entry, Func<string, string> read)
    {
        var modules = new Modules(read);
        modules.Add(entry);
        return modules._text.ToString();
    }

    private string Add(string path)
    {
        if (_names.TryGetValue(path, out var known))
        {
            return known;
        }

        if (!_open.Add(path))
        {
            throw new InvalidOperationException($"{path} imports itself in a circle.");
        }

        var body = Import().Replace(read(path), match =>
        {
            var from = Add(Resolve(path, match.Groups["from"].Value));
            var what = match.Groups["what"].Value.Trim();
            return match switch
            {
                _ when what.Length == 0 => "",
                _ when what.StartsWith("* as ", StringComparison.Ordinal) => $"const {what[5..].Trim()} = {from};",
                _ when what[0] == '{' => $"const {As().Replace(what, "$1: $2")} = {from};",
                _ => $"const {what} = {from}.default;",
            };
        });
        var exports = new List<string>();
        body = ExportList().Replace(body, match =>
        {
            exports.AddRange(match.Groups["what"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(one => As().Match(one) is { Success: true } named ? $"{named.Groups[2].Value}: {named.Groups[1].Value}" : one));
            return "";
        });
        body = ExportDefault().Replace(body, match =>
        {
            exports.Add("default: $default");
            return "const $default = ";
        });
        body = Export().Replace(body, match =>
        {
            exports.Add(match.Groups["name"].Value);
            return match.Groups["what"].Value;
        });
        if (Left().Match(body) is { Success: true } left)
        {
            throw new InvalidOperationException($"{path} has a line that cannot be joined: {left.Value}");
        }

        var name = $"${_names.Count}";
        _names[path] = name;
        _open.Remove(path);
        _text.Append("const ").Append(name).Append(" = (() => {\n").Append(body.Trim()).Append("\nreturn {")
            .AppendJoin(", ", exports).Append("};\n})();\n");
        return name;
    }

    private static string Resolve(string path, string from)
    {
        if (!from.StartsWith('.'))
        {
            throw new InvalidOperationException($"{path} imports {from}, which is no file beside it.");
        }

        return new Uri(new Uri($"http://x/{path}"), from).AbsolutePath[1..];
    }

    [GeneratedRegex(
        """(?<=^|[;\n])import\s*(?:(?<what>\{[^}]*\}|\*\s*as\s+\w+|[\w$]+)\s*from\s*)?["'](?<from>[^"']+)["'];?""",
        RegexOptions.None,
        Patience)]
    private static partial Regex Import();

    [GeneratedRegex(
        """(?<=^|[;}\n])export\s*\{(?<what>[^}]*)\};?""",
        RegexOptions.None,
        Patience)]
    private static partial Regex ExportList();

    [GeneratedRegex(
        """(?<=^|[;}\n])export\s+default\s+""",
        RegexOptions.None,
        Patience)]
    private static partial Regex ExportDefault();

    [GeneratedRegex(
        """(?<=^|\n)export\s+(?<what>(?:async\s+)?(?:function\*?|const|class)\s+(?<name>[\w$]+))""",
        RegexOptions.None,
        Patience)]
    private static partial Regex Export();

    [GeneratedRegex(
        """([\w$]+)\s+as\s+([\w$]+)""",
        RegexOptions.None,
        Patience)]
    private static partial Regex As();

    [GeneratedRegex("""^(?:export|import)\b.*|\bawait\s+import\b""", RegexOptions.Multiline, Patience)]
    private static partial Regex Left();
}
