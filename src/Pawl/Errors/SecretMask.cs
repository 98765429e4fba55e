using System.Text.RegularExpressions;

namespace Pawl.Errors;

/// <summary>Replaces what looks like a secret by <c>***</c>: rather one word too many than one secret too few.</summary>
/// <remarks>
/// Every pattern runs without backtracking, so the time grows with the length of the text and hostile text cannot change that.
/// <c>secret://name</c> is a reference and stays.
/// </remarks>
internal static class SecretMask
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mask = "***";

    // Names that announce a secret. Nothing may follow them but the sign: max_tokens=100 is none.
    private const string Names =
        @"(?:password|passwd|passphrase|pwd|secret|token|credentials?|signature|\bsig|_sig"
        + @"|(?:api|access|account|private|signing|encryption|subscription|secret)[_\-]?key)";

    private const RegexOptions Safe = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private static readonly Regex Pem = new(@"-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----[\s\S]*?(?:-----END [A-Z0-9 ]*-----|\z)", Safe);

    // A user name may stay, a password may hold anything that does not end the authority.
    private static readonly Regex UserInfo = new(@"(?<keep>://[^\s/?#:@""]*:)[^\s/""]+@", Safe);

    private static readonly Regex Header = new(
        @"(?<keep>\bauthorization\\*[""']?\s*[:=]\s*\\*[""']?"
        + @"(?:(?:bearer|basic|digest|negotiate|token|apikey|aws4-hmac-sha256)\s+)?)[^\s""']+"
        + @"|(?<keep>\b(?:set-)?cookie\\*[""']?\s*:\s*\\*[""']?)[^\r\n""]+",
        Safe | RegexOptions.IgnoreCase);

    private static readonly Regex Scheme = new(
        @"\b(?<keep>(?<scheme>bearer|basic)\s+)(?<value>[A-Za-z0-9._~+/=\-]+)", Safe | RegexOptions.IgnoreCase);

    // name=value in all its dresses: connection strings, queries, JSON, JSON inside a string. A bare colon needs a name that is never
    // followed by an innocent word, so that "Unexpected token: }" stays readable.
    private static readonly Regex Assigned = new(
        $@"(?<keep>{Names}(?:\\*[""']?\s*={{1,2}}>?|\\*[""']\s*:)\s*)(?:{Value})"
        + $@"|(?<keep>(?:password|passwd|passphrase|pwd|secret|[_\-](?:token|key|secret)|(?:api|access|private)key)\s*:\s*)(?:{BareValue})",
        Safe | RegexOptions.IgnoreCase);

    private const string Value = @"(?<open>\\+[""'])[^""'\\]*|(?<open>"")(?:[^""\\]|\\[\s\S])*|(?<open>')[^']*|[^\s;&""']" + @"[^\s;&""]*";

    private const string BareValue = @"(?<open>[""'])[^""']*|[^\s;&""'/]" + @"[^\s;&""]*";

    private static readonly string[] Prose = ["authentication", "authorization", "token", "tokens", "scheme", "realm=", "error=", "scope="];

    // Secrets that are known by their shape alone.
    private static readonly Regex Shape = new(
        @"\beyJ[A-Za-z0-9_\-]{5,}(?:\.[A-Za-z0-9_\-]*){1,4}"
        + @"|\bpawl_[kwl]_[A-Za-z0-9_\-]+"
        + @"|\b(?:sk|rk|pk)[-_][A-Za-z0-9_\-]{8,}"
        + @"|\bgh[opsur]_[A-Za-z0-9]{6,}|\bgithub_pat_[A-Za-z0-9_]{6,}|\bglpat-[A-Za-z0-9_\-]{6,}"
        + @"|\bxox[a-z]-[A-Za-z0-9\-]{6,}|\bhf_[A-Za-z0-9]{16,}|\bnpm_[A-Za-z0-9]{16,}|\bAIza[A-Za-z0-9_\-]{16,}"
        + @"|\b(?:AKIA|ASIA)[A-Z0-9]{8,}",
        Safe);

    private static readonly Regex SecretName = new($"(?:{Names}|authorization|cookie)$", Safe | RegexOptions.IgnoreCase);

    /// <summary>The text without its secrets.</summary>
    public static string Apply(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var masked = Pem.Replace(text, Mask);
        masked = UserInfo.Replace(masked, "${keep}" + Mask + "@");
        masked = Header.Replace(masked, "${keep}" + Mask);
        masked = Assigned.Replace(masked, "${keep}${open}" + Mask);
        masked = Scheme.Replace(masked, static match => IsWord(match) ? match.Value : match.Groups["keep"].Value + Mask);
        return Shape.Replace(masked, Mask);
    }

    /// <summary>Whether a member of this name holds a secret whatever its value looks like.</summary>
    public static bool IsSecretName(string name) => SecretName.IsMatch(name);

    // "Bearer authentication", "Bearer realm=…", "basic checks": prose and challenges, not credentials.
    private static bool IsWord(Match match)
    {
        var value = match.Groups["value"].ValueSpan;
        if (match.Groups["scheme"].ValueSpan.Equals("basic", StringComparison.OrdinalIgnoreCase))
        {
            return value.Length < 8 || !value.ContainsAnyExceptInRange('a', 'z');
        }

        foreach (var word in Prose)
        {
            if (value.TrimEnd('.').Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
