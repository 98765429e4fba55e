using System.Reflection;

namespace TestKit;

/// <summary>The checkout these tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder that holds Pawl.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The source folder of the running test project, such as <c>…/tests/Pawl.Tests</c>.</summary>
    public static string TestProject { get; } = Path.Combine(Root, "tests", Assembly.GetExecutingAssembly().GetName().Name!);

    /// <summary>A path in the checkout, given with forward slashes.</summary>
    public static string PathTo(string relative) => Path.Combine([Root, .. relative.Split('/')]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pawl.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException(
            $"No folder above {AppContext.BaseDirectory} holds Pawl.slnx. Run the tests from a checkout, not from a copy of its output.");
    }
}
