using FsCheck;
using FsCheck.Fluent;
using Pawl.Queries;
using Pawl.Tests.Rules;

namespace Pawl.Tests.Queries;

public sealed class QueryLaws
{
    private static readonly Job[] Jobs = [SampleJobs.Failed, SampleJobs.Running, SampleJobs.Succeeded, SampleJobs.Scheduled];

    private static readonly string[] Terms =
    [
        "state:failed", "state:live", "is:cancelling", "is:dead,stuck", "type:Send*", "queue:default", "id:5,6", "id:4*", "parent:77",
        "worker:17", "unique:acme/app", "tag:repo", "tag.repo:a*", "stuck:1h", "retryable:false", "wait:retry", "trigger:manual",
        "category:invalid_input", "priority:>0", "attempt:1..2", "older:200m", "newer:200m", "ended:<2h", "run_at:>2026-11-22T10:00Z",
        "args.user.id:42", "args.tags:y", "gateway", "\"acme/app\"", "batch:1",
    ];

    private static readonly Gen<string> Words = Gen.Elements(Terms);

    private static readonly Gen<string> Noise = Gen.Elements(
            "state:", "is:", "-", ",", "\"", "*", ":", " ", ".", "..", ">", "<", "args.", "tag.", "(", "\\", "a", "ü", "\0", "9", "h",
            "\ud800")
        .ListOf().Select(string.Concat);

    [Fact]
    public void Whatever_is_written_is_read_or_refused_with_a_place_in_it() => Law.Holds(
        Gen.OneOf(Noise, ArbMap.Default.GeneratorFor<string>().Select(text => text ?? "")),
        text =>
        {
            try
            {
                Query.Parse(text);
                return true;
            }
            catch (PawlException error)
            {
                return error.Code is "filter_invalid" or "regex_not_supported"
                    && error.Data["position"] is int position && position >= 0 && position <= text.Length
                    && error.Data["expected"] is string { Length: > 0 };
            }
        });

    [Fact]
    public void Minus_turns_a_term_around() => Law.Holds(
        Words, term => Jobs.All(job => Fits("-" + term, job) != Fits(term, job)));

    [Fact]
    public void Terms_side_by_side_must_all_hold() => Law.Holds(
        Words.Two(),
        two => Jobs.All(job => Fits($"{two.Item1} {two.Item2}", job) == (Fits(two.Item1, job) && Fits(two.Item2, job))));

    [Fact]
    public void Any_of_the_values_of_a_term_will_do() => Law.Holds(
        Gen.Elements("4815", "5", "48*", "6", "\"7\"").Two(),
        two => Jobs.All(job => Fits($"id:{two.Item1},{two.Item2}", job) == (Fits($"id:{two.Item1}", job) || Fits($"id:{two.Item2}", job))));

    private static bool Fits(string query, Job job) => Query.Parse(query).Matches(job, SampleJobs.Now);
}
