using System.Text.RegularExpressions;

namespace Pawl.Tidy.Code;

/// <summary>Operators filter by the number of a log line: each has one, and no two share it.</summary>
public sealed partial class EventIdsTests
{
    [Fact]
    public void Every_log_line_has_a_number_of_its_own() => Verdict.Clean(Check(Checkout.Under("src/", ".cs")));

    [Fact]
    public void A_number_given_twice_and_a_line_without_one_are_found() => Assert.Equal(
        ["1201 is the number of a.cs:1 and b.cs:2", "b.cs:3: a log line needs a number"],
        Check(
        [
            new("a.cs", "[LoggerMessage(1201, LogLevel.Warning, \"\")]\n[LoggerMessage(\n    EventId = 7,\n    Level = LogLevel.Debug)]"),
            new("b.cs", "[LoggerMessage(1202, LogLevel.Debug, \"\")]\n[LoggerMessage(EventId = 1201)]\n[LoggerMessage(Message = \"x\")]"),
        ]));

    private static IEnumerable<string> Check(IEnumerable<SourceFile> files)
    {
        var known = new Dictionary<string, string>();
        foreach (var file in files)
        {
            foreach (Match match in LogLine().Matches(file.Text))
            {
                var where = $"{file.Path}:{file.Text.AsSpan(0, match.Index).Count('\n') + 1}";
                if (!match.Groups[1].Success)
                {
                    yield return $"{where}: a log line needs a number";
                }
                else if (!known.TryAdd(match.Groups[1].Value, where))
                {
                    yield return $"{match.Groups[1].Value} is the number of {known[match.Groups[1].Value]} and {where}";
                }
            }
        }
    }

    [GeneratedRegex(@"\[LoggerMessage\((?:\s*(?:[^""\]]*?\bEventId\s*=\s*)?(\d+))?")]
    private static partial Regex LogLine();
}
