using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

using Skerry.Agent.Configuration.Schema;
using Skerry.Catalog;
using Skerry.Gateway;
using Skerry.Proxy;

namespace Skerry.Agent.Configuration;

/// <summary>What must hold between keys, once each is right by itself.</summary>
internal static class ConfigurationRules
{
    /// <summary>Serf's limit on encoded tags, bytes.</summary>
    private const int MaxTagBytes = 512;

    /// <summary>What <c>skerry</c>, <c>group</c>, <c>id</c> and <c>manifest</c> take of it beside the group's own length.</summary>
    private const int OwnTagBytes = 190;

    private static readonly string[] OwnTags = ["group", "id", "manifest", "skerry"];

    /// <summary>Scripts have a rule of their own: whether this node allows them is another key's matter.</summary>
    private static readonly CatalogOptions AnyNode = new() { NodeName = "node", NodeId = "", Group = "", Address = "", EnableScriptChecks = true };

    /// <summary>Checks the whole; returns the keys that the configuration gives.</summary>
    public static (ImmutableArray<ReadOnlyMemory<byte>> Gossip, MeshSecrets Mesh) Check(AgentConfiguration model, BindingContext context)
    {
        CheckNode(model.Node, context);
        var mesh = MeshSecretRules.Read(model, context);
        var gossip = GossipKeyRules.Read(model, mesh, context);
        CheckExposure(model, gossip, context);
        EdgeTunnelRules.Check(model.EdgeTunnel, context);
        CheckTags(model, context);
        CheckServices(model, context);
        CheckGateway(model.Gateway, context);
        CheckProxy(model.Proxy, context);
        CheckTracing(model.Tracing, context);
        CheckManifest(model, context);
        return (gossip, mesh);
    }

    private static void CheckManifest(AgentConfiguration model, BindingContext context)
    {
        if (model.Manifest.Role != ManifestRole.None && model.DataDirectory is null && context.IsClean("manifest", "dataDirectory"))
            context.Refuse("manifest.role", "needs a disk: what a group agrees on must survive a restart", "none; or set dataDirectory");
        if (model.Acl.Enabled && model.Manifest.Role == ManifestRole.None && context.IsClean("manifest", "acl"))
            context.Refuse("acl.enabled", "needs the manifest, where tokens stand", "false; or set manifest.role to server or observer");
    }

    private static void CheckNode(NodeConfiguration node, BindingContext context)
    {
        if (node.Name is null && !NodeConfiguration.IsName(node.EffectiveName))
            context.Refuse("node.name", $"the host's name '{node.EffectiveName}' cannot be a node's name", "letters, digits, '.' and '-', at most 128; set node.name");
    }

    private static void CheckExposure(AgentConfiguration model, ImmutableArray<ReadOnlyMemory<byte>> keys, BindingContext context)
    {
        if (!keys.IsEmpty || !context.IsClean("key", "keyFile", "secondKey", "secondKeyFile", "credentialFile", "gossip")) return;
        if (!IPAddress.IsLoopback(model.Gossip.Bind.Address))
        {
            context.Refuse("gossip.bind", $"{model.Gossip.Bind} is open to the network, and without a key anyone there could join",
                "a loopback address; or set key to what 'skerry keygen' prints, the same on every node");
        }
    }

    private static void CheckTags(AgentConfiguration model, BindingContext context)
    {
        if (!context.IsClean("gossip.tags")) return;
        foreach (var tag in model.Gossip.Tags.Keys.Where(OwnTags.Contains))
            context.Refuse($"gossip.tags.{tag}", "is set by the agent itself", "any tag but " + string.Join(", ", OwnTags));
        // Each string has at most three bytes of length before it.
        var bytes = model.Gossip.Tags.Sum(tag => Encoding.UTF8.GetByteCount(tag.Key) + Encoding.UTF8.GetByteCount(tag.Value) + 4) + OwnTagBytes + model.Node.Group.Length;
        if (bytes > MaxTagBytes) context.Refuse("gossip.tags", $"are {bytes} bytes with the agent's own", $"{MaxTagBytes}");
    }

