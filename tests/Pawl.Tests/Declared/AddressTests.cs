using System.Net;
using Pawl.Declared;

namespace Pawl.Tests.Declared;

/// <summary>Where outside calls may go.</summary>
public sealed class AddressTests
{
    private static readonly string[] Allowed =
        ["api.example.org", "127.0.0.1", "[::1]", "localhost", "169.254.169.254", "one.example.org:8443", "10.0.0.5", "[::ffff:127.0.0.1]"];

    [Theory]
    [InlineData("https://api.example.org/hook?a=1")]
    [InlineData("HTTPS://API.example.org/hook")]
    [InlineData("http://api.example.org:8080/")]
    [InlineData("https://one.example.org:8443/")]
    public void An_allowed_host_may_be_called(string text) =>
        Assert.Equal(new Uri(text), CallAddress.Check(text, Allowed, allowPrivate: false));

    [Theory]
    [InlineData("http://127.0.0.1:8080/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://localhost/")]
    [InlineData("http://10.0.0.5/")]
    public void A_host_of_the_own_network_may_be_called_where_that_is_said(string text)
    {
        Assert.Equal(new Uri(text), CallAddress.Check(text, Allowed, allowPrivate: true));
        Assert.Equal("url_not_allowed", Refusal(text, allowPrivate: false));
    }

    [Theory]
    [InlineData("file:///etc/passwd", "url_not_allowed")]
    [InlineData("gopher://api.example.org/", "url_not_allowed")]
    [InlineData("http://169.254.169.254/latest/meta-data", "url_not_allowed")]
    [InlineData("http://other.example.org/", "url_not_allowed")]
    [InlineData("http://api.example.org.evil.test/", "url_not_allowed")]
    [InlineData("https://one.example.org/", "url_not_allowed")]
    [InlineData("http://0x7f.1/", "url_not_allowed")]
    [InlineData("http://0x7f000001/", "url_not_allowed")]
    [InlineData("http://2130706433/", "url_not_allowed")]
    [InlineData("http://0177.0.0.1/", "url_not_allowed")]
    [InlineData("http://127.1/", "url_not_allowed")]
    [InlineData("http://[::ffff:127.0.0.1]/", "url_not_allowed")]
    [InlineData("http://[::ffff:7f00:1]/", "url_not_allowed")]
    [InlineData("http://localhost./", "url_not_allowed")]
    [InlineData("http://%6c%6fcalhost/", "url_invalid")]
    [InlineData("https://user:canary@api.example.org/", "url_invalid")]
    [InlineData("https://api.example.org@evil.test/", "url_invalid")]
    [InlineData("https://@api.example.org/", "url_invalid")]
    [InlineData("https://api.example.org/\r\nX: y", "url_invalid")]
    [InlineData("https://api.example.org/a b", "url_invalid")]
    [InlineData("https:\\\\api.example.org\\", "url_invalid")]
    [InlineData("//api.example.org/", "url_not_allowed")]
    [InlineData("api.example.org", "url_invalid")]
    [InlineData("https://ａpi.example.org/", "url_invalid")]
    [InlineData("", "url_invalid")]
    public void Any_other_address_is_refused_however_it_is_spelled(string text, string code) =>
        Assert.Equal(code, Refusal(text, allowPrivate: true));

    [Theory]
    [InlineData("8.8.8.8", true, true)]
    [InlineData("2606:4700::1", true, true)]
    [InlineData("127.0.0.1", false, true)]
    [InlineData("127.255.0.3", false, true)]
    [InlineData("10.1.2.3", false, true)]
    [InlineData("172.31.0.1", false, true)]
    [InlineData("192.168.1.1", false, true)]
    [InlineData("100.64.0.1", false, true)]
    [InlineData("198.18.0.1", false, true)]
    [InlineData("::1", false, true)]
    [InlineData("fd12::1", false, true)]
    [InlineData("::ffff:10.0.0.1", false, true)]
    [InlineData("64:ff9b::a00:1", false, true)]
    [InlineData("2002:a00:1::1", false, true)]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("::", false, false)]
    [InlineData("169.254.169.254", false, false)]
    [InlineData("::ffff:169.254.169.254", false, false)]
    [InlineData("fe80::1", false, false)]
    [InlineData("fd00:ec2::254", false, false)]
    [InlineData("224.0.0.1", false, false)]
    [InlineData("255.255.255.255", false, false)]
    public void An_address_is_judged_by_what_it_means(string address, bool plain, bool whereAllowed) => Assert.Equal(
        (plain, whereAllowed),
        (Networks.MayBeCalled(IPAddress.Parse(address), false), Networks.MayBeCalled(IPAddress.Parse(address), true)));

    private static string Refusal(string text, bool allowPrivate)
    {
        var refused = Assert.Throws<PawlException>(() => CallAddress.Check(text, Allowed, allowPrivate));
        Assert.DoesNotContain("canary", refused.Message, StringComparison.Ordinal);
        return refused.Code;
    }
}
