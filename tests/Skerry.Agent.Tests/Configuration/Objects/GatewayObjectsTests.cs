using Skerry.Agent.Configuration;
using Skerry.Agent.Configuration.Objects;
using Skerry.Agent.Configuration.Yaml;
using Skerry.Gateway.Plugins.Upstream;
using Skerry.Manifest;

namespace Skerry.Agent.Tests.Configuration.Objects;

/// <summary>Gateway objects out of files and back, and one configuration out of many objects.</summary>
public sealed class GatewayObjectsTests
{
    private const string Lists = """
        listeners:
          - { name: http, address: '127.0.0.1:80' }
        pipelines:
          - name: web
            listeners: [http]   # not all
            plugins:
              - headers: { request: { set: { X-From: '{client-ip}' } } }
              - upstream: { service: web, timeout: 5s }
        """;

    [Theory]
    [InlineData(Lists)]
    [InlineData("node: { name: a }\ngateway: { listeners: [{ name: http, address: '127.0.0.1:80' }], pipelines: [{ name: web, listeners: [http], plugins: "
        + "[{ headers: { request: { set: { X-From: '{client-ip}' } } } }, { upstream: { service: web, timeout: 5s } }] }] }\n")]
    [InlineData("""
        {"pipelines": [{"name": "web", "listeners": ["http"], "plugins": [{"headers": {"request": {"set": {"X-From": "{client-ip}"}}}}, {"upstream": {"service": "web", "timeout": "5s"}}]}],
         "listeners": [{"name": "http", "address": "127.0.0.1:80"}]}
        """)]
    public void However_objects_are_written_their_documents_are_the_same(string text)
    {
        var objects = GatewayObjectFile.Read("FILE", text).OrderBy(item => item.Id, StringComparer.Ordinal).ToArray();
        Assert.Equal(["listener/http", "pipeline/web"], objects.Select(item => item.Id));
        Assert.Equal("name: http\naddress: 127.0.0.1:80\n", objects[0].Document);
        Assert.Equal(
            """
            name: web
            listeners:
              - http
            plugins:
              - headers:
                  request:
                    set:
                      X-From: '{client-ip}'
              - upstream:
                  service: web
                  timeout: 5s

            """,
            objects[1].Document);
    }

    [Fact]
    public void A_document_read_from_the_manifest_says_what_the_file_said()
    {
        var stored = GatewayObjectFile.Read("FILE", Lists).Select(item => GatewayObject.Of(new ManifestObject(item.Kind.Name, item.Name, item.Document, 1, 1))!);
        var options = GatewayObjects.Bind(stored);
        Assert.Equal("http", options.Listeners.Single().Name);
        Assert.Equal(TimeSpan.FromSeconds(5), options.Pipelines.Single().Plugins.OfType<UpstreamOptions>().Single().Timeout);
    }

    [Theory]
    [InlineData("''")]
    [InlineData("'null'")]
    [InlineData("'~'")]
    [InlineData("null")]
    [InlineData("'a: b'")]
    [InlineData("'- a'")]
    [InlineData("'# a'")]
    [InlineData("' a '")]
    [InlineData("'*a'")]
    [InlineData("'{a}'")]
    [InlineData("'it''s'")]
    [InlineData("\"a\\nb\"")]
    [InlineData("\"a\\tb\"")]
    [InlineData("\"ä€\"")]
    [InlineData("'---'")]
    [InlineData("'[::1]:80'")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("a very long text without any end in sight that would be folded by somebody who thinks that eighty columns are what a line may have")]
    public void What_was_written_reads_as_it_was_meant(string value)
    {
        var node = YamlReader.Read("FILE", $"key: {value}\nlist: [{value}, b]\n")!;
        var text = YamlText.Write(node);
        var again = YamlReader.Read("FILE", text)!;
        Assert.Equal(Flat(node), Flat(again));
        Assert.Equal(text, YamlText.Write(again));
    }

