using System.Globalization;

namespace Pawl.Chaos.Tests.Kill;

public sealed class OneOwnerTests
{
    private const int InUse = 7;

    [Theory]
    [InlineData("the same path")]
    [InlineData("a symbolic link")]
    [InlineData("a hard link")]
    public async Task A_second_process_on_a_file_ends_with_7_and_names_the_first(string way)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows asks for rights to make a link, and knows no SIGTERM.");
        using var course = new Course();
        await using var first = course.Start("long");
        await first.ReadyAsync();
        using var folder = new TempFolder();
        var path = folder["link.db"];
        switch (way)
        {
            case "a symbolic link":
                File.CreateSymbolicLink(path, course.Path);
                break;
            case "a hard link":
                Unix.Link(course.Path, path);
                break;
            default:
                path = course.Path;
                break;
        }

        await using var second = Victim.Start("drain", path, folder.FullPath);

        Assert.False(await second.IsReadyAsync());
        var death = await second.EndAsync();
        Assert.True(death.Exit == InUse, $"The second ended with {death}");
        Assert.Contains("storage_in_use", death.Errors, StringComparison.Ordinal);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"process {first.Pid}."), death.Errors, StringComparison.Ordinal);

        // The first noticed nothing.
        first.Ask();
        Assert.Equal(0, (await course.EndAsync(first)).Exit);
        Assert.Equal("ok", course.Integrity());
    }
}
