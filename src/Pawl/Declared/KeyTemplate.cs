using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pawl.Declared;

/// <summary>A key made from the payload, such as <c>repo:{repoPath}</c>.</summary>
internal static class KeyTemplate
{
    /// <summary>The key; always one that is allowed, and another one for another payload.</summary>
    public static string Fill(Template template, JsonElement payload)
    {
        var key = template.Fill(payload, static (_, value, _) => Visible(value));
        return key.Length <= Names.MaxKey
            ? key
            : string.Concat(key.AsSpan(0, Names.MaxKey - 65), "#", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))));
    }

    // Blanks and letters of other scripts have no place in a key; written as in an address they stay apart.
    private static string Visible(string value)
    {
        if (!value.AsSpan().ContainsAnyExceptInRange('!', '~') && !value.Contains('%', StringComparison.Ordinal))
        {
            return value;
        }

        var key = new StringBuilder();
        foreach (var one in Encoding.UTF8.GetBytes(value))
        {
            if (one is > 0x20 and < 0x7f and not (byte)'%')
            {
                key.Append((char)one);
            }
            else
            {
                key.Append(CultureInfo.InvariantCulture, $"%{one:X2}");
            }
        }

        return key.ToString();
    }
}
