using Pawl.Queries;

namespace Pawl.Tests.Queries;

public sealed class QueryErrorsTests
{
    [Theory]
    [InlineData("state:done", 6, "one of scheduled, blocked, queued, running, succeeded, failed, cancelled, live, ended")]
    [InlineData("type:a state:done", 13, "one of scheduled")]
    [InlineData("state:failed,done", 13, "one of scheduled")]
    [InlineData("state:", 6, "one of scheduled")]
    [InlineData("state:failed,", 13, "one of scheduled")]
    [InlineData("type: x", 5, "a value")]
    [InlineData("stat:failed", 0, "one of state: is: type:")]
    [InlineData("http://x", 0, "one of state:")]
    [InlineData("tag.:x", 0, "one of state:")]
    [InlineData("args:x", 0, "one of state:")]
    [InlineData("args..a:x", 0, "one of state:")]
    [InlineData("type:\"abc", 5, "a closing quote")]
    [InlineData("\"abc", 0, "a closing quote")]
    [InlineData("\"a\"b", 3, "a blank or a comma")]
    [InlineData("a\"b\"", 1, "quotes around the whole value")]
    [InlineData("- a", 1, "a term right behind -")]
    [InlineData("--a", 1, "a term right behind -")]
    [InlineData("a -", 3, "a term right behind -")]
    [InlineData(",a", 0, "a value")]
    [InlineData("Se*nd", 2, "no * but at the end")]
    [InlineData("priority:high", 9, "a whole number")]
    [InlineData("priority:50*", 9, "a whole number")]
    [InlineData("priority:>", 10, "a whole number")]
    [InlineData("priority:40..10", 9, "the lower end")]
    [InlineData("priority:1..x", 12, "a whole number")]
    [InlineData("older:5", 6, "a length of time")]
    [InlineData("older:1h30", 6, "a length of time")]
    [InlineData("older:-1h", 6, "a length of time")]
    [InlineData("newer:10ms", 6, "a length of time")]
    [InlineData("stuck:PT1H", 6, "a length of time")]
    [InlineData("created:yesterday", 8, "a time such as")]
    [InlineData("created:2026-13-01", 8, "a time such as")]
    [InlineData("created:2026-11-01T10:00", 24, "Z or another zone")]
    [InlineData("created:2026-11-02..2026-11-01", 8, "the earlier end")]
    [InlineData("created:2h", 8, "a time such as")]
    [InlineData("retryable:maybe", 10, "true or false")]
    [InlineData("is:alive", 3, "one of cancelling")]
    [InlineData("category:oops", 9, "one of network")]
    [InlineData("trigger:x*", 8, "one of api")]
    [InlineData("a\u0007", 1, "no control character")]
    public void What_cannot_be_read_is_refused_with_the_place_and_what_could_stand_there(string query, int position, string expected)
    {
        var error = Assert.Throws<PawlException>(() => Query.Parse(query));
        Assert.Equal("filter_invalid", error.Code);
        Assert.Equal(position, error.Data["position"]);
        Assert.StartsWith(expected, (string)error.Data["expected"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(a+)+$", 0)]
    [InlineData("type:(a+)+$", 5)]
    [InlineData("/Send.*/", 0)]
    [InlineData("type:^Send", 5)]
    [InlineData("Send.*x", 4)]
    [InlineData("Send.+", 4)]
    [InlineData("type:~Send", 5)]
    [InlineData("a|b", 1)]
    [InlineData("[ab]c", 0)]
    public void A_regular_expression_is_refused_as_one(string query, int position)
    {
        var error = Assert.Throws<PawlException>(() => Query.Parse(query));
        Assert.Equal("regex_not_supported", error.Code);
        Assert.Equal(position, error.Data["position"]);
    }

    [Fact]
    public void In_quotes_the_characters_of_a_regular_expression_are_just_characters()
    {
        var job = SampleJobs.Failed with { UniqueKey = "(a+)+$ \"quoted\"" };
        Assert.True(Query.Parse("""unique:"(a+)+$ \"quoted\"" """).Matches(job, SampleJobs.Now));
    }

    [Fact]
    public void A_query_has_2048_characters_and_not_one_more()
    {
        Assert.False(Query.Parse(new string('a', 2_048)).IsEmpty);
        var error = Assert.Throws<PawlException>(() => Query.Parse(new string('a', 10_240)));
        Assert.Equal(("filter_invalid", 2_048), (error.Code, error.Data["position"]));
    }

    [Fact]
    public void A_query_has_20_terms_and_not_one_more()
    {
        Assert.Equal(20, Query.Parse(string.Join(' ', Enumerable.Repeat("a", 20))).Terms.Count);
        var error = Assert.Throws<PawlException>(() => Query.Parse(string.Join(' ', Enumerable.Repeat("a", 21))));
        Assert.Equal(("filter_invalid", 40), (error.Code, error.Data["position"]));
    }

    [Fact]
    public void An_error_shows_no_more_of_the_query_than_a_few_characters() =>
        Assert.True(Assert.Throws<PawlException>(() => Query.Parse("state:" + new string('x', 2_000))).Message.Length < 300);

    [Theory]
    [InlineData("-priority", JobSort.Priority, false)]
    [InlineData("run_at", JobSort.RunAt, true)]
    [InlineData("-id", JobSort.Id, false)]
    public void An_order_is_read(string text, JobSort by, bool ascending)
    {
        Assert.Equal(new JobOrder(by, ascending), JobOrder.Parse(text));
        Assert.Equal(text, JobOrder.Parse(text).ToString());
    }

    [Theory]
    [InlineData("payload")]
    [InlineData("")]
    [InlineData("id;drop table job")]
    [InlineData("--id")]
    public void An_unknown_order_is_refused(string text) =>
        Assert.Equal("sort_invalid", Assert.Throws<PawlException>(() => JobOrder.Parse(text)).Code);
}
