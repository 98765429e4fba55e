using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pawl.Testing;
using TestKit;

namespace Pawl.Tests.Declared;

/// <summary>The example of the page on types without C#.</summary>
public sealed class HandlersPageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_example_makes_cards()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The example is a shell script with a limit on memory.");
        using var folder = new TempFolder();
        var sample = Repository.PathTo("samples/handlers");
        File.Copy(Path.Combine(sample, "make-cards"), folder["make-cards"]);
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(sample, "pawl.json"))
            .AddInMemoryCollection([new("Pawl:Types:cards.commit:Command:WorkingDirectory", folder.FullPath)])
            .Build();
        await using var test = await PawlTest.StartAsync(pawl => pawl.AddDeclaredTypes(configuration), cancellationToken: Token);

        var good = (await test.EnqueueAsync("cards.commit", """{"repoPath":"/r","commit":"a1b2"}""")).Id;
        var bad = (await test.EnqueueAsync("cards.commit", """{"repoPath":"/r","commit":"no commit"}""")).Id;
        await test.AdvanceAsync(TimeSpan.FromMinutes(1), Token);

        var job = await test.Jobs.GetAsync(good, Token);
        Assert.Equal((JobState.Succeeded, """{"cards":1}"""), (job.State, Encoding.UTF8.GetString(job.Result!.Value.Span)));
        var cards = await test.Jobs.ReadArtifactAsync(good, "cards.csv", Token);
        Assert.Equal("front;back\na1b2;/r\n", Encoding.UTF8.GetString(cards!.Value.Span));
        Assert.Equal(ErrorCategory.InvalidInput, (await test.Jobs.GetAsync(bad, Token)).Error!.Category);
    }
}
