using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Pawl.Declared;
using Pawl.Running;
using Pawl.Storage;

namespace Pawl.Hosting;

/// <summary>Reads the types that are declared in the section <c>Pawl:Types</c>. A slip is named with its path.</summary>
internal static partial class DeclaredTypes
{
    private const string Default = "Default";

    /// <summary>All of them but <c>Default</c>, which is no type.</summary>
    /// <exception cref="PawlException"><c>config_invalid</c>.</exception>
    public static IEnumerable<DeclaredType> Read(IConfigurationSection types)
    {
        foreach (var section in types.GetChildren())
        {
            if (!section.Key.Equals(Default, StringComparison.OrdinalIgnoreCase))
            {
                yield return ReadType(section);
            }
        }
    }

    /// <summary>What runs the jobs of a type.</summary>
    public static HandlerRegistration Registration(DeclaredType type, SecretValues secrets) => type switch
    {
        { Command: { } command } => HandlerRegistration.Of(type.Builder, Call(new CommandHandler(command).RunAsync)),
        { Http: { } http } => HandlerRegistration.Of(type.Builder, Call(new HttpHandler(http, secrets).RunAsync)),
        _ => HandlerRegistration.Of(type.Builder),
    };

    private static HandlerCall Call(Func<DeclaredAttempt, CancellationToken, Task> handler) => (job, payload, cancellationToken) =>
    {
        DamagedJobException.ThrowIfUnreadable(payload);   // it is handed on as it is
        return handler(
            new(
                job,
                payload,
                AttemptLog.Only(job),
                job.Of.Claimed.Traceparent,
                () => job.Of.Lost ? TimeSpan.Zero : job.Of.Grace,
                job.Of.Hide),
            cancellationToken);
    };

    private static DeclaredType ReadType(IConfigurationSection section)
    {
        if (section.Value is { Length: > 0 } text)
        {
            throw Settings.Refused(section.Path, $"{section.Path} declares a type, so it holds settings, but was {Shown.Text(text)}.");
        }

        var type = new JobTypeBuilder<JsonElement>().Json(DeclaredJson.Default.JsonElement);
        Try(section.Path, () => type.Name(section.Key));
        var settings = new Settings(section);
        var handler = "";
        settings.Read("Handler", value => value is "command" or "http"
            ? value
            : throw settings.Wrong("Handler", "command or http", value), value => handler = value);
        Set("Queue", value => type.Queue(value));
        Set("Description", value => type.Description(value));
        settings.Duration("Timeout", value => Try($"{section.Path}:Timeout", () => type.Timeout(value)));
        settings.Duration("Grace", value => Try($"{section.Path}:Grace", () => type.Grace(value)));
        settings.Duration("StuckAfter", value => Try($"{section.Path}:StuckAfter", () => type.StuckAfter(value)));
        settings.Whole("MaxAttempts", value => Try(
            $"{section.Path}:MaxAttempts", () => type.Retry(maxAttempts: Bounds.MaxAttempts(value))));
        settings.Whole("MaxItems", value => Try($"{section.Path}:MaxItems", () => type.MaxItems(value)));
        settings.Flag("Retryable", value => _ = value ? type : type.NotRetryable());
        settings.Read("UniqueBy", value => value == "payload"
            ? value
            : throw settings.Wrong("UniqueBy", "payload", value), _ => type.UniqueByPayload());
        settings.List("Secrets", value => Try($"{section.Path}:Secrets", () => type.Secrets(value)));
        settings.Flag("FlatPayload", value => _ = value ? type.FlatPayload() : type);
        settings.Read("ConcurrencyKey", Template.Parse, key => type.ConcurrencyKey(payload => KeyTemplate.Fill(key, payload)));
        settings.Read("Priority", value => BasePriority.TryParse(value, out var known)
            ? known
            : throw settings.Wrong("Priority", "low, normal, high or a number from -1,000 to 1,000", value),
            value => type.Score(score => score.Base(value)));
        settings.Sections("Score", "Versions", "Command", "Http");
        settings.Done();
        ReadScore(section.GetSection("Score"), type);
        ReadVersions(section.GetSection("Versions"), type);
        var command = ReadCommand(section.GetSection("Command"), handler, type);
        var http = ReadHttp(section.GetSection("Http"), handler);
        _ = command is not null ? type.Check(payload => command.Arguments(payload))
            : http is not null ? type.Check(payload => http.Address(payload))
            : type;
        return new(section.Key, type, command, http);

        void Set(string name, Action<string> set) => settings.Text(name, value => Try($"{section.Path}:{name}", () => set(value)));
    }

