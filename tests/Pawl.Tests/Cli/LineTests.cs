using Pawl.Cli;

namespace Pawl.Tests.Cli;

/// <summary>The one line of an error.</summary>
public sealed class LineTests
{
    [Theory]
    [InlineData("No type 'mail.sned'.", "did you mean 'mail.send'?", "no type 'mail.sned'; hint: did you mean 'mail.send'?")]
    [InlineData("The file is in use by process 7. Stop that one.", null, "the file is in use by process 7; hint: stop that one")]
    [InlineData("Pawl:Worker:Slots must be 1. Set it.", null, "Pawl:Worker:Slots must be 1; hint: set it")]
    [InlineData("PostgreSQL at 'h' is 1.2.", null, "PostgreSQL at 'h' is 1.2")]
    [InlineData("Pawl stops", null, "Pawl stops")]
    [InlineData("two\nlines", null, @"two\u000alines")]
    [InlineData("key pawl_k_abc-d_e is none", "not pawl_w_xyz", "key pawl_k_*** is none; hint: not pawl_w_***")]
    public void It_is_a_small_sentence_with_a_hint_and_no_key(string message, string? hint, string line) =>
        Assert.Equal($"error[code]: {line}", CliException.Line("code", message, hint));

    [Theory]
    [InlineData("http://u:p@h:1/x", "http://***@h:1/x")]
    [InlineData("http://h/?token=p", "http://h/?***")]
    [InlineData("u:p@h", "***@h")]
    [InlineData("http://h:7295/jobs", "http://h:7295/jobs")]
    public void An_address_tells_no_password(string address, string told) => Assert.Equal(told, Secrets.Address(address));
}
