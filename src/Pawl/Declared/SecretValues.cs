using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Pawl.Errors;

namespace Pawl.Declared;

/// <summary>The secrets of <c>Pawl:Secrets</c>, read when they are needed, on the worker that needs them.</summary>
/// <remarks>A secret is a text, or <c>{ "File": "/run/secrets/hook-key" }</c>, or <c>{ "Environment": "HOOK_KEY" }</c>.</remarks>
internal sealed partial class SecretValues(IConfiguration configuration)
{
    private const int MostBytes = 65_536;

    /// <summary>A text with its secrets in place; each of them is added to those that must not be shown.</summary>
    /// <exception cref="JobException">A secret is not there: category configuration.</exception>
    public string Resolve(string text, ICollection<string> hidden) => Reference().Replace(text, match =>
    {
        var value = Read(match.Groups["name"].Value);
        hidden.Add(value);
        return value;
    });

    /// <summary>A text without the secrets that were put in anywhere.</summary>
    public static string Mask(string text, IEnumerable<string> hidden)
    {
        foreach (var secret in hidden.Where(secret => secret.Length > 0).OrderByDescending(secret => secret.Length))
        {
            text = text.Replace(secret, SecretMask.Mask, StringComparison.Ordinal);
        }

        return text;
    }

    private string Read(string name)
    {
        var section = configuration.GetSection($"Pawl:Secrets:{name}");
        var value = section.Value is { Length: > 0 } text ? text
            : section["File"] is { } file ? OfFile(name, file)
            : section["Environment"] is { } variable ? Environment.GetEnvironmentVariable(variable)
            : null;
        if (value is not { Length: > 0 })
        {
            throw Missing(name, "it is not set. Set Pawl:Secrets, or Pawl__Secrets__<name> in the environment of the worker.");
        }

        return !value.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? value
            : throw Missing(name, "it has letters that no header can have.");
    }

    private static string OfFile(string name, string file)
    {
        try
        {
            return new FileInfo(file).Length <= MostBytes
                ? File.ReadAllText(file).Trim()
                : throw Missing(name, "its file is too large for a secret.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Missing(name, "its file cannot be read.");
        }
    }

    private static JobException Missing(string name, string why) =>
        new(ErrorCategory.Configuration, $"The secret {Shown.Text(name)} cannot be used: {why}", "secret_missing");

    [GeneratedRegex("secret://(?<name>[A-Za-z0-9][A-Za-z0-9._-]*)", RegexOptions.NonBacktracking)]
    private static partial Regex Reference();
}
