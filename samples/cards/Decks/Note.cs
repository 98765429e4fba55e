using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cards.Git;
using Cards.Making;

namespace Cards.Decks;

/// <summary>A card in the form that Anki keeps it in. All fields are HTML.</summary>
/// <param name="Guid">The same for the same question on every machine and in every run: by it Anki updates instead of adding.</param>
internal sealed record Note(string Guid, string Front, string Back, string Source, IReadOnlyList<string> Tags)
{
    /// <summary>The fields as Anki stores them, in the order of the note type.</summary>
    public string Fields => string.Join('\x1f', Front, Back, Source);

    /// <summary>The tags as Anki stores them: with a blank at both ends, so that a search finds whole words.</summary>
    public string TagText => Tags.Count == 0 ? "" : $" {string.Join(' ', Tags)} ";

    public static Note Of(string repository, CommitId commit, string author, DateTimeOffset authoredAt, Card card) => new(
        GuidOf(commit, card.Slot),
        card.Front,
        card.Back,
        string.Join(" · ", Html.Line(repository), $"<code>{commit.Short}</code>",
            authoredAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), Html.Line(author)),
        [$"cards::{card.Kind.ToString().ToLowerInvariant()}", $"repository::{repository}"]);

    // A commit's id covers its content and its whole history, so it needs no repository's name beside it, and a fork shares its cards.
    private static string GuidOf(CommitId commit, string slot) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{commit}\n{slot}")).AsSpan(0, 9));
}
