using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Pawl.Cli.Client;
using Pawl.Cli.Output;

namespace Pawl.Cli.Commands;

/// <summary>Who may call, and who did: <c>login</c>, <c>keys</c>, <c>audit</c>.</summary>
internal static class Access
{
    private static readonly string[] Roles = ["viewer", "submitter", "operator", "admin", "worker"];

    public static Command Login()
    {
        var role = Opt.Word("--role", "For less power than one's own", "viewer", "submitter", "operator", "admin");
        var noBrowser = Opt.Flag("--no-browser", "Only print the link");
        return Verb.Asking("login", "Make a one-time link to the dashboard and open the browser", "pawl login --role viewer", RunAsync,
            role, noBrowser);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var body = Body.Object(json => json.Maybe("role", session.Get(role)));
            using var reply = await session.Api.PostAsync("api/login-codes", body, cancellationToken).ConfigureAwait(false);
            var url = reply.Json.GetProperty("url").GetString()!;
            if (session.Out.ForPeople)
            {
                session.Terminal.Out.WriteLine(Escape.Line(url));
            }
            else
            {
                session.Out.One(reply.Body, reply.Json, "url");
            }

            if (session.Terminal.OutIsPerson && !session.Get(noBrowser))
            {
                Open(url);
            }

            return ExitCode.Done;
        }
    }

    public static Command Keys()
    {
        var noun = new Command("keys", "Keys for people and programs");
        noun.Add(Verb.Asking(
            "list",
            "List keys; what a key is cannot be seen again",
            "pawl keys list",
            (session, cancellationToken) => Lists.WholeAsync(session, "api/keys", Tables.Keys, "id", cancellationToken)));
        noun.Add(Create());
        var id = new Argument<string>("ID") { Description = "The key's number" };
        noun.Add(Verb.Asking(
            "delete",
            "Revoke a key",
            "pawl keys delete 3",
            async (session, cancellationToken) =>
            {
                using var reply = await session.Api.SendAsync(
                    HttpMethod.Delete, $"api/keys/{Api.Part(session.Get(id)!)}", null, null, cancellationToken).ConfigureAwait(false);
                session.Say($"revoked {session.Get(id)}");
                return ExitCode.Done;
            },
            id));
        return noun;
    }

    public static Command Audit()
    {
        var actor = Opt.Text("--actor", "Of one actor, such as key:ci", "ACTOR");
        var after = Opt.Text("--after", "After that entry", "SEQ");
        var (limit, all) = (Lists.Limit(), Lists.All());
        return Verb.Asking(
            "audit",
            "Who did what",
            "pawl audit --actor key:ops-laptop",
            (session, cancellationToken) => Lists.WriteAsync(
                session,
                JobsList.Path("api/audit", ("actor", session.Get(actor)), ("after", session.Get(after))),
                Tables.Audit,
                session.Get(limit),
                session.Get(all),
                "seq",
                cancellationToken),
            actor, after, limit, all);
    }

    private static Verb Create()
    {
        var name = new Argument<string>("NAME") { Description = "Its name, shown in the audit log" };
        var role = Opt.Word("--role", "What it may do", Roles);
        role.Required = true;
        var types = Opt.Texts("--types", "Only these types; may be repeated or have commas", "TYPE");
        var queues = Opt.Texts("--queues", "Only these queues; may be repeated or have commas", "QUEUE");
        var expires = Opt.Duration("--expires", "How long it lives");
        return Verb.Asking(
            "create",
            "Make a key; it is printed once, alone on stdout",
            "pawl keys create ci --role submitter --types 'mail.*' --expires 90d > ci.token",
            RunAsync,
            name, role, types, queues, expires);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var body = Body.Object(json =>
            {
                json.WriteString("name", session.Get(name));
                json.WriteString("role", session.Get(role));
                Write("types", session.Get(types)!);
                Write("queues", session.Get(queues)!);
                if (session.Get(expires) is { } life)
                {
                    json.WriteString(
                        "expires_at", (Session.Clock.GetUtcNow() + life).ToString(
                            "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
                }

                void Write(string member, string[] given)
                {
                    if (given.SelectMany(names => names.Split(',')).ToList() is { Count: > 0 } names)
                    {
                        json.WriteStartArray(member);
                        names.ForEach(json.WriteStringValue);
                        json.WriteEndArray();
                    }
                }
            });
            using var reply = await session.Api.PostAsync("api/keys", body, cancellationToken).ConfigureAwait(false);
            if (session.Out.Form is OutputForm.Json or OutputForm.Ndjson)
            {
                session.Out.One(reply.Body, reply.Json);
            }
            else
            {
                session.Terminal.Out.WriteLine(reply.Json.GetProperty("key").GetString());
                session.Say($"key {reply.Json.GetProperty("id").GetString()} ({session.Get(role)}); it is not shown again");
            }

            return ExitCode.Done;
        }
    }

    private static void Open(string url)
    {
        try
        {
            var program = OperatingSystem.IsMacOS() ? "open" : "xdg-open";
            using var browser = Process.Start(OperatingSystem.IsWindows()
                ? new ProcessStartInfo(url) { UseShellExecute = true }
                : new ProcessStartInfo(program, [url]) { RedirectStandardOutput = true, RedirectStandardError = true });
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException or FileNotFoundException)
        {
            // there is no browser here; the link is printed
        }
    }
}
