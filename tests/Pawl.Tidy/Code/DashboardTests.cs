using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pawl.Tidy.Code;

/// <summary>What the code of the dashboard may not hold, and that the code of others in it is as it came.</summary>
public sealed partial class DashboardTests
{
    private const string Root = "src/Pawl.Web/Dashboard/wwwroot/";
    private const string Notices = "THIRD-PARTY-NOTICES.txt";

    [Fact]
    public void Nothing_in_a_page_is_made_from_text() =>
        Verdict.Clean(Checkout.Files.Where(file => file.IsUnder(Root) && !file.IsVendored).SelectMany(Check));

    [Theory]
    [InlineData("a.js", "element.inner" + "HTML = name;")]
    [InlineData("a.js", "html`<b dangerouslySet" + "InnerHTML=${x} />`")]
    [InlineData("a.js", "ev" + "al(text)")]
    [InlineData("a.js", "new Func" + "tion('a')")]
    [InlineData("a.js", "html`<b sty" + "le=${x}>`")]
    [InlineData("a.html", "<b sty" + "le='color:red'>")]
    [InlineData("a.html", "<script>alert(1)</script>")]
    [InlineData("a.html", "<a href=\"/jobs\">")]
    [InlineData("a.html", "<script src=\"https://cdn.example/x.js\"></script>")]
    [InlineData("a.js", "fetch('/api/jobs')")]
    [InlineData("a.js", "import x from 'preact';")]
    [InlineData("a.js", "document.wri" + "te(text)")]
    public void What_a_strict_policy_or_another_prefix_would_break_is_found(string name, string text) =>
        Assert.NotEmpty(Check(new(Root + name, text)));

    [Theory]
    [InlineData("a.js", "element.style.setProperty(name, value);")]
    [InlineData("a.js", "import { html } from './html.js';")]
    [InlineData("a.js", "const half = a / b;")]
    [InlineData("a.html", "<script type=\"module\" src=\"{root}a/{hash}/app.js\"></script>")]
    public void What_is_allowed_passes(string name, string text) => Assert.Empty(Check(new(Root + name, text)));

    [Fact]
    public void Views_know_nothing_of_each_other() => Verdict.Clean(Checkout.Under(Root + "views/", ".js").SelectMany(CheckView));

    [Fact]
    public void A_view_that_uses_another_is_found() =>
        Assert.Single(CheckView(new(Root + "views/a.js", "import { B } from './b.js';\nimport { html } from '../html.js';\n")));

    [Fact]
    public void What_others_wrote_is_as_it_came() => Verdict.Clean(CheckVendor(
        File.ReadAllText(Repository.PathTo(Root + "vendor/vendor.json")),
        Checkout.Paths.Where(static path => path.StartsWith(Root + "vendor/", StringComparison.Ordinal)
            && !path.EndsWith(".json", StringComparison.Ordinal)),
        path => File.ReadAllBytes(Repository.PathTo(path)),
        File.ReadAllText(Repository.PathTo(Notices))));

    [Fact]
    public void A_changed_file_one_too_many_and_a_missing_licence_are_found() => Assert.Equal(
        [
            "x 1.0 is not in THIRD-PARTY-NOTICES.txt",
            $"{Root}vendor/x.js is not as vendor.json has it",
            $"{Root}vendor/y.js is not in vendor.json",
        ],
        CheckVendor(
            """[{"name":"x","version":"1.0","files":[{"file":"x.js","sha256":"0"}]}]""",
            [Root + "vendor/x.js", Root + "vendor/y.js"],
            _ => Encoding.UTF8.GetBytes("x"),
            "x 2.0"));

    private static IEnumerable<string> Check(SourceFile file)
    {
        foreach (var (number, line) in file.Lines)
        {
            var forbidden = file.Is(".html") ? Page() : Script();
            if ((file.Is(".js") || file.Is(".html")) && forbidden.Match(line) is { Success: true } found)
            {
                yield return $"{file.Path}:{number}: {found.Value}";
            }
        }
    }

    private static IEnumerable<string> CheckView(SourceFile file) =>
        OtherView().Matches(file.Text).Select(found => $"{file.Path}: {found.Value}");

    private static IEnumerable<string> CheckVendor(
        string record, IEnumerable<string> paths, Func<string, byte[]> read, string notices)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        using var json = JsonDocument.Parse(record);
        foreach (var library in json.RootElement.EnumerateArray())
        {
            var name = $"{library.GetProperty("name").GetString()} {library.GetProperty("version").GetString()}";
            if (!notices.Contains(name, StringComparison.Ordinal))
            {
                yield return $"{name} is not in {Notices}";
            }

            foreach (var file in library.GetProperty("files").EnumerateArray())
            {
                var path = $"{Root}vendor/{file.GetProperty("file").GetString()}";
                known.Add(path);
                if (Convert.ToHexStringLower(SHA256.HashData(read(path))) != file.GetProperty("sha256").GetString())
                {
                    yield return $"{path} is not as vendor.json has it";
                }
            }
        }

        foreach (var path in paths.Where(path => !known.Contains(path)))
        {
            yield return $"{path} is not in vendor.json";
        }
    }

    [GeneratedRegex(@"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|\beval\(|new Function\(|\sstyle=|document\.write"
        + @"|['""`](?:https?:)?//(?!www\.w3\.org)[\w.]|(?:fetch|URL)\(['""`]/|from ['""][^.]|javascript:")]
    private static partial Regex Script();

    [GeneratedRegex(@"\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|(?:src|href|action)=""(?!\{root\})|javascript:")]
    private static partial Regex Page();

    [GeneratedRegex(@"from '\./[^']+'")]
    private static partial Regex OtherView();
}
