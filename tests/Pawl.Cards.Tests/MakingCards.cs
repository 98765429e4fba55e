using Cards.Making;
using Cards.Parsing;

namespace Pawl.Cards.Tests;

public sealed class MakingCards
{
    private const string Body = "A slow server kept every caller waiting for minutes, and the pool ran dry.";

    private static readonly ParsedFile Timeout = Commits.File("src/Caller.cs", """
        @public Reply Call()
             var request = Prepare();
        -    return Send(request, TimeSpan.FromMinutes(5));
        +    return Send(request, TimeSpan.FromSeconds(20));
         }
        """);

    [Fact]
    public void A_line_that_changed_in_one_place_becomes_a_gap_whose_filling_stands_only_on_the_back()
    {
        var card = Assert.Single(Make(Commits.Of("Give up on slow servers sooner", "", Timeout)).Cards, card => card.Kind == CardKind.Fill);

        Assert.Contains("FromMinutes(5)", card.Front, StringComparison.Ordinal);
        Assert.DoesNotContain("FromSeconds", card.Front, StringComparison.Ordinal);
        Assert.Contains("class=\"gap\"", card.Front, StringComparison.Ordinal);
        Assert.Contains("Give up on slow servers sooner", card.Front, StringComparison.Ordinal);
        Assert.Contains("src/Caller.cs", card.Front, StringComparison.Ordinal);
        Assert.Contains("public Reply Call()", card.Front, StringComparison.Ordinal);
        Assert.Contains("<b>FromSeconds(20</b>", card.Back, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filling_that_the_subject_gives_away_is_asked_for_as_a_whole_line()
    {
        var cards = Make(Commits.Of("Use FromSeconds(20) for calls", "", Timeout)).Cards;
        Assert.Contains(cards, card => card.Kind == CardKind.Replace);
        Assert.DoesNotContain(cards, card => card.Kind == CardKind.Fill);
    }

    [Fact]
    public void The_reason_in_the_body_is_asked_for_without_signatures_and_references()
    {
        var body = $"{Body}\n\nFixes #3\n\nSigned-off-by: A <a@example.invalid>\nCo-authored-by: B <b@c>";
        var commit = Commits.Of("Give up on slow servers sooner (#12)", body, Timeout);
        var card = Assert.Single(Make(commit).Cards, card => card.Kind == CardKind.Why);

        Assert.Contains("Why was this done?", card.Front, StringComparison.Ordinal);
        Assert.DoesNotContain("(#12)", card.Front, StringComparison.Ordinal);
        Assert.DoesNotContain("pool", card.Front, StringComparison.Ordinal);
        Assert.Contains("the pool ran dry", card.Back, StringComparison.Ordinal);
        Assert.DoesNotContain("Signed-off-by", card.Back, StringComparison.Ordinal);
        Assert.DoesNotContain("example.invalid", card.Back, StringComparison.Ordinal);
        Assert.DoesNotContain("Fixes #3", card.Back, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Fixes #3")]
    [InlineData("* fix build\n* fix tests again\n* review comments")]
    [InlineData("See https://example.invalid/issues/3")]
    public void A_body_without_a_reason_is_not_asked_about(string body) =>
        Assert.DoesNotContain(Make(Commits.Of("Give up on slow servers sooner", body, Timeout)).Cards, card => card.Kind == CardKind.Why);

    [Fact]
    public void Added_lines_are_asked_for_their_purpose_and_the_message_stands_only_on_the_back()
    {
        var guard = Commits.File("src/Order.cs", """
            @public void Ship()
             {
            +    if (Paid is false)
            +        throw new NotPaidException(Id);
                 Carrier.Take(this);
            """);
        var cards = Make(Commits.Of("Refuse to ship an order that is not paid", Body, guard)).Cards;
        var card = Assert.Single(cards, card => card.Kind == CardKind.Purpose);

        Assert.Contains("NotPaidException", card.Front, StringComparison.Ordinal);
        Assert.DoesNotContain("Refuse to ship", card.Front, StringComparison.Ordinal);
        Assert.Contains("Refuse to ship", card.Back, StringComparison.Ordinal);
    }

    [Fact]
    public void The_one_file_of_a_change_is_asked_for_unless_the_subject_names_it()
    {
        Assert.Contains(Make(Commits.Of("Give up on slow servers sooner", "", Timeout)).Cards, card => card.Kind == CardKind.Where);
        Assert.DoesNotContain(Make(Commits.Of("Let the caller give up sooner", "", Timeout)).Cards, card => card.Kind == CardKind.Where);
    }

    [Fact]
    public void Tests_are_asked_about_only_where_they_are_the_change()
    {
        var test = Commits.File("tests/CallerTests.cs", """
            @public void Waits()
            -    Assert.Equal(300, Wait());
            +    Assert.Equal(20, Wait());
            """);
        Assert.All(Make(Commits.Of("Give up on slow servers sooner", "", test, Timeout)).Cards,
            card => Assert.DoesNotContain("Assert.Equal", card.Front + card.Back, StringComparison.Ordinal));
        Assert.Contains(Make(Commits.Of("Expect the shorter waiting time", "", test)).Cards,
            card => card.Front.Contains("Assert.Equal", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("package-lock.json", "-  \"version\": \"one\",\n+  \"version\": \"two\",", "locked")]
    [InlineData("vendor/lib/code.go", "-a := first(x)\n+a := second(x)", "vendored")]
    [InlineData("src/Model.Designer.cs", "-var a = First(x);\n+var a = Second(x);", "generated")]
    [InlineData("src/a.cs", "-var  a=First( x );\n+var a = First(x);", "telling")]
    [InlineData("src/a.cs", "-using System.Net;\n+using System.Net.Http;", "telling")]
    [InlineData("src/a.csproj", "-<P Include=\"X\" Version=\"1.2.3\" />\n+<P Include=\"X\" Version=\"1.3.0\" />", "telling")]
    [InlineData("src/a.cs", "+}\n+\n+}", "telling")]
    [InlineData("docs/a.md", "-This says how to set it up on a new machine.\n+This tells how to set it up on any machine.", "telling")]
    public void What_teaches_nothing_gets_no_card_and_a_reason(string path, string diff, string reason)
    {
        var made = Make(Commits.Of("Change things around here a bit", "", Commits.File(path, "@\n" + diff)));
        Assert.Empty(made.Cards);
        Assert.Contains(reason, made.NoneBecause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Bump serilog from 2.0.0 to 3.0.0", "dependencies")]
    [InlineData("chore(deps): update dependency left-pad to v2", "dependencies")]
    [InlineData("Update .NET SDK to 10.0.301", "dependencies")]
    [InlineData("Release v1.2.0", "release")]
    [InlineData("1.2.0", "release")]
    [InlineData("Bump version to 1.3.0", "release")]
    public void Routine_commits_get_no_card(string subject, string reason)
    {
        var made = Make(Commits.Of(subject, Body, Timeout));
        Assert.Empty(made.Cards);
        Assert.Contains(reason, made.NoneBecause, StringComparison.Ordinal);
    }

    [Fact]
    public void Merges_and_commits_without_files_get_no_card()
    {
        var merge = Commits.Of("Merge the branch", Body) with { Parents = ["a", "b"] };
        Assert.Contains("merge", Make(merge).NoneBecause, StringComparison.Ordinal);
        Assert.Contains("no file", Make(Commits.Of("Say nothing at all", Body)).NoneBecause, StringComparison.Ordinal);
    }

    [Fact]
    public void One_rename_in_forty_places_is_asked_about_once()
    {
        var files = Files(40, n => $"@void F{n}()\n-    var x{n} = OldName({n});\n+    var x{n} = NewName({n});");
        Assert.Single(Make(Commits.Of("Call things by a better name", "", files)).Cards);
    }

    [Fact]
    public void A_sweep_over_many_files_is_asked_only_for_its_reason()
    {
        var files = Files(CardMaker.MostFiles + 1, n => $"@void F{n}()\n-    Old{n}({n}, a);\n+    New{n}({n}, a);");
        Assert.Equal(CardKind.Why, Assert.Single(Make(Commits.Of("Change everything at once", Body, files)).Cards).Kind);
    }

    [Fact]
    public void A_commit_gives_at_most_five_cards_in_different_slots_and_always_the_same()
    {
        var diff = string.Join('\n', Enumerable.Range(1, 30).Select(n =>
            $"@void F{n}()\n-    var sum{n} = Add(first{n}, second);\n+    var sum{n} = Multiply(third{n}, second);\n"
            + $"     Rest();\n     Rest();\n+    Check(sum{n}, limit);"));
        ParsedCommit Commit() => Commits.Of("Multiply and check where sums were taken", Body, Commits.File("src/Sum.cs", diff));

        var cards = Make(Commit()).Cards;
        Assert.InRange(cards.Count, 4, CardMaker.MostCards);
        Assert.Equal(cards.Count, cards.Select(card => card.Slot).Distinct().Count());
        Assert.Equal(cards, Make(Commit()).Cards);
    }

    [Fact]
    public void Nothing_of_a_repository_is_markup_on_a_card()
    {
        const string Evil = "<script>x</script> {{c1::x}} [sound:x.mp3] \\(x\\) \u202E\u001F &amp; \uD800";
        var diff = $"@{Evil}\n {Evil}\n-    call(one, \"{Evil}\");\n+    call(two, \"{Evil}\");\n {Evil}";
        var file = Commits.File($"src/{Evil.Replace('/', '_')}.cs", diff);
        var cards = Make(Commits.Of($"Tell {Evil} that all is well", $"{Body} {Evil}\n\n    {Evil}\n\n- `{Evil}`", file)).Cards;

        Assert.NotEmpty(cards);
        foreach (var html in cards.SelectMany(card => new[] { card.Front, card.Back }))
        {
            foreach (var bad in new[] { "<script", "{{", "[sound", "\\(", "\u202E", "\u001F", "\uD800" })
            {
                Assert.DoesNotContain(bad, html, StringComparison.Ordinal);
            }

            Assert.Contains("&lt;script&gt;", html, StringComparison.Ordinal);
        }
    }

    private static ParsedFile[] Files(int count, Func<int, string> diff) =>
        Enumerable.Range(1, count).Select(n => Commits.File($"src/File{n}.cs", diff(n))).ToArray();

    private static CommitCards Make(ParsedCommit commit) => CardMaker.Make(commit);
}
