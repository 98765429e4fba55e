using Pawl.Storage;

namespace Pawl.Postgres;

internal sealed partial class PostgresStore
{
    private const string AuditColumns = "id, at, actor, action, target, before, after, refusal, detail, hash, job_id";
    private const string SelectAudit = $"select {AuditColumns} from pawl.audit where id > $1 order by id limit $2";
    private const string SelectAuditOf = $"select {AuditColumns} from pawl.audit where actor = $1 and id > $2 order by id limit $3";
    private const string SelectAuditBack = $"select {AuditColumns} from pawl.audit where id < $1 order by id desc limit $2";
    private const string SelectAuditOfBack = $"""
        select {AuditColumns} from pawl.audit where actor = $1 and id < $2 order by id desc limit $3
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

                return ValueTask.FromResult(true);
            },
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AuditEntry>> AuditEntriesAsync(AuditQuery query, CancellationToken cancellationToken) =>
        ReadOneAsync<IReadOnlyList<AuditEntry>>(
            async db =>
            {
                var from = query is { NewestFirst: true, After: 0 } ? long.MaxValue : query.After;
                var rows = query switch
                {
                    { Actor: null, NewestFirst: true } => db.Use(SelectAuditBack),
                    { NewestFirst: true } => db.Use(SelectAuditOfBack).Bind(query.Actor),
                    { Actor: null } => db.Use(SelectAudit),
                    _ => db.Use(SelectAuditOf).Bind(query.Actor),
                };
                return await rows.Bind(from).Bind(query.Limit).ListAsync(EntryOf).ConfigureAwait(false);
            },
            cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<AuditVerdict> VerifyAuditAsync(CancellationToken cancellationToken)
    {
        var verdict = new AuditVerdict(0, null, null);
        for (var after = 0L; verdict.Whole;)
        {
            var page = await ReadOneAsync(
                db => db.Use(SelectAudit).Bind(after).Bind(AuditsAtOnce).ListAsync(static row => (
                    Seq: row.Long(0), At: row.Long(1), Note: NoteOf(row), Hash: row.IsNull(9) ? null : row.Bytes(9))),
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
    private static void Audit(Batch batch, long now, JobId? job, AuditNote note) =>
        batch.Audit(now, job, note with { Target = note.Target ?? job?.ToString() });

    private static AuditNote NoteOf(Row row) => new(
        row.Text(3), row.TextOrNull(2), row.TextOrNull(4), row.TextOrNull(5), row.TextOrNull(6), row.TextOrNull(7), row.TextOrNull(8));

    private static AuditEntry EntryOf(Row row) => new()
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
