using System.CommandLine;
using System.Text.Json;
using Pawl.Cli.Client;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl profiles</c>: names for servers, in a file of this user's.</summary>
internal static class ProfileVerbs
{
    private static readonly Column[] Columns =
        [new("NAME", "name"), new("URL", "url"), new("TOKEN FILE", "token_file"), new("CURRENT", "current")];

    public static Command Build()
    {
        var noun = new Command("profiles", "Names for servers, kept in this user's profiles.json");
        noun.Add(new Verb("list", "List profiles", "pawl profiles list", (parsed, _) => Task.FromResult(List(parsed))));
        noun.Add(Add());
        noun.Add(Named("use", "Make one the default", (profiles, name) => profiles.Current = name));
        noun.Add(Named("remove", "Forget one; its token file stays", (profiles, name) =>
        {
            profiles.Named.Remove(name);
            profiles.Current = profiles.Current == name ? null : profiles.Current;
        }));
        return noun;
    }

    private static Argument<string> Name() => new("NAME") { Description = "Its name" };

    private static int List(ParseResult parsed)
    {
        using var session = new Session(parsed);
        var profiles = Profiles.Load();
        var document = Body.Object(json =>
        {
            json.WriteStartArray("items");
            foreach (var (name, profile) in profiles.Named)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteString("url", profile.Url);
                json.WriteString("token_file", profile.TokenFile);
                json.WriteBoolean("current", name == profiles.Current);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
        using var read = JsonDocument.Parse(document);
        session.Out.Many(document, read.RootElement.GetProperty("items"), Columns, "name");
        return ExitCode.Done;
    }

    private static Verb Add()
    {
        var name = Name();
        return new(
            "add",
            "Add one, or change it: --url and --token-file are what it stands for",
            "pawl profiles add staging --url https://jobs.example.org --token-file ~/.config/pawl/staging.token",
            (parsed, _) =>
            {
                var profiles = Profiles.Load();
                var url = parsed.GetValue(Globals.Url)
                    ?? throw CliException.Usage("a profile is a name for a server", "say which with --url");
                if (parsed.GetValue(Globals.Token) is not null)
                {
                    throw CliException.Usage("a profile holds no key", "put it into a file of mode 0600 and say --token-file");
                }

                var file = parsed.GetValue(Globals.TokenFile) is { } path ? Path.GetFullPath(path) : null;
                profiles.Named[parsed.GetValue(name)!] = new(Target.Normal(new(url, "option --url")), file);
                profiles.Save();
                return Task.FromResult(ExitCode.Done);
            },
            name);
    }

    private static Verb Named(string verb, string description, Action<Profiles, string> change)
    {
        var name = Name();
        return new(
            verb,
            description,
            $"pawl profiles {verb} staging",
            (parsed, _) =>
            {
                var (profiles, wanted) = (Profiles.Load(), parsed.GetValue(name)!);
                if (!profiles.Named.ContainsKey(wanted))
                {
                    throw new CliException(
                        "not_found",
                        $"there is no profile {Shown.Text(wanted)}",
                        Nearest.Of(wanted, profiles.Named.Keys) is { } near ? $"did you mean '{near}'?" : "pawl profiles list shows them",
                        ExitCode.NotFound);
                }

                change(profiles, wanted);
                profiles.Save();
                return Task.FromResult(ExitCode.Done);
            },
            name);
    }
}
