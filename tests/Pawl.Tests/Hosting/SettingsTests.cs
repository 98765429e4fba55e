using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Pawl.Tests.Hosting;

public sealed class SettingsTests
{
    [Fact]
    public void Settings_come_from_the_configuration_and_then_from_code()
    {
        var options = Read(
            new()
            {
                ["Pawl:Worker:Slots"] = "4",
                ["Pawl:Worker:LeaseTtl"] = "1m",
                ["Pawl:Worker:Queues:0"] = "capture",
                ["Pawl:Worker:QueueConcurrency:capture"] = "2",
                ["Pawl:Retry:Multiplier"] = "3",
                ["Pawl:Retry:BaseDelay"] = "PT30S",
                ["Pawl:RetryBudget:Share"] = "0.5",
                ["Pawl:RetryBudget:Window"] = "30s",
                ["Pawl:Types:Default:Timeout"] = "00:10:00",
                ["Pawl:Recovery:Interval"] = "10m",
                ["Pawl:Schema:Migrate"] = "false",
                ["Pawl:Sqlite:Whatever"] = "is another's",
            },
            code => code.Worker.Slots = 6);

        Assert.Equal((6, TimeSpan.FromMinutes(1)), (options.Worker.Slots, options.Worker.LeaseTtl));
        Assert.Equal(["capture"], options.Worker.Queues);
        Assert.Equal(2, options.Worker.QueueConcurrency["capture"]);
        Assert.Equal((3, TimeSpan.FromSeconds(30)), (options.Retry.Multiplier, options.Retry.BaseDelay));
        Assert.Equal((0.5, TimeSpan.FromSeconds(30)), (options.RetryBudget.Share, options.RetryBudget.Window));
        Assert.Equal(TimeSpan.FromMinutes(10), options.Types.Default.Timeout);
        Assert.Equal(TimeSpan.FromMinutes(10), options.Recovery.Interval);
        Assert.False(options.Schema.Migrate);
    }

    [Fact]
    public void A_value_out_of_bounds_is_named_with_its_bounds_and_the_remedy()
    {
        var refused = Assert.Throws<PawlException>(() => Read([], options => options.Worker.Slots = 0));

        Assert.Equal(("config_invalid", 8), (refused.Code, refused.ExitCode));
        Assert.Equal(
            "Pawl:Worker:Slots must be between 1 and 1000, but was 0. "
            + "Set it in appsettings.json or with AddPawl(o => o.Worker.Slots = …).",
            refused.Message);
    }

    [Fact]
    public void A_retry_budget_is_a_fifth_of_ten_seconds_and_may_be_switched_off_but_not_exceed_all()
    {
        Assert.Equal((0.2, TimeSpan.FromSeconds(10)), Read([]).RetryBudget is var budget ? (budget.Share, budget.Window) : default);
        Assert.Equal(1, Read([], options => options.RetryBudget.Share = 1).RetryBudget.Share);

        var refused = Assert.Throws<PawlException>(() => Read([], options =>
        {
            options.RetryBudget.Share = 1.1;
            options.RetryBudget.Window = TimeSpan.FromMilliseconds(10);
        }));

        Assert.Contains("Pawl:RetryBudget:Share must be between 0 and 1, but was 1.1.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Pawl:RetryBudget:Window must be between 1s and 1h, but was 10ms.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var refused = Assert.Throws<PawlException>(() => Read([], options =>
        {
            options.Worker.Slots = 2_000;
            options.Worker.LeaseTtl = TimeSpan.FromSeconds(1);
            options.Retry = options.Retry with { MaxAttempts = 0 };
            options.Health.AlertBelow = 101;
        }));

