using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Pawl.Errors;

/// <summary>Gives equal failures an equal short name, so that a thousand of them are one line on a screen.</summary>
/// <remarks>
/// The first 8 hexadecimal digits of SHA-256 over five lines: job type, category, code, exception type, place.
/// The place is the innermost frame of the stack that is not of .NET, its libraries or Pawl: its method, without file and line, so that
/// an edit above it changes nothing. Where no such frame is, the place is the first line of the message.
/// Numbers and hexadecimal ids in the place count as equal.
/// </remarks>
internal static class Fingerprint
{
    private static readonly Regex Ids = new(
        @"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b0x[0-9a-f]+\b|\b[0-9a-f]*[0-9][0-9a-f]*\b|[0-9]+",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);

    private static readonly string[] NotTheirs =
    [
        "System.", "Microsoft.", "Npgsql.", "Polly.", "SQLitePCL.", "Pawl.Running.", "Pawl.Errors.", "Pawl.Storage.", "Pawl.Client.",
        "Pawl.Hosting.", "Pawl.Maintenance.", "Pawl.Telemetry.", "Pawl.Sqlite.", "Pawl.Postgres.", "Pawl.Web.",
    ];

    /// <summary>The fingerprint of an error of a job type.</summary>
    public static string Of(string type, JobError error)
    {
        var place = Ids.Replace(UserFrame(error.Stack) ?? FirstLine(error.Message), "#");
        var text = string.Join('\n', type, Words.Of(error.Category), error.Code, error.Exception, place);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
    }

    private static string? UserFrame(string? stack)
    {
        foreach (var line in stack.AsSpan().EnumerateLines())
        {
            var frame = line.TrimStart();
            if (frame.Length == line.Length || !frame.StartsWith("at "))
            {
                continue;
            }

            var arguments = frame.IndexOf('(');
            var method = frame[3..(arguments < 0 ? frame.Length : arguments)].ToString();
            if (!Array.Exists(NotTheirs, known => method.StartsWith(known, StringComparison.Ordinal)))
            {
                return method;
            }
        }

        return null;
    }

    private static string FirstLine(string message)
    {
        var end = message.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? message : message[..end];
    }
}
