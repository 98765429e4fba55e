using System.Text.RegularExpressions;

namespace Pawl.Tidy.Code;

/// <summary>A rule is broken only in the open: with a reason, and the engine's banned symbols only in the files named here.</summary>
public sealed partial class ExceptionsTests
{
    /// <summary>The files of the engine that may use a banned symbol, each for one reason. The simulator replaces what they do.</summary>
    private static readonly Dictionary<string, string> BannedUses = new()
    {
        ["src/Pawl/Running/Heartbeat.cs"] = "its own thread, so that a starved pool does not look like a dead worker",
        ["src/Pawl/Hosting/Loops.cs"] = "the one place that starts the loops without a context",
    };

    [Fact]
    public void Every_exception_bears_its_reason() => Verdict.Clean(Checkout.Files.Where(file => file.Is(".cs")).SelectMany(CheckReasons));

    [Theory]
    [InlineData("#pragma warning disable CA1031")]
    [InlineData("int a;\n#pragma warning disable RS0030\nint b;")]
    [InlineData("[SuppressMessage(\"Design\", \"CA1031\")]")]
    public void An_exception_without_a_reason_is_found(string text) => Assert.Single(CheckReasons(new("a.cs", text)));

    [Theory]
    [InlineData("#pragma warning disable CA1031 // the loop never dies: it reports and backs off")]
    [InlineData("// The loop never dies: it reports and backs off.\n#pragma warning disable CA1031\nx();\n#pragma warning restore CA1031")]
    [InlineData("[SuppressMessage(\"Design\", \"CA1031\", Justification = \"The loop never dies.\")]")]
    public void An_exception_with_a_reason_passes(string text) => Assert.Empty(CheckReasons(new("a.cs", text)));

    [Fact]
    public void The_engine_uses_a_banned_symbol_only_in_the_named_files() =>
        Verdict.Clean(CheckBannedUses(Checkout.Under("src/Pawl/", ".cs")));

    [Fact]
    public void A_banned_use_in_another_file_is_found() => Assert.Equal(
        ["src/Pawl/Client/Jobs.cs uses a banned symbol and is not one of the named files"],
        CheckBannedUses(
        [
            new("src/Pawl/Client/Jobs.cs", "#pragma warning disable RS0030 // handy"),
            new("src/Pawl/Running/Heartbeat.cs", "#pragma warning disable RS0030 // a thread"),
        ]));

    private static IEnumerable<string> CheckReasons(SourceFile file)
    {
        // This file plants them.
        if (file.Name == $"{nameof(ExceptionsTests)}.cs")
        {
            yield break;
        }

        var before = "";
        foreach (var (number, line) in file.Lines)
        {
            var pragma = line.TrimStart().StartsWith("#pragma warning disable", StringComparison.Ordinal)
                && !line.Contains("//", StringComparison.Ordinal)
                && !before.TrimStart().StartsWith("//", StringComparison.Ordinal);
            var attribute = line.Contains("SuppressMessage(", StringComparison.Ordinal)
                && !line.Contains("Justification", StringComparison.Ordinal);
            if (pragma || attribute)
            {
                yield return $"{file.Path}:{number}: {line.Trim()} says no reason";
            }

            before = line;
        }
    }

    private static IEnumerable<string> CheckBannedUses(IEnumerable<SourceFile> files) =>
        files
            .Where(file => BannedUse().IsMatch(file.Text) && !BannedUses.ContainsKey(file.Path))
            .Select(file => $"{file.Path} uses a banned symbol and is not one of the named files");

    [GeneratedRegex(@"RS0030")]
    private static partial Regex BannedUse();
}
