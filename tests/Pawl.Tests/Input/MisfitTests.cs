using System.Text.Json;
using Pawl.Storage;

namespace Pawl.Tests.Input;

public sealed class MisfitTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("$", "")]
    [InlineData("$.a", "/a")]
    [InlineData("$.items[3].name", "/items/3/name")]
    [InlineData("$['a.b'].c", "/a.b/c")]
    [InlineData("$['a/b~c']", "/a~1b~0c")]
    public void A_path_becomes_a_pointer(string? path, string pointer) => Assert.Equal(pointer, Misfit.PointerOf(path));

    [Fact]
    public void Members_that_are_missing_are_named_and_types_are_not()
    {
        var fault = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Needs>("{}"));

        var refused = Misfit.Of("mail.send", fault);

        Assert.Equal("payload_invalid", refused.Code);
        Assert.Contains("lacks 'To'", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(nameof(Needs), refused.Message, StringComparison.Ordinal);
    }

    private sealed class Needs
    {
        public required string To { get; init; }
    }
}
