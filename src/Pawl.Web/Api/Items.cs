using System.Globalization;
using System.Text.Json;
using Pawl.Storage;
using Pawl.Web.Routing;
using Pawl.Web.Wire;

namespace Pawl.Web.Api;

/// <summary>Asks the item ledger.</summary>
internal static class Items
{
    private static readonly Parameter Limit = new("limit", "1 to 500; default 50.", "integer");
    private static readonly Parameter Cursor = new("cursor", "next_cursor of the page before.");

    public static IReadOnlyList<Route> Routes { get; } =
    [
        new("POST", "/api/items/status", Need.Viewer, StatusAsync)
        {
            Does = "Says of up to 1,000 items whether their results still stand.", Body = "ItemQuestions",
            Answers = [new(200, "ItemStatuses")],
        },
        new("GET", "/api/items", Need.Viewer, ListAsync)
        {
            Does = "Lists what a ledger holds, in the order of the keys.",
            Query =
            [
                new("dataset", "The ledger."), new("prefix", "Only keys that begin so."), new("outcome", "succeeded or failed."),
                Limit, Cursor,
            ],
            Answers = [new(200, "ItemList")],
        },
        new("GET", "/api/items/history", Need.Viewer, HistoryAsync)
        {
            Does = "Lists the recorded runs of one item, newest first.",
            Query = [new("dataset", "The ledger."), new("key", "The item."), Limit, Cursor], Answers = [new(200, "ItemRunList")],
        },
        new("GET", "/api/datasets", Need.Viewer, DatasetsAsync) { Does = "Lists the ledgers.", Answers = [new(200, "DatasetList")] },
    ];

    private static async Task StatusAsync(Call call)
    {
        using var body = await call.BodyAsync().ConfigureAwait(false);
        var fields = new Fields(body.Root, "", "dataset", "versions", "options_hash", "items", "keys");
        if (fields.Text("dataset") is not { } dataset)
        {
            fields.Required("dataset");
            return;
        }

        fields.Checked("dataset", () => Names.Dataset(dataset));
        var now = new ItemNow
        {
            Parts = JobDrafts.VersionsOf(fields) is { } versions
                ? PipelineVersion.Of(versions.Select(part => new PipelinePart(part.Key, part.Value)))
                : PipelineVersion.None,
            OptionsHash = fields.Text("options_hash"),
        };
        var questions = QuestionsOf(fields);
        var answers = await call.Site.Jobs.ItemStatusAsync(dataset, questions, now, call.Cancelled).ConfigureAwait(false);
        var seen = await Visible.OfAsync(call, answers.Items.Where(item => item.Row is not null).Select(item => item.Row!.JobId))
            .ConfigureAwait(false);
        await call.JsonAsync(200, json => Write(json, dataset, answers, seen)).ConfigureAwait(false);
    }

    private static List<ItemQuestion> QuestionsOf(Fields fields)
    {
        var (short_, long_) = (fields.TryGet("keys", out var keys), fields.TryGet("items", out var items));
        if (short_ == long_)
        {
            throw Fields.Fault("/items", "required", "One of 'items' and 'keys' is needed, and not both.");
        }

        var (list, name) = short_ ? (keys, "keys") : (items, "items");
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw Fields.Mismatch(fields.At(name), "a list", list);
        }

        switch (list.GetArrayLength())
        {
            case 0:
                throw Fields.Fault(fields.At(name), "required", $"1 to {Bounds.MaxKeys} items are asked about at once; none was named.");
            case > Bounds.MaxKeys:
                throw new ProblemException(
                    "too_many_keys", $"One question names at most {Bounds.MaxKeys} items. Ask several times.", ("max", Bounds.MaxKeys));
        }

        var (all, seen) = (new List<ItemQuestion>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var each in list.EnumerateArray())
        {
            var pointer = string.Create(CultureInfo.InvariantCulture, $"{fields.At(name)}/{all.Count}");
            var question = short_ ? new(TextOf(each, pointer)) : QuestionOf(each, pointer);
            if (!seen.Add(question.Key))
            {
                throw Fields.Fault(pointer, "out_of_range", $"The item {Shown.Text(question.Key)} is asked about twice. Name it once.");
            }

            all.Add(question);
        }

