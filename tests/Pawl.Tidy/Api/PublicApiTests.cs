using System.Reflection;

namespace Pawl.Tidy.Api;

/// <summary>Whatever a user can write against is an approved text: a difference is either a line in the changelog or a bug.</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("Pawl")]
    [InlineData("Pawl.Sqlite")]
    [InlineData("Pawl.Postgres")]
    [InlineData("Pawl.EntityFrameworkCore")]
    [InlineData("Pawl.Testing")]
    [InlineData("Pawl.Web")]
    public void The_public_surface_is_the_approved_one(string project) =>
        Approve.Text(PublicApi.Of(Assembly.Load(project).GetExportedTypes()), $"/tests/Pawl.Tidy/PublicApi/{project}.txt");

    [Fact]
    public void Every_shipped_library_has_an_approved_surface()
    {
        var shown = typeof(PublicApiTests).GetMethod(nameof(The_public_surface_is_the_approved_one))!
            .GetCustomAttributes<InlineDataAttribute>()
            .SelectMany(line => line.Data)
            .Order();
        var shipped = Checkout.Under("src/", ".csproj").Select(file => (object?)Path.GetFileNameWithoutExtension(file.Name)).Order();

        Assert.Equal(shipped.Where(name => name is not "Pawl.Cli"), shown);
    }

    [Fact]
    public void The_text_shows_what_a_caller_depends_on() =>
        Approve.Text(PublicApi.Of([typeof(SampleApi)]), "SampleApi.txt");
}