    private static void ReadScore(IConfigurationSection section, JobTypeBuilder<JsonElement> type)
    {
        OnlyChildren(section, "a list of rules such as { \"When\": \"size=small\", \"Points\": 30, \"Why\": \"small\" }");
        foreach (var rule in section.GetChildren())
        {
            var settings = new Settings(rule);
            var (when, points, why) = ((Condition?)null, (int?)null, "");
            settings.Read("When", value => Condition.Parse(value) ?? throw settings.Wrong(
                "When", "trigger=manual, or a member of the payload with a value, such as size=small or days<=7", value),
                value => when = value);
            settings.Whole("Points", value => points = value);
            settings.Text("Why", value => why = value);
            settings.Done();
            var (condition, given) = (when ?? throw Missing(rule, "When"), points ?? throw Missing(rule, "Points"));
            if (why.Length == 0)
            {
                throw Missing(rule, "Why");
            }

            Try(rule.Path, () => type.Score(score =>
            {
                if (condition is not { Name: Condition.Trigger, Sign: "=", Value: "manual" })
                {
                    score.When(condition.Holds, given, why);
                }
                else if (why == "manual")
                {
                    score.Manual(given);
                }
                else
                {
                    // In place of the engine's own rule, which says "manual" and would be counted on top.
                    score.Manual(0).When(condition.Holds, given, why);
                }
            }));
        }
    }

    /// <summary>Either <c>{ "parser": "1.2", "cards": "v1" }</c> or, in an order of one's own, <c>parser-1.2/cards-v1</c>.</summary>
    private static void ReadVersions(IConfigurationSection section, JobTypeBuilder<JsonElement> type)
    {
        if (section.Value is { Length: > 0 } text)
        {
            Try(section.Path, () => type.Versions(text));
            return;
        }

        var parts = section.GetChildren().Select(part => new PipelinePart(part.Key, part.Value ?? "")).ToList();
        if (parts.Count > 0)
        {
            Try(section.Path, () => type.Versions(PipelineVersion.Of(parts).ToString()));
        }
    }

    private static CommandSettings? ReadCommand(IConfigurationSection section, string handler, JobTypeBuilder<JsonElement> type)
    {
        if (!IsThere(section, handler, "command"))
        {
            return null;
        }

        var settings = new Settings(section);
        var (folder, memory, output) = (".", (long?)null, 16L << 20);
        List<string> env = [];
        settings.Text("WorkingDirectory", value => folder = value);
        settings.List("Env", value => env = value);
        Size("MemoryLimit", 1L << 20, value => memory = value);
        Size("OutputLimit", 1, value => output = value);
        settings.Sections("Argv", "ExitCodes");
        settings.Done();
        if (memory is not null && !OperatingSystem.IsLinux())
        {
            throw Settings.Refused(
                $"{section.Path}:MemoryLimit", $"{section.Path}:MemoryLimit is watched on Linux only. Take it away on this system.");
        }

        foreach (var name in env.Where(name => name.Length == 0 || name.AsSpan().ContainsAny('=', '\0')))
        {
            throw Settings.Refused($"{section.Path}:Env", $"{section.Path}:Env lists names of variables, but was {Shown.Text(name)}.");
        }

        ReadExitCodes(section.GetSection("ExitCodes"), type);
        var argv = ReadArgv(section.GetSection("Argv"));
        return new()
        {
            Argv = argv, WorkingDirectory = Path.GetFullPath(folder), Env = env, MemoryLimit = memory, OutputLimit = output,
        };

        void Size(string name, long least, Action<long> set) => settings.Read(
            name,
            value => Sizes.Parse(value) is { } bytes && bytes >= least
                ? bytes
                : throw settings.Wrong(name, $"an amount of bytes such as 512MB, at least {least}", value),
            set);
    }

    private static List<Template> ReadArgv(IConfigurationSection section)
    {
        OnlyChildren(section, "a list: the program and its arguments, such as [\"./make-cards\", \"--\", \"{commit}\"]");
        var argv = new List<Template>();
        foreach (var part in section.GetChildren())
        {
            var text = part.Value ?? throw Settings.Refused(part.Path, $"{part.Path} must be a text.");
            argv.Add(text.Contains('\0', StringComparison.Ordinal)
                ? throw Settings.Refused(part.Path, $"{part.Path} has a NUL in it, which no argument of a command can.")
                : Template.Parse(text));
        }

        if (argv is not [{ Source.Length: > 0 } program, ..])
        {
            throw Settings.Refused(section.Path, $"{section.Path} is missing: the program to run and its arguments.");
        }

        return program.HasMembers
            ? throw Settings.Refused(section.Path, $"{section.Path} begins with the program, which no payload may choose, but was "
                + $"{Shown.Text(program.Source)}. Name one program; declare another type for another one.")
            : argv;
    }