        Assert.Equal(4, refused.Message.Split(Environment.NewLine).Length);
    }

    [Fact]
    public void A_lease_that_one_late_heartbeat_would_end_is_a_conflict()
    {
        var refused = Assert.Throws<PawlException>(() => Read([], options =>
        {
            options.Worker.LeaseTtl = TimeSpan.FromSeconds(10);
            options.Worker.HeartbeatInterval = TimeSpan.FromSeconds(5);
        }));

        Assert.Equal(("config_conflict", 8), (refused.Code, refused.ExitCode));
    }

    [Theory]
    [InlineData("Pawl:Worker:Slotz", "4", "Slots")]
    [InlineData("Pawl:Worker:Slots", "many", "whole number")]
    [InlineData("Pawl:Worker:LeaseTtl", "30", "1h30m")]
    [InlineData("Pawl:Worker:Enabled", "yes", "true or false")]
    [InlineData("Pawl:Types:Mail:Timeout", "5m", "Default")]
    public void A_slip_in_the_configuration_is_named_with_its_place(string setting, string value, string told)
    {
        var refused = Assert.Throws<PawlException>(() => Read(new() { [setting] = value }));

        Assert.Equal(("config_invalid", 8), (refused.Code, refused.ExitCode));
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
        Assert.Contains("Pawl:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Old_names_are_read_when_asked_for_and_settings_go_before_them()
    {
        Dictionary<string, string?> old = new()
        {
            ["MAX_CONCURRENT_JOBS"] = "7",
            ["JOB_TIMEOUT_MINUTES"] = "12",
            ["MAX_RETRIES"] = "4",
            ["RETRY_BACKOFF_MULTIPLIER"] = "3",
            ["SENTRY_TRACES_SAMPLE_RATE"] = "0.25",
            ["HEALTH_CHECK_INTERVAL_MS"] = "60000",
        };
        Assert.Equal(Facts(new()), Facts(Read(old)));

        old["Pawl:EnvironmentAliases"] = "true";
        Assert.Equal((7, TimeSpan.FromMinutes(12), 5, 3, 0.25, TimeSpan.FromMinutes(1)), Facts(Read(old)));

        (old["RETRY_MAX_ATTEMPTS"], old["Pawl:Worker:Slots"], old["Pawl:Telemetry:TraceSampleRatio"]) = ("6", "2", "1");
        Assert.Equal((2, TimeSpan.FromMinutes(12), 6, 3, 1, TimeSpan.FromMinutes(1)), Facts(Read(old)));

        static (int, TimeSpan, int, double, double, TimeSpan) Facts(PawlOptions options) => (
            options.Worker.Slots,
            options.Types.Default.Timeout,
            options.Retry.MaxAttempts,
            options.Retry.Multiplier,
            options.Telemetry.TraceSampleRatio,
            options.Health.Interval);
    }

    [Theory]
    [InlineData("MAX_CONCURRENT_JOBS", "many", "MAX_CONCURRENT_JOBS must be a whole number, but was")]
    [InlineData("MAX_RETRIES", "-1", "MAX_RETRIES must be a whole number")]
    [InlineData("SENTRY_TRACES_SAMPLE_RATE", "NaN", "SENTRY_TRACES_SAMPLE_RATE must be a number")]
    [InlineData("SENTRY_TRACES_SAMPLE_RATE", "1.5", "Pawl:Telemetry:TraceSampleRatio must be between 0 and 1, but was 1.5")]
    [InlineData("JOB_TIMEOUT_MINUTES", "2147483646", "Pawl:Types:Default:Timeout must be between")]
    [InlineData("Pawl:EnvironmentAliases", "yes", "true or false")]
    public void A_wrong_value_under_an_old_name_is_told_with_it(string name, string value, string told)
    {
        var refused = Assert.Throws<PawlException>(() => Read(new() { ["Pawl:EnvironmentAliases"] = "true", [name] = value }));

        Assert.Equal(("config_invalid", 8), (refused.Code, refused.ExitCode));
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_kept_slot_is_there_from_four_slots_on()
    {
        Assert.Equal([0, 0, 1, 1], new[] { 1, 3, 4, 10 }.Select(slots => new WorkerOptions { Slots = slots }.KeptSlots));
        Assert.Equal(3, new WorkerOptions { ExpressSlots = 3 }.KeptSlots);
    }

    private static PawlOptions Read(Dictionary<string, string?> settings, Action<PawlOptions>? code = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddPawl(code);
        using var all = services.BuildServiceProvider();
        return all.GetRequiredService<IOptions<PawlOptions>>().Value;
    }
}
