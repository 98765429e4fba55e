namespace Pawl.Web.Tests;

public class CommandTests : OnEitherStore
{
    private const string Parked = """{"type":"parked","payload":{}}""";

    [Theory]
    [InlineData("PUT", "api/jobs")]
    [InlineData("POST", "api/jobs")]
    [InlineData("PUT", "jobs")]
    [InlineData("POST", "jobs")]
    public async Task A_waiting_job_is_cancelled_at_once_and_stays_so(string verb, string root)
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync(Parked);

        var first = await served.SendAsync(verb, $"{root}/{id}/cancel", """{"reason":"wrong repo"}""");
        var again = await served.SendAsync(verb, $"{root}/{id}/cancel");

        Assert.Equal((200, "cancelled", "user", "wrong repo"),
            (first.Status, first.Text("state"), first.Text("end_reason"), first.Text("cancel_reason")));
        Assert.Equal((200, "cancelled"), (again.Status, again.Text("state")));
    }

    [Fact]
    public async Task A_running_job_is_asked_to_stop()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync("""{"type":"demo","payload":{"wait":true}}""");
        await served.Gates.BegunAsync(id);

        var reply = await served.PostAsync($"api/jobs/{id}/cancel", """{"grace_ms":1000}""");

        Assert.Equal((202, "running", "key:admin"), (reply.Status, reply.Text("state"), reply.Text("cancel_requested_by")));
        await served.EndAsync(id);
        Assert.Equal("cancelled", (await served.GetAsync($"api/jobs/{id}")).Text("state"));
    }

    [Fact]
    public async Task A_job_that_has_ended_is_not_cancelled_retried_or_edited()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync("""{"type":"demo","payload":{}}""");
        await served.EndAsync(id);

        var cancel = await served.PostAsync($"api/jobs/{id}/cancel");
        var retry = await served.PostAsync($"api/jobs/{id}/retry");
        var edit = await served.SendAsync("PATCH", $"api/jobs/{id}", """{"priority":1}""", headers: ("If-Match", "*"));

        Assert.Equal((409, "already_final", "succeeded"), (cancel.Status, cancel.Code, cancel.Text("state")));
        Assert.Equal((409, "already_succeeded"), retry.Answer);
        Assert.Equal((409, "not_editable", "succeeded"), (edit.Status, edit.Code, edit.Text("state")));
    }

    [Fact]
    public async Task A_failed_job_is_retried_when_its_error_is_no_permanent_one()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync("""{"type":"demo","payload":{"fail":"invalid_input"}}""");
        await served.EndAsync(id);

        var refused = await served.PostAsync($"api/jobs/{id}/retry");
        var forced = await served.PostAsync($"jobs/{id}/retry", """{"from":"start","force":true}""");

        Assert.Equal((409, "not_retryable", "invalid_input"), (refused.Status, refused.Code, refused.Text("category")));
        Assert.Equal((200, 2), (forced.Status, (int?)forced.Json["generation"]));
        Assert.Equal((409, "not_final"), (await served.PostAsync($"api/jobs/{await served.CreateAsync(Parked)}/retry")).Answer);
    }

    [Fact]
    public async Task A_job_is_run_again_with_other_members()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync("""{"type":"parked","payload":{"number":1},"tags":{"a":"b"},"unique_key":"u"}""");

        var plain = await served.PostAsync($"api/jobs/{id}/run-again", null, ("Idempotency-Key", "r"));
        var replayed = await served.PostAsync($"api/jobs/{id}/run-again", null, ("Idempotency-Key", "r"));
        var edited = await served.PostAsync(
            $"api/jobs/{id}/run-again", """{"payload":{"number":2},"queue":"q2","priority":90,"force":"failed"}""");
        var moved = await served.PostAsync($"api/jobs/{id}/run-again", """{"queue":"q3"}""");
        var nulled = await served.PostAsync($"api/jobs/{id}/run-again", """{"payload":null}""");

        Assert.Equal((201, "q3", 1), (moved.Status, moved.Text("queue"), (int?)moved.Json["payload"]?["number"]));
        Assert.Equal((422, "payload_invalid"), nulled.Answer);   // null is a payload, and not one of this type
        Assert.Equal((201, id, "b"), (plain.Status, plain.Text("rerun_of"), (string?)plain.Json["tags"]!["a"]));
        Assert.Null(plain.Json["unique_key"]);
        Assert.Equal((200, plain.Text("id")), (replayed.Status, replayed.Text("id")));
        Assert.Equal((201, "q2", 90, "failed", 2), (edited.Status, edited.Text("queue"), (int?)edited.Json["priority"],
            edited.Text("force"), (int?)edited.Json["payload"]!["number"]));
    }

    [Fact]
    public async Task An_edit_names_the_version_it_changes()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync("""{"type":"parked","payload":{},"start_by":"2099-01-01T00:00:00Z","tags":{"a":"1"}}""");
        var etag = (await served.GetAsync($"api/jobs/{id}")).Headers["ETag"];

        var without = await served.SendAsync("PATCH", $"api/jobs/{id}", """{"priority":90}""");
        var stale = await served.SendAsync("PATCH", $"api/jobs/{id}", """{"priority":90}""", headers: ("If-Match", "\"99\""));
        var done = await served.SendAsync(
            "PATCH", $"api/jobs/{id}", """{"priority":90,"start_by":null,"queue":"slow","max_attempts":5}""", headers: ("If-Match", etag));
        var merged = await served.SendAsync(
            "PATCH", $"api/jobs/{id}", """{"tags":{"b":"2","a":null}}""", "application/merge-patch+json", ("If-Match", "*"));
        var postponed = await served.SendAsync(
            "PATCH", $"api/jobs/{id}", """{"run_at":"2029-01-01T00:00:00Z"}""", headers: ("If-Match", "*"));

        Assert.Equal((428, "precondition_required"), without.Answer);
        Assert.Equal((412, "row_version_mismatch", etag), (stale.Status, stale.Code, $"\"{stale.Json["row_version"]}\""));
        Assert.Equal((200, 90, "slow", 5, true), (done.Status, (int?)done.Json["priority"], done.Text("queue"),
            (int?)done.Json["max_attempts"], done.Json["start_by"] is null));
        Assert.Equal("""{"b":"2"}""", merged.Json["tags"]!.ToJsonString());
        Assert.Equal(("scheduled", "delay"), (postponed.Text("state"), postponed.Text("wait_reason")));
        Assert.Equal((400, "type_mismatch"),
            (await served.SendAsync("PATCH", $"api/jobs/{id}", """{"priority":null}""", headers: ("If-Match", "*"))).Answer);
    }

    [Fact]
    public async Task A_failure_is_dismissed_and_put_back()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync("""{"type":"demo","payload":{"fail":"invalid_input"}}""");
        await served.EndAsync(id);

        var dismissed = await served.PostAsync($"api/jobs/{id}/dismiss", """{"note":"known outage"}""");
        var back = await served.PostAsync($"api/jobs/{id}/undismiss");

        Assert.Equal((200, true), (dismissed.Status, dismissed.Json["dismissed_at"] is not null));
        Assert.Equal((200, true), (back.Status, back.Json["dismissed_at"] is null));
        Assert.Equal((409, "not_dismissable"), (await served.PostAsync($"api/jobs/{await served.CreateAsync(Parked)}/dismiss")).Answer);
    }

    [Fact]
    public async Task A_job_that_waits_for_a_yes_gets_a_yes_or_a_no()
    {
        await using var served = await StartAsync();
        const string Body = """{"type":"parked","payload":{},"requires_approval":true}""";
        var (yes, no) = (await served.CreateAsync(Body), await served.CreateAsync(Body));

        Assert.Equal("queued", (await served.PostAsync($"api/jobs/{yes}/approve")).Text("state"));
        var rejected = await served.PostAsync($"api/jobs/{no}/reject", """{"reason":"no"}""");

        Assert.Equal(("cancelled", "user"), (rejected.Text("state"), rejected.Text("end_reason")));
        foreach (var verb in (string[])["approve", "reject"])
        {
            Assert.Equal((409, "not_awaiting_approval"), (await served.PostAsync($"api/jobs/{yes}/{verb}")).Answer);
        }
    }

    [Fact]
    public async Task Only_an_ended_job_is_removed()
    {
        await using var served = await StartAsync();
        var id = await served.CreateAsync(Parked);

        Assert.Equal((428, "precondition_required"), (await served.SendAsync("DELETE", $"api/jobs/{id}")).Answer);
        Assert.Equal((409, "not_final"), (await served.SendAsync("DELETE", $"api/jobs/{id}", headers: ("If-Match", "*"))).Answer);
        await served.PostAsync($"api/jobs/{id}/cancel");
        Assert.Equal(204, (await served.SendAsync("DELETE", $"api/jobs/{id}", headers: ("If-Match", "*"))).Status);
        Assert.Equal((404, "not_found"), (await served.GetAsync($"api/jobs/{id}")).Answer);
    }

    [Theory]
    [InlineData("01")]
    [InlineData("+1")]
    [InlineData("%2B1")]
    [InlineData("%201")]
    [InlineData("1%20")]
    [InlineData("1.0")]
    [InlineData("00000000000000000001")]
    [InlineData("12345678901234567890")]
    [InlineData("99999999999999999999")]
    [InlineData("%D9%A1")]
    public async Task Another_spelling_of_an_id_is_no_id(string id)
    {
        await using var served = await StartAsync();
        Assert.Equal("1", await served.CreateAsync(Parked));
        var unknown = await served.GetAsync("api/jobs/999999");

        foreach (var path in (string[])["", "/why", "/attempts", "/events", "/logs", "/items", "/artifacts"])
        {
            var reply = await served.GetAsync($"api/jobs/{id}{path}");
            Assert.Equal((404, "not_found", unknown.Text("detail")), (reply.Status, reply.Code, reply.Text("detail")));
        }

        Assert.Equal((404, "not_found"), (await served.PostAsync($"api/jobs/{id}/cancel")).Answer);
        foreach (var noun in (string[])["workers", "bulk", "recovery"])
        {
            Assert.Equal((404, "not_found"), (await served.GetAsync($"api/{noun}/{id}")).Answer);
        }

        Assert.Equal((404, "not_found"), (await served.SendAsync("DELETE", $"api/keys/{id}")).Answer);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/why")]
    [InlineData("GET", "/events")]
    [InlineData("GET", "/logs")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/retry")]
    [InlineData("PATCH", "")]
    [InlineData("DELETE", "")]
    public async Task What_is_no_job_is_told_in_one_way(string verb, string path)
    {
        await using var served = await StartAsync();
        var texts = new HashSet<string>();
        foreach (var id in (string[])["abc", "0", "-1", "99999999999999999999", "424242"])
        {
            var reply = await served.SendAsync(verb, $"api/jobs/{id}{path}", verb == "GET" ? null : "{");

            Assert.Equal((404, "not_found"), reply.Answer);
            texts.Add(reply.Text("detail"));
        }

        Assert.Single(texts);
    }
}
