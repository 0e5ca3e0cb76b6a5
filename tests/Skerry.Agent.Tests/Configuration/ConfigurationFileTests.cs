using System.Net;

using FsCheck;
using FsCheck.Fluent;

using Skerry.Agent.Configuration;
using Skerry.Gossip;

namespace Skerry.Agent.Tests.Configuration;

public sealed class ConfigurationFileTests
{
    private const string MeshKeyText = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    [Fact]
    public void An_empty_file_is_a_node_on_loopback()
    {
        var model = Parse("").Model;
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 7946), model.Gossip.Bind);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 8500), model.Api.Address);
        Assert.Equal("dc1", model.Node.Group);
        Assert.Equal(Environment.MachineName, model.Node.EffectiveName);
        Assert.Null(model.DataDirectory);
        Assert.Empty(Parse("# only a comment\n").GossipKeys);
    }

    [Fact]
    public void Every_type_of_key_is_read()
    {
        var model = Parse($$"""
            node: { name: till-1, group: shop-12, meta: { rack: 7 } }
            key: "{{MeshKeyText}}"
            gossip:
              bind: '[::1]:7000'
              profile: wan
              join: [10.0.0.1, "host:7946"]
              reconnectTimeout: 1h30m
              rejoinAfterLeave: true
              tags: { role: till }
            services:
              - name: web
                port: 80
                weights: { passing: 3 }
                checks:
                  - { http: 'http://127.0.0.1/', interval: 500ms, headers: { Accept: [a, b] } }
            gateway:
              listeners: [{ name: http, address: '127.0.0.1:8080' }]
              pipelines:
                - name: web
                  plugins:
                    - route: { path: /shop, stripPrefix: true }
                    - upstream: { service: web, retryBudget: 0.5 }
            """).Model;
        Assert.Equal("7", model.Node.Meta["rack"]);
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, 7000), model.Gossip.Bind);
        Assert.Equal(GossipProfile.Wan, model.Gossip.Profile);
        Assert.Equal(["10.0.0.1", "host:7946"], model.Gossip.Join);
        Assert.Equal(TimeSpan.FromMinutes(90), model.Gossip.ReconnectTimeout);
        Assert.True(model.Gossip.RejoinAfterLeave);
        var service = Assert.Single(model.Services);
        Assert.Equal(3, service.Weights.Passing);
        Assert.Equal(1, service.Weights.Warning);
        Assert.Equal(["a", "b"], service.Checks[0].Headers["Accept"]);
        Assert.Equal(TimeSpan.FromMilliseconds(500), service.Checks[0].Interval);
        Assert.Equal(["RouteOptions", "UpstreamOptions"], model.Gateway.Pipelines[0].Plugins.Select(plugin => plugin.GetType().Name));
    }

    [Fact]
    public void Anchors_stand_for_what_they_name()
    {
        var model = Parse("""
            gossip: { tags: &facts { role: till } }
            node: { meta: *facts }
            """).Model;
        Assert.Equal("till", model.Node.Meta["role"]);
    }

    [Fact]
    public void A_key_without_a_value_in_front_of_a_group_or_list_means_its_defaults() => Assert.Empty(Parse("services:\ngossip:\n").Model.Services);

    [Fact]
    public void The_mesh_key_gives_the_gossip_key_by_HKDF()
    {
        // HKDF-SHA256, no salt, info "skerry/gossip/1", of the bytes 0 to 31; taken with Python's hmac module.
        var key = Assert.Single(Parse($"key: '{MeshKeyText}'").GossipKeys);
        Assert.Equal("90a7701c53d01399b3079556902cfd619f11dc84b4b3316577453d6a83747706", Convert.ToHexStringLower(key.Span));
    }

    [Fact]
    public void A_mesh_key_may_come_from_a_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, MeshKeyText + "\n");
            Assert.Equal(Parse($"key: '{MeshKeyText}'").GossipKeys[0].ToArray(), Parse($"keyFile: '{file}'").GossipKeys[0].ToArray());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Keys_of_a_Serf_cluster_stand_in_for_the_derived_one()
    {
        var keys = Parse($"key: '{MeshKeyText}'\ngossip: {{ encryptKeys: [AAECAwQFBgcICQoLDA0ODw==] }}").GossipKeys;
        Assert.Equal(Enumerable.Range(0, 16).Select(value => (byte)value), Assert.Single(keys).ToArray());
    }

    [Fact]
    public void With_a_key_an_agent_may_be_open_to_the_network() => Parse($"key: '{MeshKeyText}'\ngossip: {{ bind: '0.0.0.0:7946' }}");

    [Fact]
    public void A_secret_is_in_no_message()
    {
        var refused = Assert.Throws<ConfigurationRefusedException>(() => Parse("key: topsecret\ngossip: { encryptKeys: topsecret }"));
        Assert.DoesNotContain("topsecret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_as_that()
    {
        var refused = Assert.Throws<ConfigurationRefusedException>(() => new ConfigurationFile("/nowhere/skerry.yaml", []).Load());
        Assert.StartsWith("/nowhere/skerry.yaml: cannot be read: ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Flags_stand_over_the_file_and_are_named_in_errors()
    {
        ConfigurationOverride[] flags = [new("--node", "node", "name", ["b"]), new("--join", "gossip", "join", ["x", "y"], IsList: true)];
        var model = new ConfigurationFile("FILE", flags).Parse("node: { name: a, group: g }\ngossip: { join: [z] }").Model;
        Assert.Equal(("b", "g"), (model.Node.Name, model.Node.Group));
        Assert.Equal(["x", "y"], model.Gossip.Join);

        var wrong = new ConfigurationFile(null, [new ConfigurationOverride("--bind", "gossip", "bind", ["nowhere"])]);
        var error = Assert.Single(Assert.Throws<ConfigurationRefusedException>(() => wrong.Load()).Errors);
        Assert.StartsWith("--bind: gossip.bind: 'nowhere' is not an address", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_is_read_or_refused_and_nothing_else()
    {
        var pieces = Gen.Elements("node", "gossip", ":", ": ", "\n", "  ", "- ", "[", "]", "{", "}", ",", "&a", "*a", "!!str", "'", "\"", "#", "|", ">", "\t", "%", "@", "---", "...", "?", "<<", "0", "\0", "é");
        var texts = pieces.ListOf().Select(string.Concat).ToArbitrary();
        Prop.ForAll(texts, text =>
        {
            try
            {
                Parse(text);
            }
            catch (ConfigurationRefusedException)
            {
                // Told, with its place.
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000).WithEndSize(60));
    }

    private static LoadedConfiguration Parse(string text) => new ConfigurationFile("FILE", []).Parse(text);
}
