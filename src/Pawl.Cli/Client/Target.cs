namespace Pawl.Cli.Client;

/// <summary>Which server is asked, with which key, and where each of the two was said. Order: option, environment, profile,
/// default.</summary>
internal sealed class Target
{
    public const string DefaultUrl = "http://127.0.0.1:7295";

    private Target(Setting url, Setting? token, Setting? tokenFile, Setting? profile)
    {
        Url = url;
        Token = token;
        TokenFile = tokenFile;
        Profile = profile;
    }

    public Setting Url { get; }

    /// <summary>The key itself; never printed.</summary>
    public Setting? Token { get; }

    /// <summary>The file the key was read from, where it was.</summary>
    public Setting? TokenFile { get; }

    public Setting? Profile { get; }

    /// <summary>What the options of the command line say.</summary>
    /// <exception cref="CliException">A profile or a file that is named and not there, an address that is none.</exception>
    public static Target Of(string? url, string? token, string? tokenFile, string? profile)
    {
        var profiles = Profiles.Load();
        var name = Option(profile, "--profile") ?? Variable("PAWL_PROFILE")
            ?? (profiles.Current is { } current ? new Setting(current, "profiles.json") : null);
        Profile? named = null;
        if (name is not null && !profiles.Named.TryGetValue(name.Value, out named))
        {
            throw CliException.Usage(
                $"there is no profile {Shown.Text(name.Value)} ({name.Origin})",
                Nearest.Of(name.Value, profiles.Named.Keys) is { } near
                    ? $"did you mean '{near}'?"
                    : "pawl profiles list shows them, pawl profiles add NAME --url URL makes one");
        }

        var ofProfile = name is null ? null : $"profile {name.Value}";
        var address = Option(url, "--url") ?? Variable("PAWL_URL") ?? (named is null ? null : new Setting(named.Url, ofProfile!))
            ?? new(DefaultUrl, "default");
        address = address with { Value = Normal(address) };
        var given = Option(token, "--token");
        var file = given is null ? Option(tokenFile, "--token-file") : null;
        if (given is null && file is null)
        {
            given = Variable("PAWL_TOKEN");
            file = given is null ? Variable("PAWL_TOKEN_FILE") : null;
        }

        // A profile's key goes to the profile's server and to no other.
        if (given is null && file is null && named?.TokenFile is { } own && address.Origin == ofProfile)
        {
            file = new(own, ofProfile!);
        }

        if (given is null && file is null && profiles.Servers.TryGetValue(address.Value, out var noted))
        {
            file = File.Exists(noted) ? new(noted, "profiles.json, noted by pawl serve") : null;
        }

        return new(address, given ?? (file is null ? null : new(Read(file), file.Origin)), file, name);
    }

    /// <summary>An address as it is compared and noted.</summary>
    public static string Normal(Setting url)
    {
        var text = url.Value.Trim();
        if (text.StartsWith("unix:", StringComparison.Ordinal) && text.Length > "unix:".Length)
        {
            var path = text["unix:".Length..];
            return $"unix:{Path.GetFullPath(path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path)}";
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")
            || uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            throw CliException.Usage(
                $"{Shown.Text(Secrets.Address(text))} is no address of a server ({url.Origin})",
                "write it like http://127.0.0.1:7295, https://host/jobs or unix:/path/pawl.sock");
        }

        return uri.GetLeftPart(UriPartial.Path).TrimEnd('/');
    }

    private static Setting? Option(string? value, string name) => value is null ? null : new(value, $"option {name}");

    private static Setting? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? new(value, $"environment {name}") : null;

    private static string Read(Setting file)
    {
        try
        {
            return File.ReadAllText(file.Value).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliException.Usage($"the token file '{file.Value}' cannot be read ({file.Origin})", "name another with --token-file");
        }
    }
}
