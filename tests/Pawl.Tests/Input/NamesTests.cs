namespace Pawl.Tests.Input;

public sealed class NamesTests
{
    [Theory]
    [InlineData("capture.pull_requests")]
    [InlineData("a")]
    [InlineData("9:b-c")]
    public void A_sound_name_passes(string name) => Assert.Equal(name, Names.Type(name));

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("../x")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("-a")]
    [InlineData("a\0b")]
    [InlineData("naïve")]
    [InlineData("a\u202eb")]
    public void Any_other_is_refused(string? name) =>
        Assert.Equal("name_invalid", Assert.Throws<PawlException>(() => Names.Queue(name)).Code);

    [Fact]
    public void A_refusal_shows_no_more_than_100_characters_and_nothing_that_acts_on_a_terminal()
    {
        var refused = Assert.Throws<PawlException>(() => Names.Type("\u001b[31m\u202e" + new string('x', 10_000)));

        Assert.DoesNotContain('\u001b', refused.Message);
        Assert.DoesNotContain('\u202e', refused.Message);
        Assert.Contains("10006 characters", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.Message.Length < 500);
    }

    [Theory]
    [InlineData("order-7")]
    [InlineData("https://acme.test/x?y=1#z")]
    public void A_visible_key_passes(string key) => Assert.Equal(key, Names.Key(key, "A key"));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\tb")]
    [InlineData("é")]
    public void Any_other_key_is_refused(string key) =>
        Assert.Equal("key_invalid", Assert.Throws<PawlException>(() => Names.Key(key, "A key")).Code);

    [Fact]
    public void A_key_has_at_most_255_characters()
    {
        Names.Key(new('k', 255), "A key");
        Assert.Equal("key_invalid", Assert.Throws<PawlException>(() => Names.Key(new('k', 256), "A key")).Code);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0xD83D)]
    [InlineData(0xDE00)]
    public void What_names_something_holds_no_character_that_a_database_could_not_keep(int code)
    {
        var broken = $"a{(char)code}";
        Assert.Equal("key_invalid", Assert.Throws<PawlException>(() => Names.ItemKey(broken)).Code);
        Assert.Equal("key_invalid", Assert.Throws<PawlException>(() => Names.Dataset(broken)).Code);
        Assert.Equal("out_of_range", Assert.Throws<PawlException>(() => Names.Tags(new Dictionary<string, string> { [broken] = "" })).Code);
        Assert.Equal("a\U0001F600b", Names.ItemKey("a\U0001F600b"));
    }

    [Fact]
    public void Tags_are_bounded_in_number_and_length()
    {
        Names.Tags(Enumerable.Range(0, 32).ToDictionary(i => $"{i}", _ => new string('v', 100)));
        Assert.Equal("too_many", Code(Enumerable.Range(0, 33).ToDictionary(i => $"{i}", _ => "")));
        Assert.Equal("out_of_range", Code(new() { ["a"] = new('v', 101) }));
        Assert.Equal("out_of_range", Code(new() { [""] = "v" }));
        Assert.Equal("out_of_range", Code(new() { ["a"] = "line\nbreak" }));

        static string Code(Dictionary<string, string> tags) => Assert.Throws<PawlException>(() => Names.Tags(tags)).Code;
    }

    [Theory]
    [InlineData("deck.apkg", true)]
    [InlineData("a-b_c.1", true)]
    [InlineData("../../etc/passwd", false)]
    [InlineData("a\\b", false)]
    [InlineData("CON", false)]
    [InlineData("com1.txt", false)]
    [InlineData(".hidden", false)]
    [InlineData("", false)]
    public void An_artifact_bears_a_plain_file_name(string name, bool sound)
    {
        if (sound)
        {
            Assert.Equal(name, Names.Artifact(name));
        }
        else
        {
            Assert.Equal("name_invalid", Assert.Throws<PawlException>(() => Names.Artifact(name)).Code);
        }
    }
}
