namespace Pawl.Tidy;

/// <summary>Turns what a rule found into the outcome of a test.</summary>
internal static class Verdict
{
    public static void Clean(IEnumerable<string> problems)
    {
        var found = problems.ToList();
        if (found.Count > 0)
        {
            Assert.Fail($"{found.Count} found:\n{string.Join('\n', found)}");
        }
    }
}
