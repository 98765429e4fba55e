using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pawl.Cli.Settings;
using Pawl.Cli.Stores;
using Pawl.Postgres;
using Pawl.Sqlite;
using Pawl.Storage;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl db</c>: works on the store itself, without a server.</summary>
internal static class Db
{
    public static Command Build()
    {
        var noun = new Command("db", "The store itself: its tables, copies, and what is kept");
        noun.Add(Status());
        noun.Add(ScriptVerb());
        noun.Add(Migrate());
        noun.Add(Check());
        noun.Add(Backup());
        noun.Add(PruneVerb());
        return noun;
    }

    /// <summary>Looks at a store, whatever kind.</summary>
    public static async Task<Inspection> InspectAsync(StoreChoice store, CancellationToken cancellationToken)
    {
        if (store.IsPostgres)
        {
            return await PostgresDatabase.InspectAsync(store, cancellationToken).ConfigureAwait(false);
        }

        using var file = SqliteFile.Open(store.Path);
        return file.Inspect();
    }

    private static Option<string?> StoreOption() =>
        Opt.Text("--store", "sqlite:FILE (default sqlite:pawl.db), postgres:CONNECTION or postgres://URL", "STORE");

    private static Verb Local(
        string name, string description, string example, Func<Session, CancellationToken, Task<int>> run, params Symbol[] parts) =>
        Verb.Asking(name, description, example, run, parts);

