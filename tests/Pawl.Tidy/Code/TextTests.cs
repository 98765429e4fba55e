using System.Text.RegularExpressions;

namespace Pawl.Tidy.Code;

/// <summary>What no file may hold, whatever it is about.</summary>
public sealed partial class TextTests
{
    private const int Columns = 140;
    private static readonly string[] Code = [".cs", ".sql", ".js", ".css", ".sh", ".ps1", ".csproj", ".props", ".targets", ".editorconfig"];

    [Fact]
    public void No_marker_of_unfinished_work_is_left() => Verdict.Clean(Checkout.Files.SelectMany(CheckLeftovers));

    [Theory]
    [InlineData("docs/a.md", "Some day. TO" + "DO: more.")]
    [InlineData("src/Pawl/A.cs", "// FIX" + "ME")]
    [InlineData("src/Pawl/A.sql", "-- HA" + "CK around the planner")]
    [InlineData("test.sh", "# X" + "XX")]
    [InlineData("tests/x.test.js", "test.on" + "ly('a', () => {})")]
    [InlineData("src/Pawl/A.cs", "throw new NotImplemented" + "Exception();")]
    [InlineData("src/Pawl/A.cs", "Console.Write" + "Line(1);")]
    [InlineData("src/Pawl/A.cs", "Debugger.Lau" + "nch();")]
    [InlineData("tests/Pawl.Storage.Tests/Spec/A.cs", "[Fact(Sk" + "ip = \"slow\")]")]
    public void A_marker_is_found(string path, string text) => Assert.Single(CheckLeftovers(new(path, text)));

    [Theory]
    [InlineData("src/Pawl/A.cs", "/// <summary>Console.WriteLine shows nothing in a service.</summary>")]
    [InlineData("src/Pawl.Cli/A.cs", "Console.WriteLine(1);")]
    [InlineData("samples/01-hello.cs", "Console.WriteLine(1);")]
    [InlineData("test.sh", "mktemp -d /tmp/pawl-XXXXXX")]
    public void What_only_looks_like_a_marker_passes(string path, string text) => Assert.Empty(CheckLeftovers(new(path, text)));

    [Fact]
    public void No_line_of_code_is_longer_than_140_columns() =>
        Verdict.Clean(Checkout.Files.Where(file => Code.Any(file.Is) && !file.IsVendored).SelectMany(CheckLength));

    [Fact]
    public void A_long_line_is_found() => Assert.Equal(
        ["a.cs:2: 141 columns"],
        CheckLength(new("a.cs", $"{new string('x', Columns)}\n{new string('x', Columns + 1)}\n")));

    [Fact]
    public void Every_line_ends_in_one_way() => Verdict.Clean(Checkout.Files.SelectMany(CheckEnds));

    [Fact]
    public void A_carriage_return_and_a_byte_order_mark_are_found() => Assert.Equal(
        ["a.cs: has carriage returns", "b.cs: begins with a byte order mark"],
        ((SourceFile[])[new("a.cs", "a\r\n"), new("b.cs", "\uFEFFa\n"), new("c.cmd", "a\r\n"), new("d.cs", "a\n")]).SelectMany(CheckEnds));

    [Fact]
    public void Nobody_needs_npm() => Verdict.Clean(Checkout.Files.SelectMany(CheckNpm));

    [Theory]
    [InlineData("test.sh", "npm ci && n" + "pm test")]
    [InlineData("src/Pawl.Web/Pawl.Web.csproj", "<Exec Command=\"npx esbuild app.js\" />")]
    [InlineData("tests/A.cs", "new ProcessStartInfo(\"yarn\")")]
    [InlineData("src/Pawl.Web/package.json", "{}")]
    public void A_call_of_npm_is_found(string path, string text) => Assert.NotEmpty(CheckNpm(new(path, text)));

    [Fact]
    public void A_file_name_of_npm_in_data_passes() =>
        Assert.Empty(CheckNpm(new("samples/cards/A.cs", "[\"package-lock.json\", \"yarn.lock\"]")));

    private static IEnumerable<string> CheckLeftovers(SourceFile file)
    {
        // This file plants them.
        if (file.Name == $"{nameof(TextTests)}.cs")
        {
            yield break;
        }

        foreach (var (number, line) in file.Lines)
        {
            if (Marker().Match(line) is { Success: true } found)
            {
                yield return $"{file.Path}:{number}: {found.Value}";
            }
        }

        var shipped = file.IsUnder("src/") && !file.IsUnder("src/Pawl.Cli/") && file.Is(".cs");
        foreach (var (number, line) in SourceFile.NumberLines(shipped ? CSharpText.CodeOnly(file.Text) : ""))
        {
            if (Output().Match(line) is { Success: true } found)
            {
                yield return $"{file.Path}:{number}: {found.Value}";
            }
        }

        if (file.IsUnder("tests/Pawl.Storage.Tests/Spec/") && Skip().IsMatch(CSharpText.CodeOnly(file.Text)))
        {
            yield return $"{file.Path}: a promise that is skipped is no promise";
        }
    }

    private static IEnumerable<string> CheckLength(SourceFile file) =>
        file.Lines.Where(line => line.Text.Length > Columns).Select(line => $"{file.Path}:{line.Number}: {line.Text.Length} columns");

    private static IEnumerable<string> CheckEnds(SourceFile file)
    {
        if (file.Text.Contains('\r') && !file.Is(".cmd"))
        {
            yield return $"{file.Path}: has carriage returns";
        }

        if (file.Text.StartsWith('\uFEFF'))
        {
            yield return $"{file.Path}: begins with a byte order mark";
        }
    }

    private static IEnumerable<string> CheckNpm(SourceFile file)
    {
        if (file.Name == "package.json")
        {
            yield return $"{file.Path}: building, testing and using Pawl needs no npm";
        }

        if (file.Is(".md") || file.Name == $"{nameof(TextTests)}.cs")
        {
            yield break;
        }

        foreach (var (number, line) in file.Lines)
        {
            if (Npm().Match(line) is { Success: true } found)
            {
                yield return $"{file.Path}:{number}: {found.Value}; building, testing and using Pawl needs no npm";
            }
        }
    }

    [GeneratedRegex(@"\b(?:TODO|FIXME|HACK|XXX|NotImplementedException)\b|\b(?:it|test|describe|suite)\.only\b")]
    private static partial Regex Marker();

    [GeneratedRegex(@"\bConsole\.\w+|\bDebugger\.(?:Launch|Break)\b")]
    private static partial Regex Output();

    [GeneratedRegex(@"\bSkip(?:When|Unless|Exceptions)?\s*=")]
    private static partial Regex Skip();

    [GeneratedRegex(@"(?<![\w./-])(?:npm|npx|pnpm|yarn)(?:\.cmd)?(?![\w./-])")]
    private static partial Regex Npm();
}
