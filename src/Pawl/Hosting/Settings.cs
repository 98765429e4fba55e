using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Pawl.Hosting;

/// <summary>Reads the section <c>Pawl</c> of the configuration. By hand, so that a wrong value is named with its place and what is
/// allowed.</summary>
internal sealed class Settings
{
    private readonly IConfigurationSection _section;
    private readonly List<string> _known = [];

    /// <summary>Reads one section. After all settings it has, <see cref="Done"/> refuses others.</summary>
    public Settings(IConfigurationSection section) => _section = section;

    /// <summary>Reads what is there; what is not there stays as it is.</summary>
    /// <exception cref="PawlException"><c>config_invalid</c>.</exception>
    /// <param name="pawl">The section.</param>
    /// <param name="options">What is filled.</param>
    /// <param name="declared">The types that are declared in the settings; who reads those refuses what it does not know.</param>
    public static void Bind(IConfigurationSection pawl, PawlOptions options, params string[] declared)
    {
        // Other sections belong to others: Pawl:Sqlite, Pawl:Web.
        var root = new Settings(pawl);
        root.Duration("IdempotencyHold", value => options.IdempotencyHold = value);
        BindWorker(pawl.GetSection("Worker"), options.Worker);
        options.Retry = BindRetry(pawl.GetSection("Retry"), options.Retry);
        var budget = new Settings(pawl.GetSection("RetryBudget"));
        budget.Number("Share", value => options.RetryBudget.Share = value);
        budget.Duration("Window", value => options.RetryBudget.Window = value);
        budget.Done();
        var types = new Settings(pawl.GetSection("Types"));
        types.Sections(["Default", .. declared]);
        types.Done("To declare types in the settings, say AddPawl(…).AddDeclaredTypes(configuration).");
        BindTypes(pawl.GetSection("Types:Default"), options.Types.Default);
        BindRecovery(pawl.GetSection("Recovery"), options.Recovery);
        BindHealth(pawl.GetSection("Health"), options.Health);
        var scaling = new Settings(pawl.GetSection("Scaling"));
        scaling.Whole("Min", value => options.Scaling.Min = value);
        scaling.Whole("Max", value => options.Scaling.Max = value);
        scaling.Duration("DrainTarget", value => options.Scaling.DrainTarget = value);
        scaling.Done();
        BindRetention(pawl.GetSection("Retention"), options.Retention);
        var schema = new Settings(pawl.GetSection("Schema"));
        schema.Flag("Migrate", value => options.Schema.Migrate = value);
        schema.Done();
        var scheduler = new Settings(pawl.GetSection("Scheduler"));
        scheduler.Flag("Enabled", value => options.Scheduler.Enabled = value);
        scheduler.Duration("Interval", value => options.Worker.PollInterval = value);
        scheduler.Done();
        var telemetry = new Settings(pawl.GetSection("Telemetry"));
        telemetry.Number("TraceSampleRatio", value => options.Telemetry.TraceSampleRatio = value);
        telemetry.Done();
    }

    private static void BindWorker(IConfigurationSection section, WorkerOptions worker)
    {
        var settings = new Settings(section);
        settings.Flag("Enabled", value => worker.Enabled = value);
        settings.Text("Name", value => worker.Name = value);
        settings.Whole("Slots", value => worker.Slots = value);
        settings.Whole("ExpressSlots", value => worker.ExpressSlots = value);
        settings.List("Queues", value => worker.Queues = value);
        settings.Map("QueueConcurrency", (name, value) => worker.QueueConcurrency[name] = value);
        settings.Duration("HeartbeatInterval", value => worker.HeartbeatInterval = value);
        settings.Duration("LeaseTtl", value => worker.LeaseTtl = value);
        settings.Duration("PollInterval", value => worker.PollInterval = value);
        settings.Duration("DrainTimeout", value => worker.DrainTimeout = value);
        settings.Duration("PrefetchWindow", value => worker.PrefetchWindow = value);
        settings.Whole("MaxPrefetch", value => worker.MaxPrefetch = value);
        settings.Whole("LossCap", value => worker.LossCap = value);
        settings.Whole("MaxLogBytes", value => worker.MaxLogBytes = value);
        settings.Done();
    }

    private static RetryPolicy BindRetry(IConfigurationSection section, RetryPolicy retry)
    {
        var settings = new Settings(section);
        settings.Whole("MaxAttempts", value => retry = retry with { MaxAttempts = value });
        settings.Duration("BaseDelay", value => retry = retry with { BaseDelay = value });
        settings.Number("Multiplier", value => retry = retry with { Multiplier = value });
        settings.Duration("MaxDelay", value => retry = retry with { MaxDelay = value });
        settings.Number("Jitter", value => retry = retry with { Jitter = value });
        settings.Done();
        return retry;
    }

