namespace Skerry.Agent.Configuration.Schema;

/// <summary>What an unknown key was probably meant to be.</summary>
internal static class UnknownKey
{
    /// <summary>Words of Serf's, Consul's and others' configuration that have another name here.</summary>
    private static readonly Dictionary<string, string> ForeignNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["datacenter"] = "node.group",
        ["node_name"] = "node.name",
        ["node_meta"] = "node.meta",
        ["data_dir"] = "dataDirectory",
        ["dataDir"] = "dataDirectory",
        ["bind_addr"] = "gossip.bind",
        ["advertise_addr"] = "gossip.advertise",
        ["client_addr"] = "api.address",
        ["encrypt"] = "gossip.encryptKeys",
        ["encrypt_key"] = "gossip.encryptKeys",
        ["keyring_file"] = "gossip.keyringFile",
        ["retry_join"] = "gossip.join",
        ["retryJoin"] = "gossip.join",
        ["start_join"] = "gossip.join",
        ["retry_interval"] = "gossip.retryInterval",
        ["log_level"] = "log.level",
        ["enable_script_checks"] = "catalog.enableScriptChecks",
    };

    /// <summary><c>; did you mean 'gossip.bind'?</c>, or nothing when nothing is near.</summary>
    /// <param name="group">Where the key was written.</param>
    /// <param name="path">The path of that group; empty: the top.</param>
    /// <param name="key">The key as written.</param>
    public static string Suggest(RecordShape group, string path, string key)
    {
        if (Spelling.Nearest(key, group.Keys.Select(known => known.Name)) is { } near) return $"; did you mean '{near}'?";
        if (ForeignNames.TryGetValue(key, out var foreign)) return $"; did you mean '{foreign}'?";
        // Written one level too high: 'bind' at the top.
        var below = group.Keys.Where(known => known.Shape is RecordShape)
            .Where(known => ((RecordShape)known.Shape).Keys.Any(inner => string.Equals(inner.Name, key, StringComparison.OrdinalIgnoreCase)))
            .Select(known => RecordShape.Join(RecordShape.Join(path, known.Name), key)).ToList();
        return below.Count == 0 ? "" : $"; did you mean {string.Join(" or ", below.Select(full => $"'{full}'"))}?";
    }
}
