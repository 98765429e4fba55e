namespace Pawl.Tests.Rules;

public sealed class RetryPolicyTests
{
    [Fact]
    public void The_defaults_are_sound() => Assert.Empty(RetryPolicy.Default.Faults());

    [Fact]
    public void The_ends_of_every_range_are_sound()
    {
        var year = TimeSpan.FromDays(365);
        Assert.Empty(new RetryPolicy { MaxAttempts = 1, BaseDelay = default, Multiplier = 1, MaxDelay = default, Jitter = 0 }.Faults());
        Assert.Empty(new RetryPolicy { MaxAttempts = 100, BaseDelay = year, Multiplier = 100, MaxDelay = year, Jitter = 1 }.Faults());
    }

    [Fact]
    public void A_fault_names_the_value_its_bounds_and_where_to_set_it() =>
        Assert.Equal(
            ["Pawl:Retry:MaxAttempts must be between 1 and 100, but was 0. "
                + "Set it in appsettings.json or with AddPawl(o => o.Retry = new() { … })."],
            new RetryPolicy { MaxAttempts = 0 }.Faults());

    [Fact]
    public void A_fault_of_a_type_names_the_type() =>
        Assert.Equal(
            ["Retry of mail.send:Jitter must be between 0 and 1, but was 1.5. Change its Retry(…)."],
            new RetryPolicy { Jitter = 1.5 }.Faults("Retry of mail.send", "Change its Retry(…)."));

    [Fact]
    public void Every_fault_is_named_at_once()
    {
        var faults = new RetryPolicy
        {
            MaxAttempts = 101,
            BaseDelay = TimeSpan.FromSeconds(-1),
            Multiplier = double.NaN,
            MaxDelay = TimeSpan.FromDays(366),
            Jitter = double.PositiveInfinity,
        }.Faults();
        Assert.Equal(
            ["MaxAttempts", "BaseDelay", "Multiplier", "MaxDelay", "Jitter"],
            faults.Select(fault => fault.Split(' ')[0].Split(':')[^1]));
    }

    [Fact]
    public void A_cap_below_the_base_is_a_fault()
    {
        var fault = Assert.Single(new RetryPolicy { MaxDelay = TimeSpan.FromSeconds(59) }.Faults());
        Assert.Contains("between BaseDelay (00:01:00) and 365 days, but was 00:00:59", fault, StringComparison.Ordinal);
    }
}
