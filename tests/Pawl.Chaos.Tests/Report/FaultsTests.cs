using System.Text.RegularExpressions;

namespace Pawl.Chaos.Tests.Report;

/// <summary>The list of faults, which chaos.sh prints, tells the truth about what proves each.</summary>
public sealed class FaultsTests
{
    private const int Faults = 44;
    private const string Project = "tests/Pawl.Chaos.Tests";

    private static readonly string Sources = string.Concat(
        Directory.GetFiles(Repository.PathTo(Project), "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(File.ReadAllText));

    public static IEnumerable<TheoryDataRow<string, string>> Rows =>
        Read().Where(row => !row.How.StartsWith("not built", StringComparison.Ordinal))
            .Select(row => new TheoryDataRow<string, string>(row.Fault, row.How));

    [Fact]
    public void Every_fault_has_a_row()
    {
        var rows = Read();
        Assert.Equal(Enumerable.Range(1, Faults).Select(n => $"F{n}"), rows.Select(row => row.Fault).Distinct());
        Assert.All(rows, row => Assert.NotEmpty(row.What));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_is_said_to_prove_a_fault_is_there(string fault, string how)
    {
        if (how is "quick" or "full")
        {
            Assert.Matches($"FaultRow\\.Begin\\(\\s*output, \\$?\"{fault}[\".]", Sources);
            return;
        }

        var (file, test) = how.Split(' ') is [var path, var name] ? (path, name) : throw new FormatException(how);
        Assert.Matches($"public (async )?(Task|void) {Regex.Escape(test)}\\(", File.ReadAllText(Repository.PathTo(file)));
    }

    private static List<(string Fault, string What, string How)> Read() =>
    [
        .. File.ReadLines(Repository.PathTo($"{Project}/Report/Faults.txt"))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split(" | "))
            .Select(words => words is [var fault, var what, var how] ? (fault, what, how)
                : throw new FormatException(string.Join(" | ", words))),
    ];
}
