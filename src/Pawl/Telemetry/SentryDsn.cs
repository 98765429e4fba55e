using System.Diagnostics.CodeAnalysis;

namespace Pawl.Telemetry;

/// <summary>Where an error tracker takes reports: <c>https://public-key@host/project</c>.</summary>
internal sealed record SentryDsn(Uri Envelope, string PublicKey)
{
    /// <summary>Without its key, which belongs in no log.</summary>
    public string Place => Envelope.GetLeftPart(UriPartial.Authority);

    public static bool TryParse(string? text, [NotNullWhen(true)] out SentryDsn? dsn)
    {
        dsn = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            return false;
        }

        var key = uri.UserInfo.Split(':')[0];
        var path = uri.AbsolutePath.TrimEnd('/');
        var project = path[(path.LastIndexOf('/') + 1)..];
        if (key.Length == 0 || !key.All(char.IsAsciiLetterOrDigit) || project.Length == 0 || !project.All(char.IsAsciiLetterOrDigit))
        {
            return false;
        }

        dsn = new(new($"{uri.Scheme}://{uri.Authority}{path[..^project.Length]}api/{project}/envelope/"), key);
        return true;
    }

    /// <summary>Without its key, too.</summary>
    public override string ToString() => Place;
}