    private static Verb Status()
    {
        var store = StoreOption();
        return Local("status", "Kind, version, schema, pending steps, sizes, owner; changes nothing",
            "pawl db status --store sqlite:pawl.db", RunAsync, store);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var seen = await InspectAsync(StoreChoice.Of(session.Get(store)), cancellationToken).ConfigureAwait(false);
            var document = Body.Object(json =>
            {
                json.WriteString("kind", seen.Kind);
                json.WriteString("version", seen.Version);
                json.WriteString("place", seen.Place);
                json.WriteNumber("schema", seen.Schema.Version);
                json.WriteNumber("known", seen.Schema.Known);
                Strings(json, "pending", seen.Schema.Pending);
                Strings(json, "missing_tables", seen.Schema.Missing);
                json.WriteStartObject("sizes");
                foreach (var (name, bytes) in seen.Sizes)
                {
                    json.WriteNumber(name, bytes);
                }

                json.WriteEndObject();
                json.WriteString("owner", seen.Owner);
            });
            using var read = JsonDocument.Parse(document);
            if (!session.Out.ForPeople)
            {
                session.Out.One(document, read.RootElement, "place");
                return ExitCode.Done;
            }

            Say(session, "store", $"{seen.Kind} {seen.Version} at {seen.Place}");
            Say(session, "schema", $"{seen.Schema.Version} of {seen.Schema.Known}{(seen.Schema.Ready ? ", current" : "")}");
            Say(session, "pending", string.Join(", ", seen.Schema.Pending));
            Say(session, "missing", string.Join(", ", seen.Schema.Missing));
            Say(session, "sizes",
                string.Join(", ", seen.Sizes.Select(size => $"{size.Key} {size.Value.ToString("N0", CultureInfo.InvariantCulture)}")));
            Say(session, "owner", seen.Owner ?? (seen.Kind == "sqlite" ? "nobody has it open" : ""));
            return ExitCode.Done;
        }
    }

    private static Verb ScriptVerb()
    {
        var from = Opt.Whole("--from", "First step, default 1", 1);
        var to = Opt.Whole("--to", "Last step, default the newest", 1);
        var kind = Opt.Word("--store", "For which kind, default sqlite", "sqlite", "postgres");
        return new(
            "script",
            "Print the SQL of the tables; needs no database",
            "pawl db script --store postgres --from 3 > upgrade.sql",
            (parsed, _) =>
            {
                var (first, last) = (parsed.GetValue(from) ?? 1, parsed.GetValue(to) ?? int.MaxValue);
                Session.Console(parsed).Out.Write(
                    parsed.GetValue(kind) == "postgres" ? PostgresStore.ScriptOf(first, last) : Sqlite.Script.Of(first, last));
                return Task.FromResult(ExitCode.Done);
            },
            kind, from, to);
    }

    private static Verb Migrate()
    {
        var (store, yes) = (StoreOption(), BulkRun.Yes());
        return Local(
            "migrate",
            "Apply the steps that are missing; a SQLite file is copied first",
            "pawl db migrate --store sqlite:pawl.db --yes",
            RunAsync,
            store, yes);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var choice = StoreChoice.Of(session.Get(store));
            var opened = Open(choice);
            await using var closed = opened.ConfigureAwait(false);
            var before = await opened.MigrateAsync(apply: false, cancellationToken).ConfigureAwait(false);
            if (before.Pending.Count == 0)
            {
                session.Say($"schema {before.Version} is current");
                return ExitCode.Done;
            }

            if (!session.Get(yes))
            {
                BulkRun.Confirm(session, $"apply {string.Join(", ", before.Pending)} to {choice.Kind} {choice.Place}. Go on?");
            }

            SchemaStatus after;
            using (var line = new ProgressLine(session.Terminal, session.Quiet))
            {
                line.Show("migrate", 0, before.Pending.Count, string.Join(", ", before.Pending));
                after = await opened.MigrateAsync(apply: true, cancellationToken).ConfigureAwait(false);
            }

            session.Terminal.Out.WriteLine($"schema {before.Version} -> {after.Version}");
            return ExitCode.Done;
        }
    }

    private static Verb Check()
    {
        var store = StoreOption();
        return Local("check", "Integrity, orphan rows, counters against truth; changes nothing", "pawl db check --store sqlite:pawl.db",
            RunAsync, store);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var choice = StoreChoice.Of(session.Get(store));
            var faults = choice.IsPostgres
                ? await PostgresDatabase.CheckAsync(choice, cancellationToken).ConfigureAwait(false)
                : CheckFile(choice.Path);
            if (session.Out.ForPeople)
            {
                foreach (var fault in faults)
                {
                    session.Terminal.Out.WriteLine(Escape.Line(fault));
                }

                session.Say(faults.Count == 0 ? "all is well" : $"{faults.Count} faults");
            }
            else
            {
                session.Out.Raw(Body.Object(json =>
                {
                    json.WriteBoolean("ok", faults.Count == 0);
                    Strings(json, "faults", faults);
                }));
            }

            return faults.Count == 0 ? ExitCode.Done : ExitCode.Refused;
        }
    }

    private static Verb Backup()
    {
        var target = new Argument<string>("FILE") { Description = "The copy; it must not be there yet" };
        var store = StoreOption();
        return Local(
            "backup",
            "Copy a SQLite file as it stands, also beside a running server",
            "pawl db backup pawl-2026-11-22.db --store sqlite:pawl.db",
            RunAsync,
            target, store);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var (choice, path) = (StoreChoice.Of(session.Get(store)), session.Get(target)!);
            if (choice.IsPostgres)
            {
                var opened = Open(choice);
                await using var closed = opened.ConfigureAwait(false);
                await opened.BackupAsync(path, cancellationToken).ConfigureAwait(false);   // says which tool does that
            }
            else
            {
                using var line = new ProgressLine(session.Terminal, session.Quiet);
                SqliteCopy.Make(choice.Path, path, (done, all) => line.Show("backup", done, all, "pages"), cancellationToken);
            }

            session.Say($"copied to {path}");
            return ExitCode.Done;
        }
    }

    private static Verb PruneVerb()
    {
        var store = StoreOption();
        var older = Opt.Duration("--older", "Remove what ended that long ago, in place of 7d and 30d for failed jobs");
        var (dryRun, yes) = (BulkRun.DryRun(), BulkRun.Yes());
        return Local(
            "prune",
            "Remove ended jobs that are kept no longer, now",
            "pawl db prune --older 7d --store sqlite:pawl.db --yes",
            RunAsync,
            store, older, dryRun, yes);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var choice = StoreChoice.Of(session.Get(store));
            var (keep, words) = (session.Get(older), session.Get(older) is { } age ? $"older than {Durations.Format(age)}"
                : "older than 7d (failed ones: 30d)");
            if (session.Get(dryRun) || !session.Get(yes))
            {
                var doomed = await Prune.PreviewAsync(choice, keep, cancellationToken).ConfigureAwait(false);
                if (session.Get(dryRun))
                {
                    Preview(session, doomed, words);
                    return ExitCode.Done;
                }

                BulkRun.Confirm(session, $"remove {Count(doomed)} {words} from {choice.Kind} {choice.Place}. Go on?");
            }

            var opened = Open(choice);
            await using var closed = opened.ConfigureAwait(false);
            var schema = await opened.MigrateAsync(apply: false, cancellationToken).ConfigureAwait(false);
            if (!schema.Ready)
            {
                throw new CliException(
                    "waiting_for_schema", "the tables are not there yet", "pawl db migrate makes them", ExitCode.Configuration);
            }

            using var line = new ProgressLine(session.Terminal, session.Quiet);
            var removed = await Prune.RunAsync(
                opened, keep, keep, gone => line.Show("prune", gone, null), cancellationToken).ConfigureAwait(false);
            line.Clear();
            if (session.Out.ForPeople)
            {
                session.Terminal.Out.WriteLine($"{removed} jobs removed");
            }
            else
            {
                session.Out.Raw(Body.Object(json => json.WriteNumber("removed", removed)));
            }

            return ExitCode.Done;
        }
    }

    private static void Preview(Session session, IReadOnlyDictionary<string, long> doomed, string words)
    {
        if (session.Out.ForPeople)
        {
            session.Terminal.Out.WriteLine($"would remove {Count(doomed)} {words}");
            return;
        }

        session.Out.Raw(Body.Object(json =>
        {
            json.WriteBoolean("dry_run", true);
            json.WriteNumber("would_remove", doomed.Values.Sum());
            json.WriteStartObject("states");
            foreach (var (state, count) in doomed)
            {
                json.WriteNumber(state, count);
            }

            json.WriteEndObject();
        }));
    }

    private static string Count(IReadOnlyDictionary<string, long> doomed) => doomed.Count == 0
        ? "no job"
        : string.Create(CultureInfo.InvariantCulture, $"{doomed.Values.Sum()} ended jobs (")
            + string.Join(", ", doomed.Select(state => string.Create(CultureInfo.InvariantCulture, $"{state.Value} {state.Key}"))) + ")";

    private static IJobStore Open(StoreChoice choice) => choice.IsPostgres
        ? PostgresStore.Open(choice.ConnectionString, new() { Listen = false })
        : SqliteStore.Open(choice.ConnectionString);

    private static IReadOnlyList<string> CheckFile(string path)
    {
        using var file = SqliteFile.Open(path);
        return file.Check(quick: false);
    }

    private static void Strings(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void Say(Session session, string name, string text)
    {
        if (text.Length > 0)
        {
            session.Terminal.Out.WriteLine($"{name,-8} {Escape.Line(text)}");
        }
    }
}
