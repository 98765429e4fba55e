using FsCheck.Fluent;

namespace Pawl.Tests.Rules;

public sealed class PipelineVersionTests
{
    [Fact]
    public void A_version_is_written_as_its_named_parts_in_order()
    {
        var version = PipelineVersion.Of(new("parser", "1.2"), new("cards", "v1"));
        Assert.Equal("parser-1.2/cards-v1", version.ToString());
        Assert.Equal(version, PipelineVersion.Parse("parser-1.2/cards-v1"));
        Assert.Equal(version.GetHashCode(), PipelineVersion.Parse("parser-1.2/cards-v1").GetHashCode());
        Assert.NotEqual(version, PipelineVersion.Parse("cards-v1/parser-1.2"));
        Assert.Equal("1.2", version["parser"]);
        Assert.Null(version["model"]);
    }

    [Fact]
    public void Only_the_named_parts_are_kept_and_unknown_names_passed_over() =>
        Assert.Equal("cards-v1", PipelineVersion.Parse("parser-1.2/cards-v1").Only("model", "cards").ToString());

    [Fact]
    public void The_name_ends_at_the_first_hyphen() =>
        Assert.Equal([new("parser", "1.2-beta-3")], PipelineVersion.Parse("parser-1.2-beta-3").Parts);

    [Theory]
    [InlineData("", "Write name-version.")]
    [InlineData("parser", "the version of 'parser' is 1 to 100 visible ASCII characters")]
    [InlineData("parser-", "the version of 'parser'")]
    [InlineData("-1", "the name of a part")]
    [InlineData("parser-1/", "the name of a part")]
    [InlineData("parser-1//cards-2", "the name of a part")]
    [InlineData("parser-1/parser-2", "the part 'parser' is there twice")]
    [InlineData("pärser-1", "the name of a part")]
    [InlineData("parser-1 2", "the version of 'parser'")]
    [InlineData("parser-1\u202e2", "the version of 'parser'")]
    public void A_text_that_is_no_version_is_refused_with_its_reason(string text, string reason)
    {
        var thrown = Assert.Throws<FormatException>(() => PipelineVersion.Parse(text));
        Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
        Assert.False(PipelineVersion.TryParse(text, out _));
    }

    [Fact]
    public void Names_and_versions_that_the_text_could_not_bear_are_refused()
    {
        Assert.Throws<ArgumentException>(() => PipelineVersion.Of(new PipelinePart("study-cards", "1")));
        Assert.Throws<ArgumentException>(() => PipelineVersion.Of(new PipelinePart("cards", "a/b")));
        Assert.Throws<ArgumentException>(() => PipelineVersion.Of(new PipelinePart(new string('a', 51), "1")));
        Assert.Throws<ArgumentException>(() => PipelineVersion.Of(new PipelinePart("cards", new string('1', 101))));
        Assert.Throws<ArgumentException>(() => PipelineVersion.Of(default(PipelinePart)));
        Assert.Same(PipelineVersion.None, PipelineVersion.Of());
        Assert.False(PipelineVersion.TryParse(null, out _));
    }

    [Fact]
    public void Any_version_is_read_back_from_its_text()
    {
        var version = Gen.Elements("1", "1.2", "v1", "2026-11-22", "a--b", "~!@#$%^&*()");
        var parts = from names in Gen.SubListOf(["parser", "cards", "model_2", "a.b", "X"])
                    from versions in version.ListOf(names.Count)
                    select names.Zip(versions, (n, v) => new PipelinePart(n, v)).ToList();
        Law.Holds(parts.Where(all => all.Count > 0), all =>
            PipelineVersion.TryParse(PipelineVersion.Of(all).ToString(), out var read)
            && read.Parts.SequenceEqual(all)
            && read.Equals(PipelineVersion.Of(read.ToDictionary())));
    }
}
