using Pawl.Storage;

namespace Pawl.Sqlite;

internal sealed partial class SqliteStore
{
    private const string InsertAudit = """
        insert into audit (at, actor, action, job_id, target, before, after, refusal, detail, hash)
        values (@at, @actor, @action, @job, @target, @before, @after, @refusal, @detail, @hash)
        """;

    private const string AuditColumns = "id, at, actor, action, target, before, after, refusal, detail, hash, job_id";
    private const string SelectAudit = $"select {AuditColumns} from audit where id > @after order by id limit @limit";
    private const string SelectAuditOf = $"""
        select {AuditColumns} from audit where actor = @actor and id > @after order by id limit @limit
        """;

    private const string SelectAuditBack = $"select {AuditColumns} from audit where id < @before order by id desc limit @limit";
    private const string SelectAuditOfBack = $"""
        select {AuditColumns} from audit where actor = @actor and id < @before order by id desc limit @limit
        """;

    private const int AuditsAtOnce = 1_000;

    /// <inheritdoc/>
    public async ValueTask AuditAsync(IReadOnlyList<AuditNote> notes, DateTimeOffset now, CancellationToken cancellationToken) =>
        await WriteAsync(
            batch =>
            {
                foreach (var note in notes)
                {
                    Audit(batch, Micros.Of(now), null, note);
                }

                return true;
            },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AuditEntry>> AuditEntriesAsync(AuditQuery query, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<AuditEntry>>(
            db =>
            {
                var from = query is { NewestFirst: true, After: 0 } ? long.MaxValue : query.After;
                var row = query switch
                {
                    { Actor: null, NewestFirst: true } => db.Use(SelectAuditBack),
                    { NewestFirst: true } => db.Use(SelectAuditOfBack).Bind(query.Actor),
                    { Actor: null } => db.Use(SelectAudit),
                    _ => db.Use(SelectAuditOf).Bind(query.Actor),
                };
                var entries = new List<AuditEntry>();
                for (row.Bind(from).Bind(query.Limit); row.Step();)
                {
                    entries.Add(EntryOf(row));
                }

                return entries;
            },
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<AuditVerdict> VerifyAuditAsync(CancellationToken cancellationToken)
    {
        var verdict = new AuditVerdict(0, null, null);
        for (var after = 0L; verdict.Whole;)
        {
            var page = await ReadAsync(
                db =>
                {
                    var entries = new List<(long Seq, long At, AuditNote Note, byte[]? Hash)>();
                    for (var row = db.Use(SelectAudit).Bind(after).Bind(AuditsAtOnce); row.Step();)
                    {
                        entries.Add((row.Long(0), row.Long(1), NoteOf(row), row.IsNull(9) ? null : row.Bytes(9)));
                    }

                    return entries;
                },
                cancellationToken).ConfigureAwait(false);
            if (page.Count == 0)
            {
                break;
            }

            verdict = AuditChain.Look(verdict, page);
            after = page[^1].Seq;
        }

        return verdict;
    }

    /// <summary>What somebody did, in the transaction that did it.</summary>
    private static void Audit(Batch batch, long now, JobId? job, AuditNote note)
    {
        var entry = note with { Target = note.Target ?? job?.ToString() };
        batch.Db.Use(InsertAudit).Bind(now).Bind(entry.Actor).Bind(entry.Action).Bind(job).Bind(entry.Target).Bind(entry.Before)
            .Bind(entry.After).Bind(entry.Refusal).Bind(entry.Detail).BindBlob(batch.NextAudit(AuditChain.Text(now, entry))).Run();
    }

    private static AuditNote NoteOf(Statement row) => new(
        row.Text(3), row.TextOrNull(2), row.TextOrNull(4), row.TextOrNull(5), row.TextOrNull(6), row.TextOrNull(7), row.TextOrNull(8));

    private static AuditEntry EntryOf(Statement row) => new()
    {
        Seq = row.Long(0),
        At = row.Time(1),
        Actor = row.TextOrNull(2),
        Action = row.Text(3),
        Target = row.TextOrNull(4) ?? row.LongOrNull(10)?.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Before = row.TextOrNull(5),
        After = row.TextOrNull(6),
        Refusal = row.TextOrNull(7),
        Detail = row.TextOrNull(8),
        Hash = row.IsNull(9) ? "" : Convert.ToHexStringLower(row.Bytes(9)),
    };
}
