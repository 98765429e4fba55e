using System.Diagnostics;

namespace Pawl.EndToEnd.Tests.Docs;

/// <summary>The single-file samples that end by themselves: each is built and run, and says what it should. One after the other, for each
/// build takes the whole machine.</summary>
[Collection("builds")]
public sealed class SamplesTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("01-hello", "^Job 1 Succeeded on attempt 1, priority 40 ")]
    [InlineData("02-test", "^Job 1 Succeeded at ")]
    [InlineData("03-retry-and-resume", @"^Job 1 Succeeded: 6 of 6 pages in 2 attempts\.")]
    [InlineData("07-outbox", @"^Job 1 is saved; hat was packed\.")]
    public Task A_sample_does_what_it_says(string sample, string says) => RunAsync(sample, says);

    [Fact]
    public async Task The_sample_on_PostgreSQL_does_what_it_says()
    {
        var programs = PostgresCluster.Programs();
        Assert.SkipWhen(programs is null && !PostgresCluster.Required, $"No PostgreSQL for the tests: {PostgresCluster.Remedy}");
        using var database = PostgresServer.Start(programs!);

        await RunAsync("06-own-transaction", @"^Job \d+ Succeeded\.", database.ConnectionString);
    }

    [Fact]
    public void No_sample_is_left_out()
    {
        var tested = typeof(SamplesTests).GetMethods().SelectMany(method => method.GetCustomAttributesData())
            .Where(data => data.AttributeType == typeof(InlineDataAttribute))
            .Select(data => ((IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)data.ConstructorArguments[0].Value!)[0].Value)
            .Concat(["06-own-transaction", "08-web", "demo"]);   // of which the last two are servers: ServerSampleTests

        Assert.Equal(
            Directory.GetFiles(Repository.PathTo("samples"), "*.cs").Select(Path.GetFileNameWithoutExtension).Order(), tested.Order());
    }

    private async Task RunAsync(string sample, string says, params string[] words)
    {
        var start = new ProcessStartInfo("dotnet", ["run", Repository.PathTo($"samples/{sample}.cs"), .. words])
        {
            WorkingDirectory = _folder.FullPath, RedirectStandardOutput = true, RedirectStandardError = true,

            // Whether they are well written is the build's matter; here it would be most of the time.
            Environment = { ["RunAnalyzers"] = "false", ["UseSharedCompilation"] = "true" },
        };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit, TestContext.Current.CancellationToken);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        var said = await output;
        Assert.True(process.ExitCode == 0, $"{sample} ended with {process.ExitCode}\n{said}\n{await errors}");
        Assert.Contains(said.Split('\n'), line => System.Text.RegularExpressions.Regex.IsMatch(line, says));
    }
}
