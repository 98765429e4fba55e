using System.Text.RegularExpressions;

namespace Pawl.Tidy.Layout;

/// <summary>One verb, one file, twin names: a verb has its twin in the other store and its promise in the common suite.</summary>
/// <remarks>A verb file is one of a store's own that implements a method of the seam.</remarks>
public sealed partial class TwinsTests
{
    private const string Seam = "src/Pawl/Storage/IJobStore.cs";
    private const string Spec = "tests/Pawl.Storage.Tests/Spec/";
    private static readonly string[] Stores = ["Sqlite", "Postgres"];

    /// <summary>Verb files without a twin and a common promise, each with its reason.</summary>
    private static readonly Dictionary<string, string> Exceptions = [];

    private static readonly SourceFile SmallSeam = new(
        Seam, "interface IJobStore\n{\n    ValueTask<Claimed> ClaimAsync(int n);\n\n    ValueTask SettleAsync(\n        int n);\n}");

    [Fact]
    public void Every_verb_has_its_twin_and_its_promise() => Verdict.Clean(Check(Checkout.Files, Exceptions.Keys));

    [Fact]
    public void A_missing_twin_and_a_missing_promise_are_found() => Assert.Equal(
        [
            "src/Pawl.Sqlite/Claim.cs: its twin src/Pawl.Postgres/Claim.cs is missing",
            "src/Pawl.Sqlite/Claim.cs: its promise tests/Pawl.Storage.Tests/Spec/Claim.cs is missing",
            "src/Pawl.Postgres: no file of its own implements ClaimAsync",
        ],
        Check(
            [
                SmallSeam,
                new("src/Pawl.Sqlite/SqliteStore.cs", "sealed partial class SqliteStore\n    public ValueTask DisposeAsync() => default;"),
                new("src/Pawl.Sqlite/Claim.cs", "partial class SqliteStore\n    public ValueTask<Claimed> ClaimAsync(int n)"),
                new("src/Pawl.Sqlite/Settle.cs", "partial class SqliteStore\n    public async ValueTask SettleAsync(\n    int n)"),
                new("src/Pawl.Sqlite/Audit.cs", "partial class SqliteStore\n    private void Audit()"),
                new("src/Pawl.Postgres/PostgresStore.cs", "partial class PostgresStore\n    public ValueTask<Claimed> ClaimAsync(int n)"),
                new("src/Pawl.Postgres/Settle.cs", "partial class PostgresStore\n    public ValueTask SettleAsync(int n)"),
                new(Spec + "Settle.cs", ""),
            ],
            []));

    [Fact]
    public void While_there_is_one_store_only_the_promise_is_asked_for() => Assert.Equal(
        [
            "src/Pawl.Sqlite/Claim.cs: its promise tests/Pawl.Storage.Tests/Spec/Claim.cs is missing",
            "src/Pawl.Sqlite: no file of its own implements SettleAsync",
        ],
        Check([SmallSeam, new("src/Pawl.Sqlite/Claim.cs", "    public ValueTask<Claimed> ClaimAsync(int n)")], []));

    [Fact]
    public void A_seam_that_is_not_where_it_was_is_found() => Assert.Equal(
        [$"{Seam} shows no verb; did it move?"], Check([new("src/Pawl.Sqlite/Claim.cs", "")], []));

    [Fact]
    public void An_exception_that_excepts_nothing_is_found() => Assert.Equal(
        ["Listen.cs is an exception here, but no such file is there"], Check([SmallSeam], ["Listen.cs"]));

    private static IEnumerable<string> Check(IReadOnlyCollection<SourceFile> files, IReadOnlyCollection<string> exceptions)
    {
        var paths = files.Select(file => file.Path).ToHashSet();
        var seam = files.Where(file => file.Path == Seam).SelectMany(file => Verbs(file, MethodOfSeam())).ToHashSet();
        var there = Stores.Where(store => files.Any(file => file.IsUnder($"src/Pawl.{store}/") && file.Is(".cs"))).ToList();
        if (seam.Count == 0 && there.Count > 0)
        {
            yield return $"{Seam} shows no verb; did it move?";
        }

        foreach (var store in there)
        {
            var verbs = files
                .Where(file => file.Folder == $"src/Pawl.{store}" && file.Name != $"{store}Store.cs")
                .Select(file => (File: file, Done: Verbs(file, PublicMethod()).Intersect(seam).ToList()))
                .Where(verb => verb.Done.Count > 0)
                .ToList();
            foreach (var (file, _) in verbs.Where(verb => !exceptions.Contains(verb.File.Name)))
            {
                foreach (var twin in there.Where(other => other != store).Select(other => $"src/Pawl.{other}/{file.Name}"))
                {
                    if (!paths.Contains(twin))
                    {
                        yield return $"{file.Path}: its twin {twin} is missing";
                    }
                }

                if (!paths.Contains(Spec + file.Name))
                {
                    yield return $"{file.Path}: its promise {Spec + file.Name} is missing";
                }
            }

            foreach (var verb in seam.Except(verbs.SelectMany(verb => verb.Done)))
            {
                yield return $"src/Pawl.{store}: no file of its own implements {verb}";
            }
        }

        foreach (var exception in exceptions.Where(name => !there.Any(store => paths.Contains($"src/Pawl.{store}/{name}"))))
        {
            yield return $"{exception} is an exception here, but no such file is there";
        }
    }

    private static IEnumerable<string> Verbs(SourceFile file, Regex method) =>
        method.Matches(CSharpText.CodeOnly(file.Text)).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"^ +(?:Value)?Task\S*.*? (\w+Async)\(", RegexOptions.Multiline)]
    private static partial Regex MethodOfSeam();

    [GeneratedRegex(@"^ +public .*? (\w+Async)\(", RegexOptions.Multiline)]
    private static partial Regex PublicMethod();
}
