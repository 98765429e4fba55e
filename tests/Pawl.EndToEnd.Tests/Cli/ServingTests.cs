using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Pawl.EndToEnd.Tests.Cli;

/// <summary>A server and the tool beside it, from the first start to the last.</summary>
public sealed class ServingTests(Server server) : IClassFixture<Server>
{
    [Fact]
    public void It_says_in_one_line_that_it_is_ready() =>
        Assert.Matches(@"^pawl \d+\.\d+\.\d+ ready on http://127\.0\.0\.1:\d+ \(sqlite pawl\.db, 10 slots\)$", server.Ready);

    [Fact]
    public void The_first_start_makes_a_key_only_its_user_can_read_and_a_link()
    {
        Assert.StartsWith("pawl_k_", server.Key, StringComparison.Ordinal);
        Assert.Contains($"{server.Url}/#code=", server.Errors, StringComparison.Ordinal);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes are Unix's.");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(server.Tool["pawl.db.token"]));
    }

    [Fact]
    public async Task The_tool_on_the_same_machine_needs_no_setting() => (await server.RunAsync("list")).Ends(0);

    [Fact]
    public async Task What_it_prints_as_JSON_is_the_document_of_the_API()
    {
        var id = (await server.RunAsync("enqueue", "demo.sleep", "--payload", "{}", "--delay", "1h", "-o", "id")).Ends(0).Output.Trim();
        foreach (var (words, path) in (IEnumerable<(string, string)>)[
            ($"get {id}", $"api/jobs/{id}"), ($"get {id} --events", $"api/jobs/{id}/events"), ($"jobs why {id}", $"api/jobs/{id}/why"),
            ($"list id:{id}", $"api/jobs?query=id:{id}&limit=50"), ("bulk list", "api/bulk?limit=50"), ("keys list", "api/keys")])
        {
            var said = (await server.RunAsync([.. words.Split(' '), "-o", "json"])).Ends(0);
            var told = await GetAsync(path);

            Assert.True(JsonElement.DeepEquals(Steady(told), Steady(said.Json())), $"pawl {words}\n{said.Output}\nGET {path}\n{told}");
        }
    }

