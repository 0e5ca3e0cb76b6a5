using System.Collections.Immutable;
using System.Net;

using Skerry.Gateway.Plugins.Headers;
using Skerry.Gateway.Plugins.RateLimit;
using Skerry.Gateway.Plugins.Route;

namespace Skerry.Gateway.Tests.Plugins;

public sealed class PluginTests
{
    [Fact]
    public async Task The_route_that_says_most_takes_the_request()
    {
        await using var root = Backend.Answering(Backend.Ok("root"));
        await using var shop = Backend.Answering(Backend.Ok("shop"));
        await using var cart = Backend.Answering(Backend.Ok("cart"));
        await using var host = Backend.Answering(Backend.Ok("host"));
        var options = TestGateway.Options(TestGateway.To(root)) with
        {
            Pipelines =
            [
                new PipelineOptions { Name = "root", Plugins = [TestGateway.To(root)] },
                new PipelineOptions { Name = "shop", Plugins = [new RouteOptions { Path = "/shop" }, TestGateway.To(shop)] },
                new PipelineOptions { Name = "cart", Plugins = [new RouteOptions { Path = "/shop/cart", Methods = ["GET"] }, TestGateway.To(cart)] },
                new PipelineOptions { Name = "host", Plugins = [new RouteOptions { Hosts = ["*.example.com"] }, TestGateway.To(host)] },
            ],
        };
        await using var gateway = await TestGateway.StartAsync(options);
        Assert.Equal("root", await GetAsync("/shopping"));
        Assert.Equal("shop", await GetAsync("/shop"));
        Assert.Equal("shop", await GetAsync("/shop/x"));
        Assert.Equal("cart", await GetAsync("/shop/cart/1"));
        Assert.EndsWith("host", await gateway.RawAsync("GET /shop HTTP/1.1\r\nHost: a.example.com:8080\r\n\r\n", "host"), StringComparison.Ordinal);
        using var post = await gateway.Http.PostAsync(new Uri("/shop/cart", UriKind.Relative), null);
        Assert.Equal("shop", await post.Content.ReadAsStringAsync());

        Task<string> GetAsync(string path) => gateway.Http.GetStringAsync(new Uri(path, UriKind.Relative));
    }

    [Fact]
    public async Task A_prefix_is_taken_off_where_asked()
    {
        string? seen = null;
        await using var backend = Backend.Start(async connection =>
        {
            while ((seen = await connection.ReadRequestAsync()) is not null) await connection.WriteAsync(Backend.Ok(""));
        });
        await using var gateway = await TestGateway.StartAsync(new RouteOptions { Path = "/shop", StripPrefix = true }, TestGateway.To(backend));
        (await gateway.Http.GetAsync(new Uri("/shop/cart?x=1", UriKind.Relative))).Dispose();
        Assert.StartsWith("GET /cart?x=1 ", seen, StringComparison.Ordinal);
        (await gateway.Http.GetAsync(new Uri("/shop", UriKind.Relative))).Dispose();
        Assert.StartsWith("GET / ", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_are_removed_set_and_added_on_both_ways()
    {
        string? seen = null;
        await using var backend = Backend.Start(async connection =>
        {
            seen = await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nServer: secret\r\nContent-Length: 0\r\n\r\n");
        });
        var headers = new HeadersOptions
        {
            Request = new HeaderChanges { Remove = ["X-Drop"], Set = Map("X-Who", "{client-ip} {method} {path} {query:q} {header:X-In}") },
            Response = new HeaderChanges { Remove = ["Server"], Add = Map("X-Out", "1") },
        };
        await using var gateway = await TestGateway.StartAsync(headers, TestGateway.To(backend));
        var answer = await gateway.RawAsync("GET /p?q=v%0d%0aX-Evil:1 HTTP/1.1\r\nHost: a\r\nX-Drop: 1\r\nX-In: in\r\n\r\n");
        Assert.Contains("\r\nX-Who: 127.0.0.1 GET /p v??X-Evil:1 in\r\n", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Drop", seen, StringComparison.Ordinal);
        Assert.Contains("X-Out: 1", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Above_the_rate_the_answer_is_429_with_a_time_to_come_back()
    {
        await using var backend = Backend.Answering(Backend.Ok("ok"));
        await using var gateway = await TestGateway.StartAsync(new RateLimitOptions { Rate = 0.01, Burst = 3, Key = "header:X-Key" }, TestGateway.To(backend));
        for (var i = 0; i < 3; i++) Assert.StartsWith("HTTP/1.1 200", await SendAsync("a"), StringComparison.Ordinal);
        var refused = await SendAsync("a");
        Assert.StartsWith($"HTTP/1.1 {(int)HttpStatusCode.TooManyRequests}", refused, StringComparison.Ordinal);
        Assert.Contains("Retry-After: 100", refused, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await SendAsync("b"), StringComparison.Ordinal);

        Task<string> SendAsync(string key) => gateway.RawAsync($"GET / HTTP/1.1\r\nHost: a\r\nX-Key: {key}\r\n\r\n");
    }

    private static ImmutableSortedDictionary<string, string> Map(string name, string value) => ImmutableSortedDictionary<string, string>.Empty.Add(name, value);
}
