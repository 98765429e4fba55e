using System.Text.RegularExpressions;

namespace Pawl.Cli;

/// <summary>Keys and passwords are never told, wherever they were written.</summary>
internal static partial class Secrets
{
    private const string Mask = "***";

    /// <summary>A text in which each key is masked behind the part that says what it is for.</summary>
    public static string Masked(string text) => Key().Replace(text, $"$1{Mask}");

    /// <summary>An address without what may be a password or a key in it.</summary>
    public static string Address(string text)
    {
        var end = text.IndexOfAny(['?', '#']);
        var address = end < 0 ? text : $"{text[..end]}{text[end]}{Mask}";
        var user = address.LastIndexOf('@');
        var scheme = address.IndexOf("//", StringComparison.Ordinal);
        return Masked(user < 0 ? address : $"{(scheme >= 0 && scheme < user ? address[..(scheme + 2)] : "")}{Mask}{address[user..]}");
    }

    [GeneratedRegex(@"\b(pawl_[kwl]_)[A-Za-z0-9_-]+", RegexOptions.None, 1000)]
    private static partial Regex Key();
}
