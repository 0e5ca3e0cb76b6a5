using System.CommandLine;

using Skerry.Agent.Configuration;

namespace Skerry.Agent.CommandLine.Verbs;

/// <summary>The flags of <c>agent</c> and <c>dev</c>: the keys that people set while they try things.</summary>
internal sealed class AgentFlags
{
    private readonly Option<string?> _node = new("--node") { Description = "node.name", HelpName = "NAME" };
    private readonly Option<string?> _group = new("--group") { Description = "node.group", HelpName = "NAME" };
    private readonly Option<string?> _bind = new("--bind") { Description = "gossip.bind", HelpName = "ADDRESS:PORT" };
    private readonly Option<string[]> _join = new("--join") { Description = "gossip.join; may be given more than once", HelpName = "HOST:PORT" };
    private readonly Option<string?> _data = new("--data-dir") { Description = "dataDirectory", HelpName = "DIRECTORY" };
    private readonly Option<string?> _api = new("--api") { Description = "api.address", HelpName = "ADDRESS:PORT" };
    private readonly Option<string?> _etcd = new("--etcd") { Description = "manifest.etcd", HelpName = "ADDRESS:PORT" };
    private readonly Option<string?> _level = new("--log-level") { Description = "log.level: trace, debug, info, warning or error", HelpName = "LEVEL" };

    public IEnumerable<Option> Options => [_node, _group, _bind, _join, _data, _api, _etcd, _level];

    public IReadOnlyList<ConfigurationOverride> Overrides(ParseResult parse)
    {
        var overrides = new List<ConfigurationOverride>();
        Add(_node, "node", "name");
        Add(_group, "node", "group");
        Add(_bind, "gossip", "bind");
        Add(_data, "", "dataDirectory");
        Add(_api, "api", "address");
        Add(_etcd, "manifest", "etcd");
        Add(_level, "log", "level");
        if (parse.GetValue(_join) is { Length: > 0 } join) overrides.Add(new ConfigurationOverride(_join.Name, "gossip", "join", join, IsList: true));
        return overrides;

        void Add(Option<string?> option, string group, string key)
        {
            if (parse.GetValue(option) is { } text) overrides.Add(new ConfigurationOverride(option.Name, group, key, [text]));
        }
    }
}
