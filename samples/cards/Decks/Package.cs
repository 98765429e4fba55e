using System.IO.Compression;
using Microsoft.Data.Sqlite;

namespace Cards.Decks;

/// <summary>An .apkg file: a zip with the database <c>collection.anki2</c> and a list of media, which here is empty.</summary>
internal static class Package
{
    private const string Database = "collection.anki2";

    /// <summary>Writes the deck, over an older deck of the same path if there is one. The file appears whole or not at all.</summary>
    /// <exception cref="InvalidDataException">There is a file of that path, but it is not such a deck; it is left as it is.</exception>
    public static void Write(string path, Deck deck, DateTimeOffset now)
    {
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full)!;
        Directory.CreateDirectory(folder);
        var previous = File.Exists(full) ? Read(full) : new Dictionary<string, WrittenNote>();
        var database = Path.Combine(folder, Path.GetFileName(full) + ".database.tmp");
        var package = Path.Combine(folder, Path.GetFileName(full) + ".tmp");
        try
        {
            File.Delete(database);
            Collection.Write(database, deck, previous, now);
            using (var zip = new ZipArchive(File.Create(package), ZipArchiveMode.Create))
            {
                zip.CreateEntryFromFile(database, Database);
                using var media = new StreamWriter(zip.CreateEntry("media").Open());
                media.Write("{}");
            }
            File.Move(package, full, overwrite: true);
        }
        finally
        {
            File.Delete(database);
            File.Delete(package);
        }
    }

    /// <summary>The notes of a deck on disk, by their guid.</summary>
    /// <exception cref="InvalidDataException">The file is not a deck in the form that this program writes.</exception>
    public static Dictionary<string, WrittenNote> Read(string path)
    {
        var database = Path.GetFullPath(path) + ".previous.tmp";
        try
        {
            using (var zip = ZipFile.OpenRead(path))
            {
                var entry = zip.GetEntry(Database) ?? throw new InvalidDataException("it holds no " + Database);
                entry.ExtractToFile(database, overwrite: true);
            }
            return Notes(database);
        }
        catch (Exception error) when (error is InvalidDataException or SqliteException)
        {
            throw new InvalidDataException($"'{path}' exists and is not a deck that this program wrote: {error.Message}", error);
        }
        finally
        {
            File.Delete(database);
        }
    }

    private static Dictionary<string, WrittenNote> Notes(string path)
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = SqliteOpenMode.ReadOnly };
        using var database = new SqliteConnection(settings.ToString());
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = "select guid, id, mod, flds, tags from notes";
        using var rows = command.ExecuteReader();
        var notes = new Dictionary<string, WrittenNote>();
        while (rows.Read())
        {
            notes[rows.GetString(0)] = new WrittenNote(rows.GetInt64(1), rows.GetInt64(2), rows.GetString(3), rows.GetString(4));
        }

        return notes;
    }
}