    [Fact]
    public void Errors_are_told_where_they_were_written_whether_in_the_file_or_in_the_manifest()
    {
        var stored = GatewayObject.Of(new ManifestObject("pipeline", "old", "name: old\nlisteners: [gone]\nplugins:\n  - upstream: { service: a }\n", 1, 1))!;
        var file = GatewayObjectFile.Read("FILE", "pipelines:\n  - name: aaa\n    plugins: [{ use: { plugin: none } }]\n  - name: zzz\n    plugins: [{ upstream: { retries: 99 } }]\n");
        var broken = Assert.Throws<ConfigurationRefusedException>(() => GatewayObjects.Bind([stored, .. file]));
        Assert.Equal(["FILE:5:38: pipelines[1].plugins[0].upstream.retries: '99' is out of range; allowed: 0 to 10"], broken.Errors.Select(error => error.ToString()));
        var unfit = Assert.Throws<ConfigurationRefusedException>(() => GatewayObjects.Bind([stored, file[0]]));
        Assert.Equal(
            [
                "pipeline/old:2:12: pipeline/old.listeners: there is no listener 'gone'; allowed: ",
                "FILE:3:32: pipelines[0].plugins[0].use.plugin: there is no plugin 'none'; allowed: ",
            ],
            unfit.Errors.Select(error => error.ToString()));
    }

    [Theory]
    [InlineData("- a\n", "FILE:1:1: a list is not a map; allowed: listeners, plugins, pipelines")]
    [InlineData("pipeline: []\n", "FILE:1:1: pipeline: unknown key; did you mean 'pipelines'?; allowed: listeners, plugins, pipelines")]
    [InlineData("gateway: { rules: [] }\n", "FILE:1:12: gateway.rules: unknown key; allowed: gateway.listeners, gateway.plugins, gateway.pipelines")]
    [InlineData("pipelines: { name: a }\n", "FILE:1:12: pipelines: a map is not a list; allowed: a list of pipelines")]
    [InlineData("pipelines: [{ plugins: [] }]\n", "FILE:1:13: pipelines[0].name: is missing; it has no default; allowed: a string")]
    [InlineData("pipelines: [{ name: a }, { name: a }]\n", "FILE:1:34: pipelines[1].name: 'a' is taken by another pipeline")]
    [InlineData("pipelines: [\n", "FILE:2:1: not YAML: While parsing a node, did not find expected node content")]
    public void What_cannot_be_told_apart_is_refused(string text, string expected)
    {
        var refused = Assert.Throws<ConfigurationRefusedException>(() => GatewayObjectFile.Read("FILE", text));
        Assert.Equal(expected, refused.Errors[0].ToString());
    }

    [Fact]
    public void A_file_without_a_section_says_nothing_of_the_gateway()
    {
        Assert.Empty(GatewayObjectFile.ReadSection("FILE", "node: { name: a }\n"));
        Assert.Empty(GatewayObjectFile.ReadSection("FILE", "gateway:\n"));
        Assert.Empty(GatewayObjectFile.ReadSection("FILE", ""));
    }

    [Fact]
    public void One_object_is_sent_under_its_own_name()
    {
        Assert.Equal("pipeline/web", GatewayObjectFile.ReadOne("", "{\"name\": \"web\"}", GatewayKind.Pipeline, "web").Id);
        var refused = Assert.Throws<ConfigurationRefusedException>(() => GatewayObjectFile.ReadOne("", "name: web", GatewayKind.Pipeline, "other"));
        Assert.Contains("'web' is not the name it is sent under", Assert.Single(refused.Errors).Message, StringComparison.Ordinal);
    }

    /// <summary>A tree without its marks.</summary>
    private static string Flat(YamlNode node) => node switch
    {
        YamlNode.Mapping map => "{" + string.Join(",", map.Entries.Select(entry => $"{entry.Key}:{Flat(entry.Value)}")) + "}",
        YamlNode.Sequence list => "[" + string.Join(",", list.Items.Select(Flat)) + "]",
        YamlNode.Scalar { IsEmpty: true } => "(nothing)",
        _ => $"<{((YamlNode.Scalar)node).Text}>",
    };
}
