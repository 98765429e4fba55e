using System.Text.RegularExpressions;

namespace Pawl.Tidy.Layout;

/// <summary>One verb, one file, twin names: a verb has its twin in the other store and its promise in the common suite.</summary>
/// <remarks>A verb file goes on with <c>partial class SqliteStore</c> or <c>PostgresStore</c> and is not the one named so.</remarks>
public sealed partial class TwinsTests
{
    private const string Spec = "tests/Pawl.Storage.Tests/Spec/";
    private static readonly string[] Stores = ["Sqlite", "Postgres"];

    /// <summary>Verb files without a twin and a common promise, each with its reason.</summary>
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["Audit.cs"] = "no verb: every verb of a person writes its row",
        ["Dependents.cs"] = "no verb: what an end means for others, promised with the verbs that end a job",
        ["Leasing.cs"] = "no verb: how a claim takes one job, promised with the claim",
    };

    [Fact]
    public void Every_verb_has_its_twin_and_its_promise() => Verdict.Clean(Check(Checkout.Files, Exceptions.Keys));

    [Fact]
    public void A_missing_twin_and_a_missing_promise_are_found() => Assert.Equal(
        [
            "src/Pawl.Sqlite/Claim.cs: its twin src/Pawl.Postgres/Claim.cs is missing",
            "src/Pawl.Sqlite/Claim.cs: its promise tests/Pawl.Storage.Tests/Spec/Claim.cs is missing",
            "src/Pawl.Postgres/Settle.cs: its twin src/Pawl.Sqlite/Settle.cs is missing",
        ],
        Check(
            [
                new("src/Pawl.Sqlite/SqliteStore.cs", "public sealed partial class SqliteStore"),
                new("src/Pawl.Sqlite/Claim.cs", "public sealed partial class SqliteStore"),
                new("src/Pawl.Sqlite/Writer.cs", "internal sealed class Writer"),
                new("src/Pawl.Postgres/PostgresStore.cs", "public sealed partial class PostgresStore"),
                new("src/Pawl.Postgres/Settle.cs", "public sealed partial class PostgresStore"),
                new(Spec + "Settle.cs", ""),
            ],
            []));

    [Fact]
    public void While_there_is_one_store_only_the_promise_is_asked_for() => Assert.Equal(
        ["src/Pawl.Sqlite/Claim.cs: its promise tests/Pawl.Storage.Tests/Spec/Claim.cs is missing"],
        Check([new("src/Pawl.Sqlite/Claim.cs", "partial class SqliteStore")], []));

    [Fact]
    public void A_store_without_a_verb_file_is_found() => Assert.Equal(
        ["src/Pawl.Sqlite: no verb files; is SqliteStore still partial?"],
        Check([new("src/Pawl.Sqlite/SqliteStore.cs", "sealed class SqliteStore")], []));

    [Fact]
    public void An_exception_that_excepts_nothing_is_found() => Assert.Equal(
        ["Listen.cs is an exception here, but no such file is there"],
        Check([new("src/Pawl.Sqlite/Claim.cs", "partial class SqliteStore"), new(Spec + "Claim.cs", "")], ["Listen.cs"]));

    private static IEnumerable<string> Check(IReadOnlyCollection<SourceFile> files, IReadOnlyCollection<string> exceptions)
    {
        var paths = files.Select(file => file.Path).ToHashSet();
        var there = Stores.Where(store => files.Any(file => file.IsUnder($"src/Pawl.{store}/") && file.Is(".cs"))).ToList();
        foreach (var store in there)
        {
            var verbs = files.Where(file => IsVerb(file, store)).ToList();
            if (verbs.Count == 0 && paths.Contains($"src/Pawl.{store}/{store}Store.cs"))
            {
                yield return $"src/Pawl.{store}: no verb files; is {store}Store still partial?";
            }

            foreach (var verb in verbs.Where(verb => !exceptions.Contains(verb.Name)))
            {
                foreach (var twin in there.Where(other => other != store).Select(other => $"src/Pawl.{other}/{verb.Name}"))
                {
                    if (!paths.Contains(twin))
                    {
                        yield return $"{verb.Path}: its twin {twin} is missing";
                    }
                }

                if (!paths.Contains(Spec + verb.Name))
                {
                    yield return $"{verb.Path}: its promise {Spec + verb.Name} is missing";
                }
            }
        }

        foreach (var exception in exceptions.Where(name => !there.Any(store => paths.Contains($"src/Pawl.{store}/{name}"))))
        {
            yield return $"{exception} is an exception here, but no such file is there";
        }
    }

    private static bool IsVerb(SourceFile file, string store) =>
        file.Folder == $"src/Pawl.{store}"
        && file.Name != $"{store}Store.cs"
        && PartialClass().Matches(file.Text).Any(match => match.Groups[1].Value == $"{store}Store");

    [GeneratedRegex(@"\bpartial\s+class\s+(\w+)")]
    private static partial Regex PartialClass();
}