    private static void ReadExitCodes(IConfigurationSection section, JobTypeBuilder<JsonElement> type)
    {
        OnlyChildren(section, "a map such as { \"75\": \"retry\" }");
        foreach (var each in section.GetChildren())
        {
            var known = int.TryParse(each.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is >= 1 and <= 255;
            if (!known)
            {
                throw Settings.Refused(
                    each.Path, $"{section.Path} names exit codes from 1 to 255, but was {Shown.Text(each.Key)}. 0 is success.");
            }

            Try(each.Path, () => _ = each.Value switch
            {
                "retry" => type.OnExitCode(code, null, Disposition.Retry),
                "snooze" => type.OnExitCode(code, null, Disposition.Snooze),
                { } word when Words.TryParse<ErrorCategory>(word, out var category) => type.OnExitCode(code, category),
                var word => throw new PawlException(
                    "config_invalid", $"it is retry, snooze or a category of errors such as invalid_input, but was {Shown.Text(word)}."),
            });
        }
    }

    private static HttpSettings? ReadHttp(IConfigurationSection section, string handler)
    {
        if (!IsThere(section, handler, "http"))
        {
            return null;
        }

        var settings = new Settings(section);
        var (method, url, timeout, isPrivate) = (HttpMethod.Post, (Template?)null, TimeSpan.FromSeconds(10), false);
        List<string> hosts = [];
        settings.Read("Method", value => value is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE"
            ? new HttpMethod(value)
            : throw settings.Wrong("Method", "GET, HEAD, POST, PUT, PATCH or DELETE", value), value => method = value);
        settings.Read("Url", Template.Parse, value => url = value);
        settings.List("AllowedHosts", value => hosts = value);
        settings.Duration("Timeout", value => timeout = value);
        settings.Flag("AllowPrivate", value => isPrivate = value);
        settings.Sections("Headers");
        settings.Done();
        if (timeout <= TimeSpan.Zero || timeout > Bounds.MaxTimeout)
        {
            throw settings.Wrong("Timeout", "more than 0 and at most 7d", section["Timeout"]);
        }

        if (hosts.Count == 0)
        {
            throw Settings.Refused(
                $"{section.Path}:AllowedHosts",
                $"{section.Path}:AllowedHosts is missing: the hosts that may be called, such as [\"api.example.org\"]. No other is.");
        }

        foreach (var host in hosts.Where(host => !HostName().IsMatch(host)))
        {
            throw Settings.Refused(
                $"{section.Path}:AllowedHosts",
                $"{section.Path}:AllowedHosts lists hosts such as api.example.org or api.example.org:8443, but was {Shown.Text(host)}.");
        }

        var read = new HttpSettings
        {
            Method = method,
            Url = url ?? throw Missing(section, "Url"),
            AllowedHosts = hosts,
            Headers = [.. section.GetSection("Headers").GetChildren().Select(Header)],
            Timeout = timeout,
            AllowPrivate = isPrivate,
        };
        if (!read.Url.HasMembers)
        {
            Try($"{section.Path}:Url", () => read.Address(default));
        }

        return read;
    }

    private static (string Name, string Value) Header(IConfigurationSection header)
    {
        var isOurs = HttpSettings.Reserved.Contains(header.Key, StringComparer.OrdinalIgnoreCase);
        if (isOurs || !HeaderName().IsMatch(header.Key))
        {
            throw Settings.Refused(header.Path, $"{header.Path}: {Shown.Text(header.Key)} is no header that can be set.");
        }

        return header.Value is { } value && !value.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? (header.Key, value)
            : throw Settings.Refused(header.Path, $"{header.Path} must be a text of visible ASCII characters.");
    }

    private static bool IsThere(IConfigurationSection section, string handler, string wanted)
    {
        if (handler == wanted)
        {
            return section.Exists() ? true : throw Settings.Refused(
                section.Path, $"{section.Path} is missing, which a type with the handler {wanted} needs.");
        }

        return !section.Exists() ? false : throw Settings.Refused(
            section.Path,
            $"{section.Path} is without effect: the handler of its type is not {wanted}. Set Handler to {wanted}, or take it away.");
    }

    private static void OnlyChildren(IConfigurationSection section, string wanted)
    {
        if (section.Value is { Length: > 0 } text)
        {
            throw Settings.Refused(
                section.Path, $"{section.Path} must be {wanted}, but was {Shown.Text(text)}. Correct it in the settings.");
        }
    }

    private static PawlException Missing(IConfigurationSection section, string name) =>
        Settings.Refused($"{section.Path}:{name}", $"{section.Path}:{name} is missing.");

    private static void Try(string path, Action set)
    {
        try
        {
            set();
        }
        catch (Exception fault) when (fault is ArgumentException or PawlException { ExitCode: null })
        {
            throw Settings.Refused(path, $"{path} cannot be used: {fault.Message}", fault);
        }
    }

    [GeneratedRegex("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", RegexOptions.NonBacktracking)]
    private static partial Regex HeaderName();

    [GeneratedRegex(@"^(?:[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$", RegexOptions.NonBacktracking)]
    private static partial Regex HostName();
}
