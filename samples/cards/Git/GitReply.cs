using System.Text;

namespace Cards.Git;

/// <summary>What one git command wrote. <see cref="Cut"/> says that it wanted to write more than was allowed and was stopped.</summary>
internal sealed record GitReply(byte[] Output, bool Cut, int ExitCode, string Error)
{
    public string Text => Encoding.UTF8.GetString(Output);

    public IEnumerable<string> Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
