using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pawl;
using Pawl.Victim;
using Pawl.Victim.Handlers;

// Started and killed by tests: a host with Pawl on one database. It says READY on its output when it runs, then how far it is, so that a
// test that reads can choose the moment of its death.
var order = Order.Parse(args);
var clock = TimeProvider.System;
Guard.Begin(TimeSpan.FromMinutes(order.Minutes), clock);

var builder = Host.CreateEmptyApplicationBuilder(new());
builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Error);
builder.Services.AddSingleton(order).AddSingleton(clock).AddSingleton<Effects>().AddSingleton<Calls>().AddSingleton<Producers>();
var pawl = builder.Services.AddPawl(options =>
{
    options.Retry = new() { BaseDelay = TimeSpan.FromMilliseconds(20), MaxDelay = TimeSpan.FromMilliseconds(20) };
    options.Worker.Enabled = order.Mode is not ("ask" or "lead");
    options.Scheduler.Enabled = order.Mode != "ask";   // nor does it lead: those that are killed must
    options.Worker.Slots = order.Slots;
    options.Worker.LossCap = order.LossCap;
    options.Worker.LeaseTtl = TimeSpan.FromSeconds(order.Lease);
    options.Worker.HeartbeatInterval = TimeSpan.FromSeconds(order.Beat);
    options.Worker.DrainTimeout = TimeSpan.FromMilliseconds(100);
});
_ = order.Shared ? pawl.UsePostgres(order.Database) : pawl.UseSqlite($"Data Source={order.Database}");
pawl.AddHandler<PlainHandler, Plain>();
if (order.Knows == "all")
{
    pawl.AddHandler<FlakyHandler, Flaky>()
        .AddHandler<StepsHandler, Steps>()
        .AddHandler<ParentHandler, Parent>()
        .AddHandler<NapHandler, Nap>()
        .AddHandler<LateHandler, Late>()
        .AddHandler<PoisonHandler, Poison>();
}

try
{
    using var host = builder.Build();
    await host.StartAsync();
    await new Session(host, order, clock).RunAsync();
    await host.StopAsync();
    return 0;
}
catch (PawlException refused) when (refused.ExitCode is { } code)
{
    await Console.Error.WriteLineAsync($"error[{refused.Code}]: {refused.Message}");
    return code;
}