        return all;
    }

    private static ItemQuestion QuestionOf(JsonElement element, string pointer)
    {
        var fields = new Fields(element, pointer, "key", "input_hash");
        if (fields.Text("key") is not { } key)
        {
            fields.Required("key");
            return null!;
        }

        return new(fields.Checked("key", () => Names.ItemKey(key)), fields.Text("input_hash"));
    }

    private static string TextOf(JsonElement element, string pointer)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            throw Fields.Mismatch(pointer, "a text", element);
        }

        try
        {
            return Names.ItemKey(Json.Text(element, pointer));
        }
        catch (PawlException fault)
        {
            throw Fields.Fault(pointer, fault.Code, fault.Message);
        }
    }

    private static void Write(Utf8JsonWriter json, string dataset, ItemStatuses answers, HashSet<JobId>? seen)
    {
        json.WriteStartObject();
        json.WriteString("dataset", dataset);
        json.WriteStartObject("summary");
        json.WriteNumber("new", answers.Summary.New);
        json.WriteNumber("processed", answers.Summary.Processed);
        json.WriteNumber("needs_rerun", answers.Summary.NeedsRerun);
        json.WriteNumber("failed", answers.Summary.Failed);
        json.WriteEndObject();
        json.WriteString("text", answers.Summary.ToString());
        json.WriteStartArray("items");
        foreach (var (key, freshness, row) in answers.Items)
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WriteString("status", Words.Of(freshness.Status));
            json.WriteString("cause", Words.Of(freshness.Cause));
            json.WriteStartArray("changes");
            foreach (var change in freshness.Changes)
            {
                json.WriteStartObject();
                json.WriteString("cause", Words.Of(change.Cause));
                json.WriteString("part", change.Part);
                json.WriteString("from", change.From);
                json.WriteString("to", change.To);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("last_outcome", Words.Of(freshness.LastOutcome));
            JobJson.Id(json, "last_job_id", row is not null && seen?.Contains(row.JobId) != false ? row.JobId : null);
            Times.Write(json, "updated_at", row?.UpdatedAt);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static async Task ListAsync(Call call)
    {
        var dataset = Needed(call, "dataset");
        var (prefix, outcome, limit) = (call.Query("prefix"), call.Word<ItemOutcome>("outcome"), call.Limit());
        var list = $"ledger\n{dataset}\n{prefix}\n{outcome}";
        var query = new LedgerQuery(dataset, prefix, outcome, call.Cursor(list), limit + 1);
        var found = await call.Site.Store.LedgerAsync(query, call.Cancelled).ConfigureAwait(false);
        var next = call.Next(list, found.Count > limit ? found[limit - 1].Key : null);
        var seen = await Visible.OfAsync(call, found.Select(row => row.JobId)).ConfigureAwait(false);
        var shown = found.Take(limit).Where(row => seen?.Contains(row.JobId) != false);
        await call.JsonAsync(200, json => PageJson.Write(json, shown, Write, next)).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter json, ItemRow row)
    {
        json.WriteStartObject();
        json.WriteString("dataset", row.Dataset);
        json.WriteString("key", row.Key);
        json.WriteString("outcome", Words.Of(row.LastOutcome));
        JobJson.Id(json, "job_id", row.JobId);
        json.WriteNumber("attempt", row.Attempt);
        json.WriteString("input_hash", row.InputHash);
        json.WriteString("options_hash", row.OptionsHash);
        json.WriteString("upstream_hash", row.UpstreamHash);
        json.WriteString("output_hash", row.OutputHash);
        JobJson.Map(json, "versions", row.Parts);
        Times.Write(json, "succeeded_at", row.SucceededAt);
        Times.Write(json, "failed_at", row.FailedAt);
        json.WriteNumber("failures", row.Failures);
        ErrorJson.Write(json, "error", row.Error);
        JobJson.Raw(json, "outputs", row.Outputs);
        RecordJson.Metrics(json, row.Metrics);
        Times.Write(json, "updated_at", row.UpdatedAt);
        json.WriteEndObject();
    }

    private static async Task HistoryAsync(Call call)
    {
        var (dataset, key, limit) = (Needed(call, "dataset"), Needed(call, "key"), call.Limit());
        var list = $"history\n{dataset}\n{key}";
        var seen = call.Cursor(list) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        var all = await call.Site.Store.ItemRunsAsync(new(null, dataset, key, 1_000), call.Cancelled).ConfigureAwait(false);
        var visible = await Visible.OfAsync(call, all.Select(run => run.JobId)).ConfigureAwait(false);
        all = [.. all.Where(run => visible?.Contains(run.JobId) != false)];
        var next = call.Next(list, all.Count > seen + limit ? (seen + limit).ToString(CultureInfo.InvariantCulture) : null);
        await call.JsonAsync(
            200,
            json => PageJson.Write(json, all.Skip(seen).Take(limit), RecordJson.Item, next, all.Count, partial: all.Count == 1_000))
            .ConfigureAwait(false);
    }

    private static async Task DatasetsAsync(Call call)
    {
        var all = await call.Site.Store.DatasetsAsync(call.Cancelled).ConfigureAwait(false);
        await call.JsonAsync(200, json => PageJson.Write(
            json,
            all,
            static (writer, dataset) =>
            {
                writer.WriteStartObject();
                writer.WriteString("dataset", dataset.Name);
                writer.WriteNumber("rows", dataset.Rows);
                writer.WriteNumber("succeeded", dataset.Succeeded);
                writer.WriteNumber("failed", dataset.Failed);
                Times.Write(writer, "updated_at", dataset.UpdatedAt);
                writer.WriteEndObject();
            },
            approxTotal: all.Count)).ConfigureAwait(false);
    }

    private static string Needed(Call call, string name) =>
        call.Query(name) ?? throw Fields.Fault($"?{name}", "required", $"The parameter '{name}' is needed.");
}
