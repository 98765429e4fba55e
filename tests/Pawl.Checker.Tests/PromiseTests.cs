namespace Pawl.Checker.Tests;

/// <summary>The checker is tested first: of each promise it accepts a good history, and refuses each bad one for its own reason and for no
/// other.</summary>
public sealed class PromiseTests
{
    // Each promise, and what a store keeps for itself.
    private static readonly string[] Names = [.. Enumerable.Range(1, 22).Select(number => $"G{number:00}"), "S01"];

    public static TheoryData<string> Good => [.. Names];

    public static TheoryData<string, string> Bad
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var name in Names)
            {
                foreach (var planted in new Text(name).Bad)
                {
                    data.Add(name, planted.Name);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void A_good_history_of_each_promise_is_accepted(string promise)
    {
        var judgement = new Logs(new Text(promise).Good).Judge();

        Assert.True(judgement.Verdict == "valid", judgement.ToJson());
        Assert.Equal(0, judgement.ExitCode);
        Assert.NotEmpty(new Text(promise).Bad);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_planted_breach_is_refused_for_its_own_reason(string promise, string name)
    {
        var text = new Text(promise);
        var planted = text.Bad.Single(bad => bad.Name == name);

        var judgement = new Logs(text.With(planted)).Judge();

        Assert.True(judgement.Verdict == "invalid", judgement.ToJson());
        Assert.Equal(1, judgement.ExitCode);
        Assert.Equal(planted.Reasons.Order(), judgement.Broken.Order());
        foreach (var number in planted.Reasons.Select(reason => reason.Split(':')[0]).Where(number => number != "bound"))
        {
            Assert.True(judgement[number] > 0, $"{number} is 0");
        }
    }
}
