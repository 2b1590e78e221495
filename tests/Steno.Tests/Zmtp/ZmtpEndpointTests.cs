using Steno.Zmtp;

namespace Steno.Tests.Zmtp;

public sealed class ZmtpEndpointTests
{
    [Theory]
    [InlineData("tcp://127.0.0.1:5555", true)]
    [InlineData("tcp://localhost:0", true)]
    [InlineData("tcp://[::1]:5555", true)]
    [InlineData("tcp://*:5555", false)]
    [InlineData("tcp://broker.example:65535", false)]
    [InlineData("tcp://0.0.0.0:5555", false)]
    [InlineData("ipc:///run/steno.sock", true)]
    [InlineData("ipc://@steno", true)]
    public void An_endpoint_reads_back_as_it_was_written(string text, bool isLoopback)
    {
        ZmtpEndpoint endpoint = ZmtpEndpoint.Parse(text);
        Assert.Equal(text, endpoint.ToString());
        Assert.Equal(isLoopback, endpoint.IsLoopback);
        Assert.Equal(endpoint, ZmtpEndpoint.Parse(text));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("5555")]
    [InlineData("http://127.0.0.1:5555")]
    [InlineData("tcp://127.0.0.1")]
    [InlineData("tcp://:5555")]
    [InlineData("tcp://127.0.0.1:65536")]
    [InlineData("tcp://127.0.0.1:-1")]
    [InlineData("tcp://127.0.0.1:+1")]
    [InlineData("tcp://::1:5555")]
    [InlineData("tcp://[127.0.0.1]:5555")]
    [InlineData("tcp://a b:5555")]
    [InlineData("ipc://")]
    [InlineData("ipc://@")]
    public void What_is_no_endpoint_is_refused_with_words(string? text)
    {
        Assert.False(ZmtpEndpoint.TryParse(text, out _, out string? error));
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_longer_than_the_system_allows_is_refused() =>
        Assert.False(ZmtpEndpoint.TryParse("ipc:///" + new string('x', 107), out _, out _));
}
