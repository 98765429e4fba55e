namespace Pawl.Tidy.Layout;

public sealed class FloorsTests
{
    private static readonly IReadOnlyCollection<SourceFile> Sources = [.. Checkout.Under("src/", ".cs").Where(InProject)];

    [Fact]
    public void A_folder_uses_only_lower_floors() => Verdict.Clean(Floors.Check(Sources));

    [Fact]
    public void The_engine_was_read() => Assert.Contains(Sources, file => file.IsUnder("src/Pawl/"));

    [Fact]
    public void The_picture_of_the_floors_is_up_to_date() =>
        Approve.Text(Floors.Picture(Sources, Checkout.Under("src/", ".csproj")), "/docs/floors.md");

    [Theory]
    [InlineData("Pawl/Job.cs", "using Pawl.Storage;")]
    [InlineData("Pawl/Errors/Rules.cs", "using Pawl.Timing;")]
    [InlineData("Pawl/Running/Worker.cs", "using Pawl.Client;")]
    [InlineData("Pawl/Storage/Deep/Row.cs", "using Pawl.Running;")]
    [InlineData("Pawl/Job.cs", "using static Pawl.Storage.Migrator;")]
    [InlineData("Pawl/Job.cs", "using Row = global::Pawl.Storage.Row;")]
    [InlineData("Pawl/Job.cs", "class Job { Storage.Migrator? Sneaked; }")]
    [InlineData("Pawl/Job.cs", "global using Pawl;")]
    [InlineData("Pawl/Attic/Old.cs", "class Old;")]
    [InlineData("Pawl/Running/Worker.cs", "using Pawl.Attic;")]
    [InlineData("Pawl.Sqlite/Claim.cs", "using Pawl.Sqlite.Hosting;")]
    [InlineData("Pawl.Web/Api/Jobs.cs", "using Pawl.Web.Live;")]
    public void A_wrong_arrow_is_found(string path, string text) => Assert.NotEmpty(Floors.Check(Planted(path, text)));

    [Theory]
    [InlineData("Pawl/Storage/Row.cs", "using Pawl.Errors;\nusing Pawl.Telemetry;")]
    [InlineData("Pawl/Storage/Deep/Row.cs", "using Pawl.Storage;")]
    [InlineData("Pawl/Hosting/AddPawl.cs", "using Pawl.Running;\nusing Pawl.Client;")]
    [InlineData("Pawl/Job.cs", "// using Pawl.Storage;\nclass Job { string Text = \"Storage.Migrator\"; object X = My.Storage.Migrator; }")]
    [InlineData("Pawl.Sqlite/Claim.cs", "using Pawl.Storage;")]
    [InlineData("Pawl.Sqlite/Hosting/UseSqlite.cs", "using Pawl.Hosting;")]
    public void A_right_arrow_passes(string path, string text) => Assert.Empty(Floors.Check(Planted(path, text)));

    [Fact]
    public void The_picture_shows_each_arrow_from_both_ends()
    {
        var picture = Floors.Picture(
            Planted("Pawl/Running/Worker.cs", "using Pawl.Storage;"),
            [new("src/Pawl.Testing/Pawl.Testing.csproj", """<ProjectReference Include="../Pawl.Sqlite/Pawl.Sqlite.csproj" />""")]);

        Assert.Contains("| Pawl.Testing | Pawl.Sqlite |", picture);
        Assert.Contains("| 5 | Running | Storage | – |", picture);
        Assert.Contains("| 4 | Storage | – | Running |", picture);
    }

    private static IReadOnlyCollection<SourceFile> Planted(string path, string text) =>
        [new("src/Pawl/Storage/Migrator.cs", "class Migrator;"), new($"src/{path}", text)];

    private static bool InProject(SourceFile file) => file.Path.Count(letter => letter == '/') >= 2;
}