    [Fact]
    public async Task What_is_too_long_or_no_ASCII_is_refused_with_a_code()
    {
        using var client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 });
        async Task<string?> CodeAsync(HttpMethod verb, string path, string header, string value)
        {
            using var request = new HttpRequestMessage(verb, new Uri($"{server.Url}/{path}"));
            request.Headers.Authorization = new("Bearer", server.Key);
            request.Headers.TryAddWithoutValidation(header, value);
            request.Content = verb == HttpMethod.Post
                ? new StringContent("""{"type":"demo.sleep","payload":{}}""", null, "application/json")
                : null;
            using var reply = await client.SendAsync(request, TestContext.Current.CancellationToken);
            return JsonElement.Parse(await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
                .GetProperty("code").GetString();
        }

        Assert.Equal("header_too_large", await CodeAsync(HttpMethod.Get, "livez", "X-Large", new('x', 33 * 1024)));
        Assert.Equal("filter_invalid", await CodeAsync(HttpMethod.Get, $"api/jobs?query={new string('x', 10 * 1024)}", "X-A", "a"));
        Assert.Equal("key_invalid", await CodeAsync(HttpMethod.Post, "api/jobs", "Idempotency-Key", "é"));
    }

    [Fact]
    public async Task An_exit_code_tells_what_the_server_said()
    {
        var id = (await server.RunAsync("enqueue", "demo.fail", "--payload", """{"category":"invalid_input"}""", "-o", "id")).Ends(0)
            .Output.Trim();
        var viewer = (await server.RunAsync("keys", "create", "viewer", "--role", "viewer")).Ends(0).Output.Trim();

        Assert.Equal("not_found", (await server.RunAsync("get", "999999")).Ends(3).Code);
        Assert.Equal("unauthenticated", (await server.RunAsync("list", "--token", "pawl_k_wrong")).Ends(4).Code);
        Assert.Equal("forbidden", (await server.RunAsync("cancel", id, "--token", viewer)).Ends(4).Code);
        Assert.Equal("forbidden", (await server.RunAsync("keys", "list", "--token", viewer)).Ends(4).Code);
        Assert.Equal("type_unknown", (await server.RunAsync("enqueue", "demo.slep")).Ends(1).Code);
        Assert.Contains(
            "hint: did you mean 'demo.sleep'?", (await server.RunAsync("enqueue", "demo.slep")).Errors, StringComparison.Ordinal);
        (await server.RunAsync("enqueue", "demo.sleep", "--idempotency-key", "i1", "--payload", """{"seconds":0}""")).Ends(0);
        Assert.Equal(
            "idempotency_conflict",
            (await server.RunAsync("enqueue", "demo.sleep", "--idempotency-key", "i1", "--payload", """{"seconds":1}""")).Ends(5).Code);
        Assert.Equal("usage", (await server.RunAsync("jobs", "delete", id)).Ends(2).Code);   // nobody can be asked
    }

    [Fact]
    public async Task A_job_is_waited_for_watched_and_read_along_to_its_end()
    {
        async Task<string> NewAsync(string type, string payload) =>
            (await server.RunAsync("enqueue", type, "--payload", payload, "-o", "id")).Ends(0).Output.Trim();
        var fails = await NewAsync("demo.fail", """{"category":"invalid_input"}""");
        var sleeps = await NewAsync("demo.sleep", """{"seconds":600}""");

        (await server.RunAsync("enqueue", "demo.sleep", "--payload", """{"seconds":0.2}""", "--wait", "-o", "id")).Ends(0);
        (await server.RunAsync("wait", fails)).Ends(6);
        (await server.RunAsync("wait", fails, "--for", "ended")).Ends(0);
        (await server.RunAsync("watch", fails)).Ends(6);
        Assert.Equal("timed_out", (await server.RunAsync("wait", sleeps, "--timeout", "300ms")).Ends(7).Code);
        var log = (await server.RunAsync("logs", await NewAsync("demo.stream", """{"chunks":3,"ms":50}"""), "-f")).Ends(0).Output;
        Assert.Contains("Chunk 3 of 3", log, StringComparison.Ordinal);
        (await server.RunAsync("cancel", sleeps)).Ends(0);
    }

    [Fact]
    public async Task No_key_is_in_any_output()
    {
        foreach (var words in (string[][])[
            ["list", "-v"], ["config", "show"], ["config", "show", "-o", "json"], ["keys", "list", "-v", "-o", "json"], ["get", "0", "-v"],
            ["list", "--token", server.Key, "--url", "http://127.0.0.1:1", "-v"], ["profiles", "list", "-o", "json"]])
        {
            var said = await server.RunAsync(words);
            Assert.DoesNotContain(server.Key, said.Output + said.Errors, StringComparison.Ordinal);
        }

        foreach (var store in (string[])["db status", "db migrate"])
        {
            Assert.DoesNotContain(server.Key, (await server.RunAsync(store.Split(' '))).Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Many_jobs_come_from_stdin_a_line_each()
    {
        var lines = string.Concat(Enumerable.Range(0, 2_500).Select(_ => """{"type":"demo.sleep","payload":{"seconds":0}}""" + "\n"));

        var said = (await server.Tool.RunAsync(["enqueue", "--ndjson", "-o", "id"], lines)).Ends(0);

        Assert.Equal(2_500, said.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Count());
        Assert.Empty(said.Errors);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The program 'script' makes a terminal.");
        await File.WriteAllTextAsync(server.Tool["many.ndjson"], lines, TestContext.Current.CancellationToken);
        var seen = await server.Tool.RunOtherAsync(
            "script", "-qec", $"dotnet '{Tool.Program}' enqueue --ndjson -o id < many.ndjson > /dev/null", "/dev/null");
        Assert.Contains("enqueue 2000 jobs", seen.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_waits_for_a_yes_is_approved_or_rejected()
    {
        const string Line = """{"type":"demo.sleep","payload":{"seconds":0},"requires_approval":true}""" + "\n";
        var made = (await server.Tool.RunAsync(["enqueue", "--ndjson", "-o", "id"], Line + Line)).Ends(0);
        var ids = made.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var (yes, no) = (ids[0], ids[1]);

        var waits = (await server.RunAsync("get", yes, "-o", "json")).Ends(0).Json();
        (await server.RunAsync("jobs", "approve", yes)).Ends(0);
        (await server.RunAsync("jobs", "reject", no)).Ends(0);

        Assert.Equal(
            ("blocked", "approval"), (waits.GetProperty("state").GetString(), waits.GetProperty("block_reason").GetString()));
        (await server.RunAsync("wait", yes)).Ends(0);
        var rejected = (await server.RunAsync("get", no, "-o", "json")).Ends(0).Json();
        Assert.Equal(
            ("cancelled", "user", "rejected"),
            (rejected.GetProperty("state").GetString(), rejected.GetProperty("end_reason").GetString(),
                rejected.GetProperty("cancel_reason").GetString()));
        Assert.Equal("not_awaiting_approval", (await server.RunAsync("jobs", "approve", no)).Ends(5).Code);
    }

    [Fact]
    public async Task A_list_goes_on_to_its_end_where_it_is_asked_to()
    {
        var lines = string.Concat(Enumerable.Range(0, 60).Select(_ => """{"payload":{"seconds":0},"tags":{"page":"1"}}""" + "\n"));
        (await server.Tool.RunAsync(["enqueue", "demo.sleep", "--ndjson"], lines)).Ends(0);

        var some = (await server.RunAsync("list", "-o", "id")).Ends(0);
        var all = (await server.RunAsync("list", "-o", "ndjson")).Ends(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var document = (await server.RunAsync("list", "--all", "-o", "json")).Ends(0).Json();

        Assert.Equal(50, some.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("there is more", some.Errors, StringComparison.Ordinal);
        Assert.True(all.Length >= 60);
        Assert.All(all, line => JsonDocument.Parse(line).Dispose());
        Assert.Equal(JsonValueKind.Null, document.GetProperty("next_cursor").ValueKind);
        Assert.True(document.GetProperty("items").GetArrayLength() >= 60);
    }

    [Fact]
    public async Task Text_of_jobs_does_nothing_to_a_terminal()
    {
        const string Hostile = "\e]0;title\a\e[31mred\u202Eback\r\nnext";
        var id = (await server.RunAsync("enqueue", "demo.sleep", "--payload", "{}", "--delay", "1h", "-o", "id")).Ends(0).Output.Trim();
        (await server.RunAsync("cancel", id, "--reason", Hostile)).Ends(0);

        var shown = (await server.RunAsync("get", id)).Ends(0).Output;

        Assert.Contains(@"\u001b]0;title\u0007\u001b[31mred\u202eback\u000d\u000anext", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(shown, letter => char.IsControl(letter) && letter != '\n');
        Assert.Equal(Hostile, (await server.RunAsync("get", id, "-o", "json")).Json().GetProperty("cancel_reason").GetString());
    }

    [Fact]
    public async Task A_table_on_a_terminal_of_80_columns_keeps_ids_whole()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "There is no script(1), which makes a terminal.");
        var made = await server.RunAsync(
            "enqueue", "demo.sleep", "--payload", "{}", "--delay", "1h", "--queue", new string('q', 100), "-o", "id");
        var id = made.Ends(0).Output.Trim();

        var said = await server.Tool.OnTerminalAsync(80, "list", $"id:{id}");

        var lines = said.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(
            lines, line => line.StartsWith($"{id} ", StringComparison.Ordinal) && line.Contains("qqq…", StringComparison.Ordinal));
        Assert.All(lines.Where(line => line.StartsWith(id, StringComparison.Ordinal)), line => Assert.True(line.Length <= 80, line));
        Assert.Contains("\e[1mID", said, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[1m", await server.Tool.OnTerminalAsync(80, "list", "--no-color"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_has_seen_enough_ends_it_quietly()
    {
        using var process = server.Tool.Start("list", "--all", "-o", "ndjson");
        process.StandardInput.Close();
        process.StandardOutput.Close();
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        Assert.Empty(errors);
    }

    [Fact]
    public async Task A_second_server_on_the_file_ends_with_7_and_names_the_first()
    {
        var said = (await server.RunAsync("serve", "--listen", "127.0.0.1:0")).Ends(7);

        Assert.Equal("storage_in_use", said.Code);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"process {server.Pid}"), said.Errors, StringComparison.Ordinal);
        Assert.Equal("storage_in_use", (await server.RunAsync("db", "migrate", "--yes")).Ends(7).Code);
        (await server.RunAsync("db", "status")).Ends(0);
        (await server.RunAsync("db", "check")).Ends(0);
        (await server.RunAsync("db", "backup", "beside.db")).Ends(0);
        (await server.RunAsync("db", "check", "--store", "sqlite:beside.db")).Ends(0);
    }

    [Fact]
    public async Task The_doctor_finds_nothing_red()
    {
        var said = (await server.RunAsync("doctor", "--store", "sqlite:pawl.db", "-o", "json")).Ends(0).Json();

        Assert.True(said.GetProperty("ok").GetBoolean());
        Assert.Contains(said.GetProperty("checks").EnumerateArray(), check => check.GetProperty("name").GetString() == "integrity");
    }

    [Fact]
    public async Task The_version_is_told_of_tool_and_server()
    {
        var said = (await server.RunAsync("version", "-o", "json")).Ends(0).Json();

        Assert.Equal(said.GetProperty("version").GetString(), said.GetProperty("server").GetString());
    }

    [Fact]
    public async Task It_listens_on_a_socket_of_its_user_s_and_drains_when_asked_to()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes and signals are Unix's.");
        await using var other = new Server();
        await other.StartAsync("--socket", "s/pawl.sock", "--demo");
        var socket = other.Tool["s/pawl.sock"];

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, Mode(socket));
        (await other.RunAsync("list", "--url", $"unix:{socket}")).Ends(0);
        var id = (await other.RunAsync("enqueue", "demo.sleep", "--payload", """{"seconds":1}""", "-o", "id")).Ends(0).Output.Trim();
        Assert.Equal(0, await other.StopAsync());
        Assert.False(File.Exists(socket));
        Assert.Equal("unreachable", (await other.RunAsync("get", id)).Ends(7).Code);
        (await other.RunAsync("db", "check")).Ends(0);
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Key);
        using var reply = await http.GetAsync(new Uri($"{server.Url}/{path}"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        return JsonDocument.Parse(await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
    }

    /// <summary>Without what moves from one call to the next.</summary>
    private static JsonElement Steady(JsonElement document)
    {
        var text = System.Text.RegularExpressions.Regex.Replace(
            document.GetRawText(), "\"(last_used_at|stats)\":(\"[^\"]*\"|null|\\{[^}]*\\})", "\"$1\":0");
        return JsonDocument.Parse(text).RootElement;
    }

    private static UnixFileMode Mode(string path) =>
        OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException("Files have no mode there.") : File.GetUnixFileMode(path);
}
