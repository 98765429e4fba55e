namespace Pawl.Tests.Rules;

/// <summary>Compares a text with the approved file; with <c>PAWL_APPROVE=1</c> in the environment it writes the file instead.</summary>
internal static class Approve
{
    public static void File(string pathFromRepositoryRoot, string text)
    {
        var path = Path.Combine(Root(), pathFromRepositoryRoot);
        if (Environment.GetEnvironmentVariable("PAWL_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            System.IO.File.WriteAllText(path, text);
        }

        var approved = System.IO.File.Exists(path) ? System.IO.File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        var remedy = "Run the tests with PAWL_APPROVE=1 and read the difference.";
        Assert.True(approved == text, $"{pathFromRepositoryRoot} is stale. {remedy}");
    }

    private static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !System.IO.File.Exists(Path.Combine(at.FullName, "Pawl.slnx")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new DirectoryNotFoundException("No Pawl.slnx above the tests.");
    }
}
