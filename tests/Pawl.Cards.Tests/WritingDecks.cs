using System.IO.Compression;
using System.Text.Json;
using Cards.Decks;
using Cards.Git;
using Microsoft.Data.Sqlite;

namespace Pawl.Cards.Tests;

public sealed class WritingDecks : IDisposable
{
    private const int NoAnki = 3;

    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("decks-").FullName;

    private string Path => System.IO.Path.Combine(_folder, "deck.apkg");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_deck_has_the_form_that_anki_reads()
    {
        Package.Write(Path, new Deck("Commits::sample", Notes(3)), Now);

        using (var zip = ZipFile.OpenRead(Path))
        {
            Assert.Equal(["collection.anki2", "media"], zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
            using var media = new StreamReader(zip.GetEntry("media")!.Open());
            Assert.Equal("{}", media.ReadToEnd());
        }
        Open(Path, database =>
        {
            Assert.Equal(11L, Scalar(database, "select ver from col"));
            Assert.Equal("ok", Scalar(database, "pragma integrity_check"));
            Assert.Equal(3L, Scalar(database, "select count(*) from notes join cards on cards.nid = notes.id where cards.ord = 0"));
            Assert.Equal("1,2,3", Scalar(database, "select group_concat(due) from (select due from cards order by due)"));
            Assert.Equal(3L, Scalar(database, "select count(distinct guid) from notes"));
            Assert.Equal("front 1", Scalar(database, "select sfld from notes order by id limit 1"));
            // The first eight digits of the SHA-1 of "front 1".
            Assert.Equal(0x80402ac8L, Scalar(database, "select csum from notes order by id limit 1"));
            Assert.Equal("<i>front</i> 1\u001fback 1\u001fsource", Scalar(database, "select flds from notes order by id limit 1"));
            Assert.Equal(" one two::three ", Scalar(database, "select tags from notes order by id limit 1"));

            using var models = JsonDocument.Parse((string)Scalar(database, "select models from col")!);
            var type = models.RootElement.GetProperty(NoteType.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            var fields = type.GetProperty("flds").EnumerateArray().Select(field => field.GetProperty("name").GetString());
            Assert.Equal(["Front", "Back", "Source"], fields);
            Assert.Equal(NoteType.Id, Scalar(database, "select distinct mid from notes"));
            using var decks = JsonDocument.Parse((string)Scalar(database, "select decks from col")!);
            var deck = decks.RootElement.GetProperty(Scalar(database, "select distinct did from cards")!.ToString()!);
            Assert.Equal("Commits::sample", deck.GetProperty("name").GetString());
        });
        Assert.Equal([Path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Written_again_an_unchanged_note_keeps_its_time_and_a_changed_one_steps_ahead_even_if_the_clock_went_back()
    {
        var notes = Notes(2);
        Package.Write(Path, new Deck("d", notes), Now);
        var first = Package.Read(Path);
        Package.Write(Path, new Deck("d", [notes[0], notes[1] with { Back = "other" }, .. Notes(3)[2..]]), Now.AddYears(-1));
        var second = Package.Read(Path);

        Assert.Equal(first["guid-1"], second["guid-1"]);
        Assert.Equal(first["guid-2"].Id, second["guid-2"].Id);
        Assert.Equal(first["guid-2"].ModifiedAt + 1, second["guid-2"].ModifiedAt);
        Assert.Equal(3, second.Count);
    }

    [Fact]
    public void A_file_that_is_no_deck_of_ours_is_not_written_over()
    {
        File.WriteAllText(Path, "my thesis");
        Assert.Throws<InvalidDataException>(() => Package.Write(Path, new Deck("d", Notes(1)), Now));
        Assert.Equal("my thesis", File.ReadAllText(Path));
        Assert.Equal([Path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void The_same_question_has_the_same_guid_in_every_run()
    {
        var file = Commits.File("src/Caller.cs", "@void F()\n-    call(one, x);\n+    call(two, x);");
        var commit = Commits.Of("Call the second instead", "", file);
        List<string> Guids(string repository) =>
            global::Cards.Making.CardMaker.Make(commit).Cards
                .Select(card => Note.Of(repository, CommitId.Parse(commit.Id), commit.Author, commit.AuthoredAt, card).Guid).ToList();

        Assert.Equal(["s-LG0cVXzuFV", "kluI9QGEUdty"], Guids("sample"));
        Assert.Equal(Guids("sample"), Guids("a-fork-of-it"));
    }

    /// <summary>Where Anki's Python module is missing, the structure of both decks is checked instead.</summary>
    [Fact]
    public void Anki_imports_a_deck_twice_and_updates_instead_of_adding()
    {
        var newer = System.IO.Path.Combine(_folder, "newer.apkg");
        var notes = Notes(3);
        Package.Write(Path, new Deck("Commits::sample", notes), Now);
        File.Copy(Path, newer);
        Package.Write(newer, new Deck("Commits::sample", [notes[0], notes[1] with { Front = "changed" }, notes[2]]), Now);

        var before = Package.Read(Path);
        var after = Package.Read(newer);
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["guid-2"], after.Where(note => note.Value.ModifiedAt > before[note.Key].ModifiedAt).Select(note => note.Key));

        if (ImportWithAnki(Path, Path, newer) is not { } steps)
        {
            return;
        }

        string[] counts = ["added", "updated", "notes", "cards"];
        Assert.Equal(["3 added 0 updated 3 notes 3 cards", "0 added 0 updated 3 notes 3 cards", "0 added 1 updated 3 notes 3 cards"],
            steps.Select(step => string.Join(' ', counts.Select(name => $"{step.GetProperty(name)} {name}"))));
        Assert.Equal("changed", steps[2].GetProperty("fronts").GetProperty("guid-2").GetString());
    }

    private List<JsonElement>? ImportWithAnki(params string[] decks)
    {
        var python = OperatingSystem.IsWindows() ? "python" : "python3";
        try
        {
            var script = System.IO.Path.Combine(AppContext.BaseDirectory, "check-apkg.py");
            var (exit, output, error) = Child.Run(python, [script, .. decks], _folder);
            if (exit == NoAnki)
            {
                return null;
            }

            Assert.True(exit == 0, error);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;   // no Python either
        }
    }

    private static List<Note> Notes(int count) => Enumerable.Range(1, count)
        .Select(n => new Note($"guid-{n}", $"<i>front</i> {n}", $"back {n}", "source", ["one", "two::three"]))
        .ToList();

    private void Open(string path, Action<SqliteConnection> look)
    {
        var file = System.IO.Path.Combine(_folder, "look.db");
        ZipFile.OpenRead(path).GetEntry("collection.anki2")!.ExtractToFile(file);
        using (var database = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            database.Open();
            look(database);
        }
        File.Delete(file);
    }

    private static object? Scalar(SqliteConnection database, string sql)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
