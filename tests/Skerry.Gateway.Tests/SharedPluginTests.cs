using System.Net;

using Skerry.Gateway.Plugins;
using Skerry.Gateway.Plugins.RateLimit;
using Skerry.Gateway.Plugins.Route;
using Skerry.Gateway.Plugins.Use;

namespace Skerry.Gateway.Tests;

/// <summary>Plugins written once and taken in by name.</summary>
public sealed class SharedPluginTests
{
    [Fact]
    public async Task Each_pipeline_that_uses_a_plugin_has_one_of_its_own()
    {
        await using var backend = Backend.Answering(Backend.Ok("well"));
        await using var gateway = await TestGateway.StartAsync(Two(backend));
        Assert.Equal(HttpStatusCode.OK, (await gateway.Http.GetAsync("/a")).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await gateway.Http.GetAsync("/a")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await gateway.Http.GetAsync("/b")).StatusCode);
    }

    [Fact]
    public void What_is_used_must_be_there_and_stand_for_itself_and_may_end_a_pipeline_only_at_its_end()
    {
        var options = new GatewayOptions
        {
            Plugins = [Shared("twice", new RateLimitOptions()), Shared("twice", new RateLimitOptions()), Shared("loop", new UseOptions { Plugin = "loop" }), Shared("end", TestGateway.To())],
            Pipelines = [new PipelineOptions { Name = "p", Plugins = [Use("nobody"), Use("end"), Use("twice")] }],
        };
        var errors = GatewayServer.Validate(options).Select(error => error.Path);
        Assert.Equal(
            ["pipelines[0].plugins[0].use.plugin", "pipelines[0].plugins[1]", "plugins[1].name", "plugins[2].plugin.use"],
            errors.Where(path => !path.Contains("upstream", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("Shop_1.v2-b", true)]
    [InlineData("", false)]
    [InlineData(".hidden", false)]
    [InlineData("a/b", false)]
    [InlineData("a b", false)]
    [InlineData("a\n", false)]
    public void Names_are_words_that_paths_and_keys_can_hold(string name, bool isName)
    {
        var options = new GatewayOptions { Pipelines = [new PipelineOptions { Name = name, Plugins = [new RouteOptions()] }] };
        Assert.Equal(isName ? [] : ["pipelines[0].name"], GatewayServer.Validate(options).Select(error => error.Path));
    }

    private static GatewayOptions Two(Backend backend)
    {
        var options = TestGateway.Options();
        return options with
        {
            Plugins = [Shared("slow", new RateLimitOptions { Rate = 0.001, Burst = 1, Key = "all" })],
            Pipelines =
            [
                new PipelineOptions { Name = "a", Plugins = [new RouteOptions { Path = "/a" }, Use("slow"), TestGateway.To(backend)] },
                new PipelineOptions { Name = "b", Plugins = [new RouteOptions { Path = "/b" }, Use("slow"), TestGateway.To(backend)] },
            ],
        };
    }

    private static UseOptions Use(string name) => new() { Plugin = name };

    private static SharedPluginOptions Shared(string name, PluginOptions plugin) => new() { Name = name, Plugin = plugin };
}
