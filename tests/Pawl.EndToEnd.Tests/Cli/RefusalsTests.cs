using System.Net;
using System.Net.Sockets;

namespace Pawl.EndToEnd.Tests.Cli;

/// <summary>Why a server does not start, each in words, with its exit code, and nothing changed.</summary>
public sealed class RefusalsTests : IDisposable
{
    private readonly Tool _tool = new();

    public void Dispose() => _tool.Dispose();

    [Theory]
    [InlineData("""{"Pawl":{"Worker":{"Slotss":1}}}""", "config_invalid", "c.json:1: Pawl:Worker has no setting 'Slotss'")]
    [InlineData("{\"Pawl\":{\n\"Worker\":{\"Slots\":0}}}", "config_invalid", "c.json:2: Pawl:Worker:Slots must be between")]
    [InlineData("{\"Pawl\":{\n\"Worker\":{\"Slots\":1,\n\"slots\":2}}}", "config_invalid",
        "c.json:3: 'Pawl:Worker:slots' stands there twice")]
    [InlineData("{\"Pawl\":{\"Workr\":{}}}", "config_invalid", "did you mean 'Worker'?")]
    [InlineData("{\"Pawl\":{}} //", "config_invalid", "c.json:1: this is not JSON")]
    [InlineData("""{"Pawl":{"Worker":{"LeaseTtl":"5s","HeartbeatInterval":"5s"}}}""", "config_conflict",
        "LeaseTtl must be more than twice")]
    public async Task A_setting_that_cannot_be_ends_with_8_and_its_line(string json, string code, string told)
    {
        await File.WriteAllTextAsync(_tool["c.json"], json, TestContext.Current.CancellationToken);

        var said = (await _tool.RunAsync("serve", "--config", "c.json", "--listen", "127.0.0.1:0")).Ends(8);

        Assert.Equal(code, said.Code);
        Assert.Contains(told, said.Errors, StringComparison.Ordinal);
        Assert.Empty(said.Output);
    }

    [Theory]
    [InlineData("--listen 0.0.0.0:7296", 8, "refuse_public_without_auth")]
    [InlineData("--listen [::]:7296", 8, "refuse_public_without_auth")]
    [InlineData("--store sqlite:missing/p.db", 8, "storage_path")]
    [InlineData("--store sqlite:text.db", 8, "not_our_database")]
    [InlineData("--store sqlite:empty.db", 8, "not_our_database")]
    [InlineData("--store sqlite:.", 8, "not_our_database")]
    [InlineData("--store postgres:Nonsense=1", 8, "config_invalid")]
    [InlineData("--config missing.json", 8, "config_invalid")]
    [InlineData("--socket text.db", 8, "socket_path")]
    public async Task What_must_not_be_is_refused_before_anything_is_made(string words, int exit, string code)
    {
        await File.WriteAllTextAsync(_tool["text.db"], "hello\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_tool["empty.db"], "", TestContext.Current.CancellationToken);
        string[] listen = words.Contains("--listen", StringComparison.Ordinal) ? [] : ["--listen", "127.0.0.1:0"];

        var said = (await _tool.RunAsync(["serve", .. listen, .. words.Split(' ')])).Ends(exit);

        Assert.Equal(code, said.Code);
        Assert.False(File.Exists(_tool["pawl.db.token"]));
        Assert.Equal("hello\n", await File.ReadAllTextAsync(_tool["text.db"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_port_in_use_ends_with_7_and_names_its_owner()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var said = (await _tool.RunAsync("serve", "--listen", $"127.0.0.1:{port}")).Ends(7);

        Assert.Equal("port_in_use", said.Code);
        Assert.Contains($"port {port}", said.Errors, StringComparison.Ordinal);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells who has a port.");
        Assert.Contains($"process {Environment.ProcessId} ", said.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(_tool["pawl.db"]));
    }

    [Fact]
    public async Task A_password_of_a_database_is_in_no_output()
    {
        foreach (var store in (string[])[
            "postgres://u:canary@127.0.0.1:1/x?sslmode=no", "postgres:Host=h;Password=canary;Nonsense=1", "pg:u:canary@h"])
        {
            var said = await _tool.RunAsync("db", "status", "--store", store, "-v");

            Assert.NotEqual(0, said.Exit);
            Assert.DoesNotContain("canary", said.Output + said.Errors, StringComparison.Ordinal);
        }
    }
}
