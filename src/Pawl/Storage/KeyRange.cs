namespace Pawl.Storage;

/// <summary>The texts that begin alike, as a range of their bytes in UTF-8.</summary>
internal static class KeyRange
{
    // Above every text: no character comes after it.
    private const string End = "\U0010FFFF";

    /// <summary>From the first, which is in the range, to the end, which is not.</summary>
    public static (string From, string To) Of(string? prefix)
    {
        if (string.IsNullOrEmpty(prefix))
        {
            return ("", End);
        }

        return (prefix, prefix + End);
    }
}