    private static void CheckServices(AgentConfiguration model, BindingContext context)
    {
        var ids = new HashSet<string>();
        var checkIds = new HashSet<string>();
        // Entries that were refused are not in the list, and the places of those behind them would be wrong.
        if (context.Errors.Any(error => error.Key.StartsWith("services", StringComparison.Ordinal))) return;
        for (var i = 0; i < model.Services.Length; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"services[{i}]");
            var service = model.Services[i];
            if (!ids.Add(service.EffectiveId)) context.Refuse($"{path}.{(service.Id is null ? "name" : "id")}", $"the id '{service.EffectiveId}' is there twice", "ids unique on this node; set id");
            CheckService(service, path, checkIds, context);
            if (!model.Catalog.EnableScriptChecks && service.Checks.Any(check => !check.Script.IsEmpty))
                context.Refuse(path, "has a script check, which catalog.enableScriptChecks does not allow", "http, tcp, grpc, ttl; or set catalog.enableScriptChecks: true");
        }
    }

    /// <summary>Checks one service; also used for a file given to <c>skerry register</c>.</summary>
    public static void CheckService(ServiceConfiguration service, string path, HashSet<string> checkIds, BindingContext context)
    {
        for (var j = 0; j < service.Checks.Length; j++)
        {
            var check = service.Checks[j];
            var checkPath = RecordShape.Join(path, string.Create(CultureInfo.InvariantCulture, $"checks[{j}]"));
            var kinds = check.Kinds().ToList();
            if (kinds.Count != 1)
                context.Refuse(checkPath, kinds.Count == 0 ? "does not say how to find out" : $"has {string.Join(" and ", kinds)} at once", "exactly one of http, tcp, grpc, script, ttl");
            if (check.Http is { Scheme: not ("http" or "https") }) context.Refuse(checkPath + ".http", $"'{check.Http}' is not an HTTP URL", "http://... or https://...");
            var definition = check.ToDefinition(service, j);
            if (!checkIds.Add(definition.Id)) context.Refuse(checkPath + (check.Id is null ? "" : ".id"), $"the id '{definition.Id}' is there twice", "ids unique on this node");
            if (context.IsClean(checkPath)) Ask(checkPath, () => ServiceCatalog.Validate(definition, AnyNode), context);
        }

        if (context.IsClean(path)) Ask(path, () => ServiceCatalog.Validate(service.ToInstance(AnyNode.NodeName)), context);
    }

    /// <summary>What the catalog would refuse is refused here, where its line is known.</summary>
    private static void Ask(string path, Action validate, BindingContext context)
    {
        try
        {
            validate();
        }
        catch (CatalogException refused)
        {
            context.Refuse(RecordShape.Join(path, KeyOf(refused.Field)), refused.Message);
        }
    }

    /// <summary>The key that fills a field of the API.</summary>
    private static string KeyOf(string field) => field switch
    {
        "CheckID" => "id",
        "Header" => "headers",
        "ScriptArgs" => "script",
        _ => JsonNamingPolicy.CamelCase.ConvertName(field),
    };

    private static void CheckGateway(GatewayOptions gateway, BindingContext context)
    {
        if (gateway is { Listeners.IsEmpty: true, Plugins.IsEmpty: true, Pipelines.IsEmpty: true } || !context.IsClean("gateway")) return;
        foreach (var error in GatewayServer.Validate(gateway)) context.Refuse(RecordShape.Join("gateway", error.Path), error.Message);
    }

    private static void CheckProxy(ProxyOptions proxy, BindingContext context)
    {
        if (!context.IsClean("proxy") || context.Errors.Any(error => error.Key.StartsWith("proxy.forwards[", StringComparison.Ordinal))) return;
        foreach (var error in ProxyServer.Validate(proxy)) context.Refuse(RecordShape.Join("proxy", error.Path), error.Message);
    }

    private static void CheckTracing(TracingConfiguration tracing, BindingContext context)
    {
        if (tracing.Endpoint is { Scheme: not ("http" or "https") }) context.Refuse("tracing.endpoint", $"'{tracing.Endpoint}' is not an HTTP URL", "http://... or https://...");
    }
}
