using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Pawl.Cli.Settings;
using Pawl.Cli.Stores;

namespace Pawl.Cli.Commands;

/// <summary><c>pawl doctor</c>: looks at the server, this machine, and the store if it is named.</summary>
internal static class Doctor
{
    private const int LeastName = 18;

    public static Command Build()
    {
        var store = Opt.Text("--store", "Look at the store itself too: sqlite:FILE, postgres:CONNECTION or postgres://URL", "STORE");
        var fix = Opt.Flag("--fix", "Do what is safe: file modes, a socket that a dead server left, synchronous_commit; never data");
        return Verb.Asking(
            "doctor",
            "Check server, machine and store; exit 1 when something is red, 8 for a refused schema or setting",
            "pawl doctor --store sqlite:pawl.db",
            RunAsync,
            store, fix);

        async Task<int> RunAsync(Session session, CancellationToken cancellationToken)
        {
            var checks = new List<Check>();
            var repair = session.Get(fix);
            var server = await ReachChecks.RunAsync(session, checks, repair, cancellationToken).ConfigureAwait(false);
            checks.AddRange(Machine());
            if (session.Get(store) is { } named)
            {
                checks.AddRange(await StoreChecks.RunAsync(StoreChoice.Of(named), repair, cancellationToken).ConfigureAwait(false));
            }

            if (server is { } config)
            {
                await WorkChecks.RunAsync(session, checks, cancellationToken).ConfigureAwait(false);
                if (config.GetProperty("role").GetString() == "admin")
                {
                    await WorkChecks.KeysAsync(session, checks, cancellationToken).ConfigureAwait(false);
                }
            }

            if (Session.TargetOf(session.Parsed).TokenFile is { } file)
            {
                checks.Add(FileModes.Of("token_file", file.Value, repair));
            }

            Write(session, checks);
            return checks.Exists(check => check.Refused) ? ExitCode.Configuration
                : checks.Exists(check => check.Level == Level.Red) ? ExitCode.Refused : ExitCode.Done;
        }
    }

    private static void Write(Session session, List<Check> checks)
    {
        if (!session.Out.ForPeople)
        {
            session.Out.Raw(Body.Object(json =>
            {
                json.WriteBoolean("ok", checks.TrueForAll(check => check.Level != Level.Red));
                json.WriteStartArray("checks");
                foreach (var check in checks)
                {
                    json.WriteStartObject();
                    json.WriteString("name", check.Name);
                    json.WriteString("level", Word(check.Level));
                    json.WriteString("finding", check.Finding);
                    json.WriteString("remedy", check.Remedy);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }));
            return;
        }

        var width = checks.Select(check => check.Name.Length).Append(LeastName).Max();
        foreach (var check in checks)
        {
            var mark = check.Level switch { Level.Green => "ok  ", Level.Yellow => "WARN", _ => "BAD " };
            var remedy = check.Remedy is null ? "" : $"; {check.Remedy}";
            session.Terminal.Out.WriteLine(Escape.Line($"{mark}  {check.Name.PadRight(width)}  {check.Finding.TrimEnd('.')}{remedy}"));
        }
    }

    private static string Word(Level level) => level switch { Level.Green => "green", Level.Yellow => "yellow", _ => "red" };

    private static IEnumerable<Check> Machine()
    {
        var wsl = OperatingSystem.IsLinux() && File.Exists("/proc/sys/fs/binfmt_misc/WSLInterop");
        var system = $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.FrameworkDescription}";
        yield return new("system", Level.Green, wsl ? $"{system}, under WSL" : system, null);
        var zones = TimeZoneInfo.TryFindSystemTimeZoneById("Europe/Athens", out _);
        yield return new(
            "time_zones", zones ? Level.Green : Level.Red, zones ? "time-zone data is there" : "there is no time-zone data", zones ? null
                : "install tzdata");
        if (OpenFiles() is { } most)
        {
            yield return new(
                "open_files",
                most < 4_096 ? Level.Yellow : Level.Green,
                string.Create(CultureInfo.InvariantCulture, $"a process may have {most} files and connections open"),
                most < 4_096 ? "raise the limit of the server (ulimit -n, LimitNOFILE=)" : null);
        }
    }

    private static long? OpenFiles()
    {
        const string Limits = "/proc/self/limits";
        var line = File.Exists(Limits)
            ? File.ReadLines(Limits).FirstOrDefault(text => text.StartsWith("Max open files", StringComparison.Ordinal)) : null;
        return line?["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var hard, ..]
            && long.TryParse(hard, NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : null;
    }
}
