using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace Cards.Decks;

/// <summary>Writes the database inside an .apkg in Anki's schema 11, the form that every Anki since 2.0 and its relatives read.</summary>
internal static partial class Collection
{
    private const string Schema = """
        create table col (id integer primary key, crt integer not null, mod integer not null, scm integer not null, ver integer not null,
            dty integer not null, usn integer not null, ls integer not null, conf text not null, models text not null, decks text not null,
            dconf text not null, tags text not null);
        create table notes (id integer primary key, guid text not null, mid integer not null, mod integer not null, usn integer not null,
            tags text not null, flds text not null, sfld integer not null, csum integer not null, flags integer not null,
            data text not null);
        create table cards (id integer primary key, nid integer not null, did integer not null, ord integer not null, mod integer not null,
            usn integer not null, type integer not null, queue integer not null, due integer not null, ivl integer not null,
            factor integer not null, reps integer not null, lapses integer not null, left integer not null, odue integer not null,
            odid integer not null, flags integer not null, data text not null);
        create table revlog (id integer primary key, cid integer not null, usn integer not null, ease integer not null,
            ivl integer not null, lastIvl integer not null, factor integer not null, time integer not null, type integer not null);
        create table graves (usn integer not null, oid integer not null, type integer not null);
        create index ix_notes_usn on notes (usn);
        create index ix_notes_csum on notes (csum);
        create index ix_cards_usn on cards (usn);
        create index ix_cards_nid on cards (nid);
        create index ix_cards_sched on cards (did, queue, due);
        create index ix_revlog_usn on revlog (usn);
        create index ix_revlog_cid on revlog (cid);
        """;

    /// <param name="path">A file that does not exist yet.</param>
    /// <param name="previous">What the deck held last: unchanged notes keep their time, changed ones step ahead of it.</param>
    public static void Write(string path, Deck deck, IReadOnlyDictionary<string, WrittenNote> previous, DateTimeOffset now)
    {
        using var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        database.Open();
        using var transaction = database.BeginTransaction();
        Run(database, Schema);
        var deckId = DeckId(deck.Name);
        WriteSettings(database, deck, deckId, now);
        var ids = new HashSet<long>();
        for (var i = 0; i < deck.Notes.Count; i++)
        {
            var note = deck.Notes[i];
            var known = previous.GetValueOrDefault(note.Guid);
            var id = known?.Id ?? now.ToUnixTimeMilliseconds() + i;
            while (!ids.Add(id))
            {
                id++;
            }

            WriteNote(database, note, id, ModifiedAt(note, known, now));
            WriteCard(database, id, deckId, position: i + 1, now);
        }
        transaction.Commit();
    }

    // Anki takes a note over only if its time is later than that of the note it has; a clock that went back must not prevent that.
    private static long ModifiedAt(Note note, WrittenNote? known, DateTimeOffset now) => known switch
    {
        null => now.ToUnixTimeSeconds(),
        _ when known.Fields == note.Fields && known.Tags == note.TagText => known.ModifiedAt,
        _ => Math.Max(now.ToUnixTimeSeconds(), known.ModifiedAt + 1),
    };

    private static void WriteSettings(SqliteConnection database, Deck deck, long deckId, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        var decks = new JsonObject
        {
            ["1"] = Settings.Deck(1, "Default", seconds),
            [deckId.ToString(CultureInfo.InvariantCulture)] = Settings.Deck(deckId, deck.Name, seconds),
        };
        var models = new JsonObject { [NoteType.Id.ToString(CultureInfo.InvariantCulture)] = NoteType.Describe(deckId) };
        Run(database,
            "insert into col values (1, $crt, $mod, $mod, 11, 0, 0, 0, $conf, $models, $decks, $dconf, '{}')",
            ("$crt", seconds - seconds % 86_400), ("$mod", now.ToUnixTimeMilliseconds()),
            ("$conf", Settings.Collection(deck.Notes.Count).ToJsonString()),
            ("$models", models.ToJsonString()), ("$decks", decks.ToJsonString()),
            ("$dconf", new JsonObject { ["1"] = Settings.DeckOptions() }.ToJsonString()));
    }

    private static void WriteNote(SqliteConnection database, Note note, long id, long modifiedAt)
    {
        var sortField = WebUtility.HtmlDecode(Tag().Replace(note.Front, ""));
        var checksum = Convert.ToUInt32(Convert.ToHexString(Sha1(sortField).AsSpan(0, 4)), 16);
        Run(database,
            "insert into notes values ($id, $guid, $mid, $mod, -1, $tags, $flds, $sfld, $csum, 0, '')",
            ("$id", id), ("$guid", note.Guid), ("$mid", NoteType.Id), ("$mod", modifiedAt), ("$tags", note.TagText), ("$flds", note.Fields),
            ("$sfld", sortField), ("$csum", (long)checksum));
    }

    private static void WriteCard(SqliteConnection database, long note, long deckId, int position, DateTimeOffset now) => Run(database,
        "insert into cards values ($id, $id, $did, 0, $mod, -1, 0, 0, $due, 0, 0, 0, 0, 0, 0, 0, 0, '')",
        ("$id", note), ("$did", deckId), ("$mod", now.ToUnixTimeSeconds()), ("$due", position));

    private static void Run(SqliteConnection database, string sql, params (string Name, object Value)[] values)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.ExecuteNonQuery();
    }

    // In the range of the milliseconds that Anki itself would use, the same for the same name.
    private static long DeckId(string name) =>
        1_500_000_000_000 + (long)(BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(name))) % 200_000_000_000);

    // Anki's own duplicate check is built on SHA-1; nothing secret hangs on it.
    private static byte[] Sha1(string text)
    {
#pragma warning disable CA5350 // the file format asks for it
        return SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();
}
