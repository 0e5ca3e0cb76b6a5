using System.Text.RegularExpressions;

namespace Skerry.Lab.Fabric;

/// <summary>
/// Rules of a gateway that drop packets, until healed. They stand in the gateway and not in the host, whose own sockets would be told: on a real cut packets vanish.
/// </summary>
internal sealed partial class Cut : IAsyncDisposable
{
    private readonly NetworkNamespace _gateway;
    private readonly IReadOnlyList<(string Chain, string Handle)> _rules;
    private bool _isHealed;

    private Cut(NetworkNamespace gateway, IReadOnlyList<(string Chain, string Handle)> rules) => (_gateway, _rules) = (gateway, rules);

    /// <summary>The chains that cuts hang in; before address translation when packets arrive, after it when they leave.</summary>
    public static string Table => """
        table ip cut {
          chain arriving { type filter hook prerouting priority -350; }
          chain leaving { type filter hook postrouting priority 350; }
        }

        """;

    /// <summary>Drops what matches.</summary>
    /// <param name="gateway">Where.</param>
    /// <param name="rules">A chain of <see cref="Table"/> and what to match there.</param>
    public static async Task<Cut> MakeAsync(NetworkNamespace gateway, IReadOnlyList<(string Chain, string Match)> rules)
    {
        var commands = string.Concat(rules.Select(rule => $"add rule ip cut {rule.Chain} {rule.Match} drop\n"));
        var handles = HandleNumber().Matches(await gateway.RunToolAsync("nft", commands, "--echo", "--handle", "-f", "-"));
        if (handles.Count != rules.Count) throw new InvalidOperationException($"In {gateway.Name}: nft named {handles.Count} rules of {rules.Count}.");
        return new Cut(gateway, [.. rules.Select((rule, i) => (rule.Chain, handles[i].Groups[1].Value))]);
    }

    /// <summary>Lets packets through again. A second time does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isHealed) return;
        _isHealed = true;
        await _gateway.RunToolAsync("nft", string.Concat(_rules.Select(rule => $"delete rule ip cut {rule.Chain} handle {rule.Handle}\n")), "-f", "-");
    }

    [GeneratedRegex(@"# handle (\d+)")]
    private static partial Regex HandleNumber();
}