    private static void BindTypes(IConfigurationSection section, TypeDefaults defaults)
    {
        var settings = new Settings(section);
        settings.Duration("Timeout", value => defaults.Timeout = value);
        settings.Duration("Grace", value => defaults.Grace = value);
        settings.Duration("StuckAfter", value => defaults.StuckAfter = value);
        settings.Whole("MaxItems", value => defaults.MaxItems = value);
        settings.Number("MaxFailedItems", value => defaults.MaxFailedItems = value);
        settings.Done();
    }

    private static void BindRecovery(IConfigurationSection section, RecoveryOptions recovery)
    {
        var settings = new Settings(section);
        settings.Flag("Enabled", value => recovery.Enabled = value);
        settings.Duration("StartDelay", value => recovery.StartDelay = value);
        settings.Duration("Interval", value => recovery.Interval = value);
        settings.Whole("BatchSize", value => recovery.BatchSize = value);
        settings.Done();
    }

    private static void BindHealth(IConfigurationSection section, HealthOptions health)
    {
        var settings = new Settings(section);
        settings.Duration("Interval", value => health.Interval = value);
        settings.Whole("AlertBelow", value => health.AlertBelow = value);
        settings.Done();
    }

    private static void BindRetention(IConfigurationSection section, RetentionOptions retention)
    {
        var settings = new Settings(section);
        settings.Duration("Keep", value => retention.Keep = value);
        settings.Duration("KeepFailed", value => retention.KeepFailed = value);
        settings.Duration("StartDelay", value => retention.StartDelay = value);
        settings.Duration("Interval", value => retention.Interval = value);
        settings.Done();
    }

    public void Duration(string name, Action<TimeSpan> set) => Read(
        name,
        text => Durations.TryParse(text, out var value)
            ? value
            : throw Wrong(name, "a length of time such as 500ms, 30s, 5m or 1h30m", text),
        set);

    public void Whole(string name, Action<int> set) => Read(
        name,
        text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Wrong(name, "a whole number", text),
        set);

    public void Number(string name, Action<double> set) => Read(
        name,
        text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw Wrong(name, "a number", text),
        set);

    public void Flag(string name, Action<bool> set) => Read(
        name, text => bool.TryParse(text, out var value) ? value : throw Wrong(name, "true or false", text), set);

    public void Text(string name, Action<string> set) => Read(name, text => text, set);

    public void List(string name, Action<List<string>> set)
    {
        _known.Add(name);
        var section = _section.GetSection(name);
        if (section.Value is { } text)
        {
            set([.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]);
        }
        else if (section.GetChildren().Select(child => child.Value!).ToList() is { Count: > 0 } all)
        {
            set(all);
        }
    }

    private void Map(string name, Action<string, int> set)
    {
        _known.Add(name);
        foreach (var child in _section.GetSection(name).GetChildren())
        {
            set(
                child.Key,
                int.TryParse(child.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                    ? value
                    : throw Wrong($"{name}:{child.Key}", "a whole number", child.Value));
        }
    }

    public void Sections(params string[] names) => _known.AddRange(names);

    public void Read<T>(string name, Func<string, T> read, Action<T> set)
    {
        _known.Add(name);
        if (_section[name] is { } text)
        {
            set(read(text));
        }
    }

    /// <summary>Refuses what nobody knows: a setting with a slip in its name would otherwise be silently without effect.</summary>
    /// <param name="remedy">What to do about it.</param>
    public void Done(string remedy = "Correct its name or take it away.")
    {
        foreach (var child in _section.GetChildren())
        {
            if (!_known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw Refused(
                    child.Path, $"{_section.Path} has no setting {Shown.Text(child.Key)}; it has {string.Join(", ", _known)}. {remedy}");
            }
        }
    }

    /// <summary>A setting that cannot be. Its path is kept as <c>Data["path"]</c>, so that who read the file can name the line.</summary>
    public static PawlException Refused(string path, string message, Exception? cause = null) =>
        new("config_invalid", message, cause, exitCode: 8) { Data = { ["path"] = path } };

    /// <summary>A value that is not what is allowed there.</summary>
    public PawlException Wrong(string name, string allowed, string? value) => Refused(
        $"{_section.Path}:{name}",
        $"{_section.Path}:{name} must be {allowed}, but was {Shown.Text(value)}. Correct it in the settings.");
}
