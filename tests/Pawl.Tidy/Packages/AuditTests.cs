using System.Text.RegularExpressions;

namespace Pawl.Tidy.Packages;

/// <summary>Known vulnerabilities of packages fail the restore, for every project and with no way round it.</summary>
public sealed partial class AuditTests
{
    private const string Props = "Directory.Build.props";

    private static readonly (string Name, string Value)[] Wanted =
    [
        ("NuGetAudit", "true"), ("NuGetAuditMode", "all"), ("NuGetAuditLevel", "low"), ("RestorePackagesWithLockFile", "true"),
        ("TreatWarningsAsErrors", "true"), ("WarningsAsErrors", "$(WarningsAsErrors);NU1901;NU1902;NU1903;NU1904"),
    ];

    [Fact]
    public void Every_restore_asks_for_known_vulnerabilities_and_fails_on_one() =>
        Verdict.Clean(CheckProps(Checkout.Files.Single(file => file.Path == Props)));

    [Fact]
    public void A_restore_that_asks_less_is_found() => Assert.Equal(
        [
            $"{Props}: NuGetAudit is not true", $"{Props}: NuGetAuditMode is not all", $"{Props}: NuGetAuditLevel is not low",
            $"{Props}: RestorePackagesWithLockFile is not true", $"{Props}: TreatWarningsAsErrors is not true",
            $"{Props}: WarningsAsErrors is not $(WarningsAsErrors);NU1901;NU1902;NU1903;NU1904",
        ],
        CheckProps(new(Props, "<NuGetAuditMode>direct</NuGetAuditMode>")));

    [Fact]
    public void No_project_looks_away() => Verdict.Clean(Checkout.Files.Where(IsBuild).SelectMany(CheckSilence));

    [Theory]
    [InlineData("<NoWarn>$(NoWarn);NU1903</NoWarn>")]
    [InlineData("<WarningsNotAsErrors>NU1901</WarningsNotAsErrors>")]
    [InlineData("<NuGetAuditSuppress Include=\"https://example.org/advisory\" />")]
    [InlineData("<NuGetAudit>false</NuGetAudit>")]
    [InlineData("<PackageReference Include=\"A\" NoWarn=\"NU1902\" />")]
    [InlineData("<NuGetAuditMode>direct</NuGetAuditMode>")]
    [InlineData("<NuGetAuditLevel>critical</NuGetAuditLevel>")]
    public void A_project_that_looks_away_is_found(string text) => Assert.Single(CheckSilence(new("src/A/A.csproj", text)));

    private static bool IsBuild(SourceFile file) =>
        file.Path != Props && (file.Is(".csproj") || file.Is(".props") || file.Is(".targets") || file.Is(".editorconfig")
            || file.IsUnder("samples/") || file.Is(".sh") || file.Is(".ps1") || file.IsUnder(".ci/"));

    private static IEnumerable<string> CheckProps(SourceFile props) =>
        from wanted in Wanted
        where !props.Text.Contains($"<{wanted.Name}>{wanted.Value}</{wanted.Name}>", StringComparison.Ordinal)
        select $"{props.Path}: {wanted.Name} is not {wanted.Value}";

    private static IEnumerable<string> CheckSilence(SourceFile file) =>
        from line in file.Lines
        where Silence().IsMatch(line.Text)
        select $"{file.Path}:{line.Number}: what is known of packages is not heard: {line.Text.Trim()}";

    [GeneratedRegex(@"NU190[1-4]|NuGetAudit(Suppress|Mode|Level)?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Silence();
}
